"""`loomwork app lint`: faults with their places, the rung, and repairs."""

import json
from pathlib import Path

from click.testing import CliRunner

from loomwork.catalog.faults.base import Put, Raw
from loomwork.cli import main
from tests.support.apps import write_example


def _run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["app", "lint", *arguments])
    return done.exit_code, done.output


def test_a_sound_package_is_told_its_rung(tmp_path: Path) -> None:
    path, _ = write_example(tmp_path)
    assert _run(str(path)) == (0, "library: exemplary\n")


def test_faults_are_printed_with_place_and_hint_and_the_command_fails(tmp_path: Path) -> None:
    path, _ = write_example(tmp_path, (Put("views/book_all.json", "/columns/tilte", {}),))
    code, output = _run(str(path))
    assert code == 1
    assert 'error[C303]: lib.book has no field "tilte"' in output
    assert "--> library/views/book_all.json  /columns/tilte" in output
    assert 'hint: did you mean "title"?' in output


def test_formulas_are_checked_too(tmp_path: Path) -> None:
    broken = {"check": "pgaes > 0", "message": {"en": "No pages."}}
    path, _ = write_example(tmp_path, (Put("entities/book.json", "/validations", {"some": broken}),))
    code, output = _run(str(path))
    assert code == 1
    assert "library/entities/book.json  /validations/some/check" in output


def test_fix_repairs_the_form_and_nothing_while_a_file_cannot_be_read(tmp_path: Path) -> None:
    path, _ = write_example(tmp_path, (Raw("messages/en.json", b'{"lib.book#help":"A work."}'),))
    code, output = _run("--fix", str(path))
    assert code == 0
    assert output.endswith("library: exemplary\n")
    assert json.loads((path / "messages" / "en.json").read_text()) == {"lib.book#help": "A work."}

    (path / "messages" / "en.json").write_bytes(b'{"lib.book#help":"A work."}')
    (path / "views" / "broken.json").write_bytes(b"{")
    code, output = _run("--fix", str(path))
    assert code == 1
    assert "nothing is written while a file cannot be read" in output
    assert (path / "messages" / "en.json").read_bytes() == b'{"lib.book#help":"A work."}'
