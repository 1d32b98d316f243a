"""Every package that ships loads without a fault, formulas included, and stands on the highest rung of the ladder."""

from pathlib import Path

import pytest

from loomwork.catalog import Rung, examine, load_catalog, system_folder
from loomwork.runtime.checks import check_formulas
from tests.support.source import ROOT

APPS = sorted(file.parent for file in (ROOT / "apps").glob("*/app.json"))
PACKAGES = [*APPS, system_folder()]


def test_there_are_packages() -> None:
    assert len(PACKAGES) >= 2


@pytest.mark.parametrize("folder", PACKAGES, ids=lambda folder: folder.name)
def test_it_is_exemplary(folder: Path) -> None:
    found = examine(folder, others=[one for one in APPS if one != folder], checks=[check_formulas])
    assert [one.as_text() for one in found.diagnostics] == []
    assert found.rung is Rung.EXEMPLARY


def test_all_together_load_without_a_fault() -> None:
    catalog, found = load_catalog(APPS, checks=[check_formulas])
    assert [one.as_text() for one in found] == []
    assert len(catalog.entities) >= 20
    assert {"system.administrator", "system.everyone"} <= set(catalog.roles)
