"""Apps taken in, upgraded and taken out from the command line; what cannot be published stops no other command."""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from loomwork.core.settings import load_settings
from loomwork.runtime import Runtime
from tests.support.apps import write_package
from tests.support.commands import Run
from tests.support.shop import PRODUCT, SYSTEM, both, field, files


def shop(folder: Path, **fields: Any) -> Path:
    """The package of the shop, its product with some fields changed."""
    product = copy.deepcopy(PRODUCT)
    product["fields"].update(fields)
    lamp = {"name": "Lamp", "sku": 12 if "sku" in fields else "12"}
    seed = {"label": both("Things"), "records": {"lamp": {"entity": "shop.product", "fields": lamp}}}
    return write_package(
        folder / "shop_app", {**files(), "entities/product.json": product, "seed/reference.json": seed}
    )


def in_the_database() -> tuple[list[str], str]:
    """Names of the products, and which apps there are."""
    rt = Runtime.start_published(load_settings())
    assert rt is not None
    try:
        with rt.read() as work:
            from loomwork.query.tree import Query

            rows = rt.query.run(work, SYSTEM, Query("shop.product", ("name", "sku"))).rows
        return [f"{row['name']} {row['sku']}" for row in rows], " ".join(rt.catalog.apps)
    finally:
        rt.close()


def test_an_app_comes_in_with_its_records_is_upgraded_with_consent_and_goes(run: Run, tmp_path: Path) -> None:
    done = run("app", "install", shop(tmp_path / "one"))
    assert (done.exit_code, "installed shop_app; version 1" in done.output) == (0, True), done.output
    assert in_the_database() == (["Lamp 12"], "system library shop_app")
    assert "operator  Installation of shop_app" in run("versions").output
    assert run("app", "install", tmp_path / "one" / "shop_app").exit_code == 1

    newer = shop(tmp_path / "two", sku=field("integer", 1))
    assert "consent" in run("app", "plan", newer).output
    refused = run("app", "upgrade", newer)
    assert (refused.exit_code, "--consent" in refused.output) == (1, True)
    assert in_the_database()[0] == ["Lamp 12"]
    assert run("app", "upgrade", newer, "--consent").exit_code == 0
    shutil.rmtree(tmp_path / "one")
    shutil.rmtree(tmp_path / "two")
    assert run("init").exit_code == 0
    assert in_the_database() == (["Lamp 12"], "system library shop_app")

    assert run("app", "remove", "shop_app").exit_code == 1
    assert run("app", "remove", "shop_app", "--consent").exit_code == 0
    assert "library" in run("init").output + run("doctor").output
    back = run("metadata", "rollback", 2, "--consent")
    assert (back.exit_code, "with its shop_app" in back.output) == (0, True), back.output
    assert in_the_database()[0] == ["Lamp 12"]
    assert run("app", "remove", "shop_app", "--consent").exit_code == 0
    assert run("app", "install", shop(tmp_path / "again", sku=field("integer", 1))).exit_code == 0
    assert in_the_database()[0] == ["Lamp 12"]


def test_what_both_sides_have_changed_is_told_by_the_plan_and_the_upgrade_and_stops_neither(
    run: Run, tmp_path: Path
) -> None:
    assert run("app", "install", shop(tmp_path / "one")).exit_code == 0
    patch = {"kind": "entity", "name": "shop.product", "path": "/fields/made/label/en", "op": "set"}
    layer = tmp_path / "layer.json"
    layer.write_text(
        json.dumps({"layer": "customer", "patches": [{**patch, "base": "instant", "value": "Built"}]}), encoding="utf-8"
    )
    assert run("layer", "publish", layer).exit_code == 0
    newer = shop(tmp_path / "two", made=field("instant", 2, label="Made at"))
    for command in ("plan", "upgrade"):
        done = run("app", command, newer)
        assert (done.exit_code, "warning[C502]" in done.output) == (0, True), done.output
    rt = Runtime.start_published(load_settings())
    assert rt is not None
    assert rt.catalog.entities["shop.product"].fields["made"].label["en"] == "Built"
    rt.close()


