"""App packages over REST: sent, planned, published on a running server. On both databases."""

from __future__ import annotations

import copy
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from loomwork.core.i18n import platform_messages
from loomwork.packages.archive import pack_folder
from loomwork.permissions.actor import system_actor
from loomwork.runtime import Runtime
from tests.support.answers import json_of
from tests.support.apps import write_package
from tests.support.running import Running, running
from tests.support.shop import PRODUCT, both, field, files

PACKAGES = "/api/v1/packages"


@pytest.fixture
def library(database_url: str, tmp_path: Path) -> Iterator[Running]:
    with running(database_url, tmp_path / "home") as made:
        yield made


def packed(folder: Path, version: str = "1.0.0", name: str = "shop_app", **fields: Any) -> bytes:
    product = copy.deepcopy(PRODUCT)
    product["fields"].update(fields)
    lamp = {"name": "Lamp", "sku": 12 if "sku" in fields else "12"}
    seed = {"label": both("Things"), "records": {"lamp": {"entity": "shop.product", "fields": lamp}}}
    content = {**files(), "entities/product.json": product, "seed/reference.json": seed}
    manifest = {**content["app.json"], "version": version, "name": name}
    return pack_folder(write_package(folder / name, {**content, "app.json": manifest}))[0].as_bytes()


def send(library: Running, data: bytes, who: str = "lena", **headers: str) -> TestResponse:
    return library.call(who, "POST", PACKAGES, data={"file": (io.BytesIO(data), "shop.zip")}, headers=headers)


def test_a_package_is_sent_planned_and_published_while_the_server_runs(library: Running, tmp_path: Path) -> None:
    sent = send(library, packed(tmp_path / "one"))
    assert (sent.status_code, json_of(sent)["name"], json_of(sent)["version"]) == (201, "shop_app", "1.0.0"), sent.text
    assert json_of(sent)["installed_version"] is None
    planned = library.call("lena", "POST", f"{PACKAGES}/shop_app/plan")
    assert (json_of(planned)["can_publish"], json_of(planned)["needs_consent"], json_of(planned)["faults"]) == (
        True,
        False,
        [],
    )
    assert "shop__product" in [one["target"] for one in json_of(planned)["steps"]]
    assert "shop_app" not in library.rt.catalog.apps
    other = library.call("lena", "POST", f"{PACKAGES}/shop_app/upgrade", json={"hash": "0" * 64})
    assert (other.status_code, json_of(other)["error"]["code"]) == (409, "other_package")
    assert "shop_app" not in library.rt.catalog.apps
    wish = {"message": "The shop", "hash": json_of(planned)["hash"]}
    done = library.call("lena", "POST", f"{PACKAGES}/shop_app/upgrade", json=wish)
    assert (done.status_code, json_of(done)["published"], json_of(done)["records"]) == (200, 2, 1), done.text
    assert json_of(done)["installed_version"] == "1.0.0"
    assert library.rt.catalog.apps["shop_app"].version == "1.0.0"
    assert "/api/v1/records/shop.product" not in json_of(library.call("mia", "GET", "/api/openapi.json"))["paths"]
    assert library.call("lena", "GET", "/api/v1/records/lib.book").status_code == 200
    assert (library.rt.settings.home / "apps" / "shop_app" / "app.json").is_file()
    assert json_of(library.call("lena", "POST", f"{PACKAGES}/shop_app/upgrade"))["error"]["code"] == "no_package"

    assert send(library, packed(tmp_path / "two", "1.1.0", sku=field("integer", 1))).status_code == 201
    planned = library.call("lena", "POST", f"{PACKAGES}/shop_app/plan")
    assert (json_of(planned)["needs_consent"], json_of(planned)["installed_version"]) == (True, "1.0.0")
    refused = library.call("lena", "POST", f"{PACKAGES}/shop_app/upgrade", json={})
    assert (refused.status_code, json_of(refused)["error"]["code"]) == (409, "publish_refused")
    assert library.rt.catalog.apps["shop_app"].version == "1.0.0"
    done = library.call("lena", "POST", f"{PACKAGES}/shop_app/upgrade", json={"consent": True})
    assert (done.status_code, library.rt.catalog.apps["shop_app"].version) == (200, "1.1.0"), done.text

    again = Runtime.start_published(library.rt.settings)
    assert again is not None
    assert again.catalog.version == library.rt.catalog.version
    again.close()


