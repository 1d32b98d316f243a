"""The ladder of packages: broken, loads, usable, exemplary."""

from pathlib import Path

from loomwork.catalog import Rung, examine, lint, rewrite
from loomwork.catalog.faults.base import Drop, Put, Raw
from loomwork.catalog.linting import RULES
from tests.support.apps import make_app, write_example


def test_the_example_stands_on_the_highest_rung(tmp_path: Path) -> None:
    path, _ = write_example(tmp_path)
    found = examine(path)
    assert [one.as_text() for one in found.diagnostics] == []
    assert found.rung is Rung.EXEMPLARY


def test_each_kind_of_fault_lowers_the_rung(tmp_path: Path) -> None:
    steps = {
        Rung.BROKEN: Put("entities/book.json", "/title_field", "tilte"),
        Rung.LOADS: Drop("views/author_all.json"),
        Rung.USABLE: Drop("README.md"),
    }
    for rung, step in steps.items():
        path, _ = write_example(tmp_path / rung.value, (step,))
        assert examine(path).rung is rung


def test_a_gap_below_is_not_made_up_for_above(tmp_path: Path) -> None:
    """A package with all help texts, yet an entity that nobody may read, only loads."""
    path, _ = write_example(tmp_path, (Drop("roles/clerk.json", "/grants/authors"),))
    found = examine(path)
    assert [one.code for one in found.diagnostics] == ["C610"]
    assert found.rung is Rung.LOADS


def test_every_rung_has_checks() -> None:
    assert [rung for rung, _ in RULES] == [Rung.USABLE, Rung.EXEMPLARY]
    assert sum(len(rules) for _, rules in RULES) >= 10


def test_what_can_be_repaired_is_repaired(tmp_path: Path) -> None:
    path, _ = write_example(tmp_path, (Raw("messages/en.json", b'{"lib.book#help":"A work."}'),))
    assert [one.code for one in lint(path)] == ["C607"]
    rewrite(path)
    assert [one.as_text() for one in lint(path)] == []


def test_a_package_is_judged_without_the_faults_of_others(tmp_path: Path) -> None:
    other = make_app(tmp_path / "demo", 2)
    (other / "README.md").unlink(missing_ok=True)
    path, _ = write_example(tmp_path)
    assert list(lint(path, others=[other])) == []


def test_a_folder_that_is_none_is_broken(tmp_path: Path) -> None:
    found = examine(tmp_path / "nothing")
    assert [one.code for one in found.diagnostics] == ["C101"]
    assert found.rung is Rung.BROKEN


def test_fields_called_like_texts_are_no_texts(tmp_path: Path) -> None:
    path, _ = write_example(
        tmp_path,
        (
            Put("entities/book.json", "/fields/label", {"type": "text", "label": {"en": "Label"}, "order": "b0"}),
            Put("views/book_all.json", "/columns/label", {"order": "b0"}),
        ),
    )
    assert [one.as_text() for one in lint(path)] == []