def test_commands_go_on_with_what_is_published_when_the_folder_is_broken(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = shop(tmp_path)
    monkeypatch.setenv("LOOMWORK_APPS", str(package))
    assert run("init").exit_code == 0
    shop(tmp_path, sku=field("integer", 1))
    init = run("init")
    assert (init.exit_code, "needs your consent (--consent)" in init.output) == (1, True)
    for words in (("versions",), ("user", "add", "a@example.com", "--name", "A"), ("layer", "show")):
        done = run(*words)
        assert (done.exit_code, "goes on with version 1" in done.output) == (0, True), done.output
    doctor = run("doctor")
    assert (doctor.exit_code, "1 values are converted" in doctor.output) == (1, True)
    assert run("app", "upgrade", package, "--consent").exit_code == 0
    (package / "entities" / "product.json").write_text("{")
    assert "goes on with version 2" in run("token", "create", "--user", "a@example.com").output
    assert "cannot be published" in run("doctor").output


def test_only_what_publishes_publishes_a_changed_folder(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = shop(tmp_path)
    monkeypatch.setenv("LOOMWORK_APPS", str(package))
    assert run("init").exit_code == 0
    assert "differ" not in run("user", "add", "a@example.com", "--name", "A").output
    shop(tmp_path, ripe_on=field("date", 4))
    people = tmp_path / "products.csv"
    people.write_text("name\nNut\n", encoding="utf-8")
    layer = tmp_path / "layer.json"
    layer.write_text('{"patches": []}', encoding="utf-8")
    for words in (
        ("token", "create", "--user", "a@example.com"),
        ("user", "add", "b@example.com", "--name", "B"),
        ("versions",),
        ("layer", "show"),
        ("metadata", "export", tmp_path / "out"),
        ("import", people, "--entity", "shop.product", "--dry-run"),
    ):
        done = run(*words)
        assert (done.exit_code, "loomwork metadata publish" in done.output) == (0, True), done.output
        assert "goes on with version 1" in done.output
    assert "ripe_on" not in (tmp_path / "out" / "shop_app" / "entities" / "product.json").read_text(encoding="utf-8")
    assert numbers(run) == ["1"]
    assert run("metadata", "publish").exit_code == 0
    assert (numbers(run), "differ" in run("versions").output) == (["2", "1"], False)
    shop(tmp_path, ripe_on=field("date", 4), gone_on=field("date", 5))
    assert run("init").exit_code == 0
    assert numbers(run) == ["3", "2", "1"]


def numbers(run: Run) -> list[str]:
    return [line.split()[0] for line in run("versions").output.splitlines() if line[:1].isdigit()]


def test_metadata_travels_to_another_installation(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("metadata", "export", tmp_path / "out").exit_code == 0
    before = run("versions").output.split()[5:7]
    monkeypatch.setenv("LOOMWORK_HOME", str(tmp_path / "other"))
    monkeypatch.setenv("LOOMWORK_DATABASE_URL", f"sqlite:///{tmp_path / 'other.db'}")
    monkeypatch.setenv("LOOMWORK_APPS", str(shop(tmp_path)))
    done = run("metadata", "import", tmp_path / "out")
    assert (done.exit_code, "imported 1 app(s)" in done.output) == (0, True), done.output
    assert run("app", "remove", "library", "--consent").exit_code == 0
    assert before


def test_a_packed_app_is_planned_installed_and_upgraded_like_a_folder(run: Run, tmp_path: Path) -> None:
    first, second = tmp_path / "shop.zip", tmp_path / "shop2.zip"
    made = run("app", "pack", shop(tmp_path / "one"), "--to", first)
    assert made.exit_code == 0, made.output
    assert f"sha256  {hashlib.sha256(first.read_bytes()).hexdigest()}" in made.output
    shop(tmp_path / "same")
    assert run("app", "pack", tmp_path / "same" / "shop_app", "--to", tmp_path / "again.zip").exit_code == 0
    assert first.read_bytes() == (tmp_path / "again.zip").read_bytes()
    newer = shop(tmp_path / "two", sku=field("integer", 1))
    refused = run("app", "pack", newer, "--to", first)
    assert (refused.exit_code, "new version" in refused.output) == (1, True)
    assert run("app", "pack", newer, "--to", second).exit_code == 0

    assert "shop__product" in run("app", "plan", first).output
    installed = run("app", "install", first)
    assert (installed.exit_code, "installed shop_app; version 1" in installed.output) == (0, True), installed.output
    assert in_the_database() == (["Lamp 12"], "system library shop_app")
    assert run("app", "upgrade", second).exit_code == 1
    assert run("app", "upgrade", second, "--consent").exit_code == 0
    first.write_bytes(first.read_bytes()[:-1])
    for command in ("plan", "install", "upgrade"):
        done = run("app", command, first)
        assert (done.exit_code, "error[bad_package]" in done.output) == (1, True), done.output
    (newer / "entities" / "product.json").write_text("{")
    assert run("app", "pack", newer, "--to", tmp_path / "no.zip").exit_code == 1
    assert not (tmp_path / "no.zip").exists()