def test_a_package_with_faults_is_told_and_changes_nothing(library: Running, tmp_path: Path) -> None:
    before = library.rt.program.number
    broken = packed(tmp_path, made=field("link", 3, properties={"entity": "shop.nothing"}))
    assert send(library, broken).status_code == 201
    planned = json_of(library.call("lena", "POST", f"{PACKAGES}/shop_app/plan"))
    assert (planned["can_publish"], planned["steps"]) == (False, [])
    fault = planned["faults"][0]
    assert (fault["app"], fault["file"], "shop.nothing" in fault["message"]) == (
        "shop_app",
        "entities/product.json",
        True,
    )
    refused = library.call("lena", "POST", f"{PACKAGES}/shop_app/upgrade", json={"consent": True})
    assert (refused.status_code, json_of(refused)["error"]["code"]) == (422, "package_faults")
    assert json_of(refused)["error"]["details"][0]["path"].startswith("entities/product.json/fields/made")
    assert library.rt.program.number == before
    assert not (library.rt.settings.home / "apps" / "shop_app").exists()


def test_faults_of_a_package_are_told_in_the_reader_s_language(library: Running, tmp_path: Path) -> None:
    service = system_actor("test")
    with library.rt.write() as work:
        row = library.rt.query.get(work, service, "system.user", library.ids["lena"])
        library.rt.records.update(work, service, "system.user", row["id"], {"language": "zh-CN"}, row["row_version"])
    library.app.guard.identities.forget()
    code, link = "C301", field("link", 3, properties={"entity": "shop.nothing"})
    for made, said in (
        (link, f"{platform_messages()['zh-CN'][f'metadata.fault.{code}']}：" + "{}shop.nothing"),
        (field("formula", 3, properties={"formula": "nmae & '!'", "result": "text"}), "没有名为“nmae”的字段"),
    ):
        assert send(library, packed(tmp_path / made["type"], made=made)).status_code == 201
        planned = json_of(library.call("lena", "POST", f"{PACKAGES}/shop_app/plan"))["faults"]
        refused = json_of(library.call("lena", "POST", f"{PACKAGES}/shop_app/upgrade", json={"consent": True}))
        for one in (planned[0], refused["error"]["details"][0]):
            assert all(part in one["message"] for part in said.split("{}")), one


def test_what_is_no_package_is_refused(library: Running, tmp_path: Path) -> None:
    good = packed(tmp_path)
    for data in (good[:-1], b"PK\x03\x04", b"x" * 100, good + b"x"):
        answer = send(library, data)
        assert (answer.status_code, json_of(answer)["error"]["code"]) == (422, "bad_package")
    for form in ({}, {"file": (io.BytesIO(good), "a.zip"), "more": "x"}):
        answer = library.call("lena", "POST", PACKAGES, data=form)
        assert (answer.status_code, json_of(answer)["error"]["code"]) == (422, "package_form")
    own = send(library, packed(tmp_path / "own", name="system"))
    assert (own.status_code, json_of(own)["error"]["code"]) == (422, "bad_package")
    for body, code in (({"konsent": True}, "unknown_key"), ({"consent": "yes"}, "type"), ({"message": 5}, "type")):
        send(library, good)
        answer = library.call("lena", "POST", f"{PACKAGES}/shop_app/upgrade", json=body)
        assert (answer.status_code, json_of(answer)["error"]["code"]) == (422, code)
    assert library.call("lena", "POST", f"{PACKAGES}/nothing/plan").status_code == 404


def test_packages_are_for_people_with_the_rights(library: Running, tmp_path: Path) -> None:
    data = packed(tmp_path)
    assert json_of(send(library, data, "mia"))["error"]["code"] == "ability"
    assert library.call(None, "POST", PACKAGES).status_code == 401
    client = library.app.test_client(use_cookies=False)
    for scope, status in (("write", 403), ("metadata", 201)):
        headers = {"Authorization": f"Bearer {library.token('lena', scope)}"}
        answer = client.post(PACKAGES, data={"file": (io.BytesIO(data), "a.zip")}, headers=headers)
        assert answer.status_code == status, scope


def test_a_key_sends_a_package_once(library: Running, tmp_path: Path) -> None:
    data, key = packed(tmp_path), {"Idempotency-Key": "pack-1"}
    first, again = send(library, data, **key), send(library, data, **key)
    assert (again.status_code, again.data, again.headers["Idempotency-Replayed"]) == (201, first.data, "true")
    assert send(library, data[:-1], **key).status_code == 422
