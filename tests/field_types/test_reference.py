"""The reference page says of every type what it is, how it is kept and what it refuses."""

from __future__ import annotations

import re

from loomwork.field_types import BUILTIN
from loomwork.field_types.reference import render


def test_every_type_has_its_section() -> None:
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", render(), flags=re.MULTILINE | re.DOTALL))
    assert set(sections) == {kind.name for kind in BUILTIN}
    for kind in BUILTIN:
        section = sections[kind.name]
        for words in (
            "**Columns:**",
            "**Filter operators:**",
            "**Sorted by:**",
            "| sent | comes back |",
            "| refused | code |",
        ):
            assert words in section, kind.name
        for name in kind.properties_schema()["properties"]:
            assert f"| `{name}`" in section
        for sample in kind.samples:
            assert not sample.code or f"`{sample.code}`" in section


def test_tables_are_not_broken_by_their_content() -> None:
    for line in render("a note").splitlines():
        assert line.isprintable()
        if line.startswith("|"):
            assert line.endswith("|")
            assert line.replace("\\|", "").count("|") >= 4
