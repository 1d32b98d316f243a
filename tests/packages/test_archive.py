"""App packages as one file: the same everywhere, and nothing else is read than what `pack` writes."""

from __future__ import annotations

import hashlib
import io
import json
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from loomwork.core.errors import PlatformError
from loomwork.core.jsonio import pretty, read_json
from loomwork.packages import archive
from loomwork.packages.archive import pack_folder, read_archive
from tests.support.apps import write_package
from tests.support.shop import files

CRM = Path(__file__).resolve().parents[2] / "apps" / "crm_standard"


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = write_package(tmp_path_factory.mktemp("packed") / "shop_app", files())
    (folder / "README.md").write_text("# Shop\n", encoding="utf-8")
    return pack_folder(folder)[0].as_bytes()


def entries(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        return {one: found.read(one) for one in found.namelist()}


def test_the_same_app_gives_the_same_bytes_wherever_it_lies(tmp_path: Path) -> None:
    one = write_package(tmp_path / "one" / "shop_app", files())
    two = write_package(tmp_path / "two" / "shop_app", dict(reversed(list(files().items()))))
    for file in two.rglob("*.json"):
        # Written otherwise, meaning the same, at another time and with other rights.
        file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")), indent=7), encoding="utf-8")
        os.utime(file, (1, 1))
        file.chmod(0o600)
    first, second = pack_folder(one)[0], pack_folder(two)[0]
    assert first.as_bytes() == second.as_bytes()
    assert first.digest == second.digest
    (two / "app.json").write_text((two / "app.json").read_text().replace("1.0.0", "1.0.1"), encoding="utf-8")
    assert pack_folder(two)[0].digest != first.digest


def test_what_is_packed_comes_out_as_it_was(tmp_path: Path) -> None:
    made, left_out = pack_folder(CRM)
    read = read_archive(made.as_bytes())
    assert (read, left_out) == (made, [])
    folder = read.unpack(tmp_path)
    assert folder.name == "crm_standard"
    assert pack_folder(folder)[0].as_bytes() == made.as_bytes()
    head = json.loads(entries(made.as_bytes())["package.json"])
    assert (head["name"], head["version"], head["hash"]) == ("crm_standard", made.version, made.digest)
    assert head["files"]["app.json"]["sha256"] == hashlib.sha256(made.files["app.json"]).hexdigest()


def test_what_is_no_part_of_an_app_is_left_out_and_named(tmp_path: Path) -> None:
    folder = write_package(tmp_path / "shop_app", files())
    (folder / "notes.txt").write_text("x")
    (folder / "entities" / "run.py").write_text("x")
    made, left_out = pack_folder(folder)
    assert left_out == ["entities/run.py", "notes.txt"]
    assert "notes.txt" not in made.files


def test_a_link_out_of_the_folder_is_not_packed(tmp_path: Path) -> None:
    folder = write_package(tmp_path / "shop_app", files())
    (tmp_path / "secret.json").write_text("{}")
    (folder / "entities" / "secret.json").symlink_to(tmp_path / "secret.json")
    with pytest.raises(PlatformError, match="a link leads out of the folder"):
        pack_folder(folder)


def test_equal_names_for_some_machines_are_not_packed(tmp_path: Path) -> None:
    folder = write_package(tmp_path / "shop_app", files())
    (folder / "entities" / "PRODUCT.json").write_text((folder / "entities" / "product.json").read_text())
    with pytest.raises(PlatformError, match="capitals only"):
        pack_folder(folder)


def zipped(content: dict[str, bytes], change: Callable[[zipfile.ZipInfo], None] | None = None) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as out:
        for name, data in content.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            if change is not None:
                change(entry)
            out.writestr(entry, data)
    return made.getvalue()


def with_file(data: bytes, name: str, text: bytes = b"{}") -> bytes:
    return zipped({**entries(data), name: text})


def described(data: bytes, name: str, text: bytes = b"{}") -> bytes:
    """A file more that the head names and counts: only its name is wrong."""
    content = entries(data)
    head = read_json(content["package.json"])
    head["files"][name] = {"sha256": hashlib.sha256(text).hexdigest(), "size": len(text)}
    return zipped({**content, "package.json": pretty(head).encode(), f"shop_app/{name}": text})


def changed_head(data: bytes, **values: Any) -> bytes:
    content = entries(data)
    return zipped({**content, "package.json": pretty({**read_json(content["package.json"]), **values}).encode()})


def twice(data: bytes) -> bytes:
    made = io.BytesIO(data)
    with zipfile.ZipFile(made, "a") as out, pytest.warns(UserWarning, match="Duplicate"):
        out.writestr(zipfile.ZipInfo("shop_app/app.json", (1980, 1, 1, 0, 0, 0)), b"{}")
    return made.getvalue()


def end_with(data: bytes, offset: int, form: str, value: int) -> bytes:
    at = len(data) - 22 + offset
    return data[:at] + struct.pack(form, value) + data[at + struct.calcsize(form) :]


def central(data: bytes, offset: int, form: str, value: int) -> bytes:
    """One field of the first entry of the directory."""
    at = struct.unpack("<I", data[-6:-2])[0] + offset
    return data[:at] + struct.pack(form, value) + data[at + struct.calcsize(form) :]


def set_link(entry: zipfile.ZipInfo) -> None:
    entry.external_attr = 0o120777 << 16


def set_time(entry: zipfile.ZipInfo) -> None:
    entry.date_time = (2020, 2, 2, 2, 2, 2)


def set_comment(entry: zipfile.ZipInfo) -> None:
    entry.comment = b"hidden"


def set_extra(entry: zipfile.ZipInfo) -> None:
    entry.extra = struct.pack("<HH", 0x5855, 4) + b"abcd"


def deflated(entry: zipfile.ZipInfo) -> None:
    entry.compress_type = zipfile.ZIP_DEFLATED


HOSTILE: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda _: b"",
    "no archive": lambda _: b"PK\x03\x04 and so on" * 10,
    "a tar": lambda _: b"ustar" * 200,
    "cut off": lambda d: d[:-1],
    "half": lambda d: d[: len(d) // 2],
    "something before it": lambda d: b"#!/bin/sh\n" + d,
    "something after it": lambda d: d + b"x",
    "a comment": lambda d: end_with(d, 20, "<H", 3) + b"abc",
    "out of the folder": lambda d: with_file(d, "../evil.json"),
    "out of the app": lambda d: with_file(d, "shop_app/../../evil.json"),
    "absolute": lambda d: with_file(d, "/etc/evil.json"),
    "a drive": lambda d: with_file(d, "C:/evil.json"),
    "a backslash": lambda d: with_file(d, "shop_app/entities\\evil.json"),
    "a backslash up": lambda d: with_file(d, "..\\evil.json"),
    "a zero byte": lambda d: d.replace(b"shop_app/app.json", b"shop_app/app\x00json"),
    "another app": lambda d: with_file(d, "other_app/entities/evil.json"),
    "code": lambda d: described(d, "entities/evil.py", b"import os"),
    "a page": lambda d: described(d, "README.html", b"<script>"),
    "a pickle": lambda d: described(d, "entities/evil.pickle"),
    "a hidden file": lambda d: described(d, ".env"),
    "an archive inside": lambda d: described(d, "entities/inner.zip", d),
    "deeper folders": lambda d: described(d, "entities/deep/evil.json"),
    "capitals": lambda d: described(d, "entities/PRODUCT.json"),
    "a folder entry": lambda d: with_file(d, "shop_app/entities/", b""),
    "a name twice": twice,
    "not in the head": lambda d: with_file(d, "shop_app/entities/evil.json"),
    "missing from it": lambda d: zipped({k: v for k, v in entries(d).items() if not k.endswith("product.json")}),
    "a changed file": lambda d: zipped({k: v.replace(b"Product", b"Broduct") for k, v in entries(d).items()}),
    "no head": lambda d: zipped({k: v for k, v in entries(d).items() if k != "package.json"}),
    "another format": lambda d: changed_head(d, format=2),
    "a wrong hash": lambda d: changed_head(d, hash="0" * 64),
    "another name": lambda d: changed_head(d, name="crm_standard"),
    "a name that is a path": lambda d: changed_head(d, name="../../etc"),
    "another version": lambda d: changed_head(d, version="9.0.0"),
    "more in the head": lambda d: changed_head(d, extra=True),
    "a head of NaN": lambda d: zipped({**entries(d), "package.json": b'{"format": NaN}'}),
    "a head too deep": lambda d: zipped({**entries(d), "package.json": b"[" * 90_000}),
    "a head that is a list": lambda d: zipped({**entries(d), "package.json": b"[]"}),
    "a link": lambda d: zipped(entries(d), set_link),
    "a time": lambda d: zipped(entries(d), set_time),
    "a comment on a file": lambda d: zipped(entries(d), set_comment),
    "an extra field": lambda d: zipped(entries(d), set_extra),
    "packed files": lambda d: zipped(entries(d), deflated),
    "a bomb": lambda d: zipped({**entries(d), "shop_app/entities/b.json": b" " * 900_000}, deflated),
    "another order": lambda d: zipped(dict(reversed(list(entries(d).items())))),
    "a large file": lambda d: described(d, "entities/large.json", b" " * 1_000_001),
    "many entries said": lambda d: end_with(end_with(d, 8, "<H", 60_000), 10, "<H", 60_000),
    "fewer entries said": lambda d: end_with(end_with(d, 8, "<H", 1), 10, "<H", 1),
    "a directory elsewhere": lambda d: end_with(d, 16, "<I", 0),
    "ZIP64": lambda d: end_with(d, 16, "<I", 0xFFFFFFFF),
    "an encrypted file": lambda d: central(d, 8, "<H", 1),
    "an unknown method": lambda d: central(d, 10, "<H", 99),
    "a wrong size": lambda d: central(d, 24, "<I", 5),
    "both sizes wrong": lambda d: central(central(d, 24, "<I", 5), 20, "<I", 5),
    "a wrong sum": lambda d: central(d, 16, "<I", 5),
    "one entry over another": lambda d: central(d, 42, "<I", 40),
    "data between entries": lambda d: d[:40] + b"hidden" + d[40:],
}  # fmt: skip


@pytest.mark.parametrize("way", list(HOSTILE))
def test_a_hostile_archive_is_refused(packed: bytes, way: str) -> None:
    made = HOSTILE[way](packed)
    assert made != packed
    with pytest.raises(PlatformError) as fault:
        read_archive(made)
    assert fault.value.code in ("bad_package", "too_large", "bad_json", "bad_number", "too_deep"), fault.value.message


def test_there_are_enough_of_them() -> None:
    assert len(HOSTILE) >= 55


def test_no_flipped_bit_goes_unnoticed(packed: bytes) -> None:
    for at in range(0, len(packed), 37):
        flipped = packed[:at] + bytes([packed[at] ^ 1]) + packed[at + 1 :]
        with pytest.raises(PlatformError):
            read_archive(flipped)


def test_more_than_the_limit_is_not_read(monkeypatch: pytest.MonkeyPatch, packed: bytes) -> None:
    monkeypatch.setattr(archive, "MAX_BYTES", len(packed) - 1)
    with pytest.raises(PlatformError) as fault:
        read_archive(packed)
    assert fault.value.code == "too_large"
