"""Rule: no dependency is older than the release that closed a hole which concerns us.

Reason: the public advisory services are not reachable where the tests run, and a resolver goes back quietly. So the
floors stand here, each with its cause; pip-audit belongs to a release. Part of proof S13.
"""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distributions
from typing import Any

import pytest

from tests.support.source import ROOT

FLOORS = {
    "simpleeval": ("1.0.8", "objects and modules passed in leak out: CVE-2026-32640, and what followed it"),
    "jinja2": ("3.1.6", "sandbox escape through the attr filter: CVE-2025-27516"),
    "marshmallow": ("4.1.2", "load(many=True) can be made to burn the processor: CVE-2025-68480"),
    "flask-admin": ("2.2.1", "the release whose defaults our base view was written against"),
    "weasyprint": ("70.0", "local files through redirects: CVE-2026-55073"),
    "urllib3": ("2.5", "redirects that could not be switched off for a whole pool"),
    "cryptography": ("46.0", "bundled OpenSSL"),
    "werkzeug": ("3.1", "limits on multipart parts"),
    "nh3": ("0.3", "cleaning of nested foreign content"),
    "apscheduler": ("3.11.3", "4.0 alphas import any class: CVE-2026-31072; see the ceiling"),
}
CEILINGS = {
    "apscheduler": ("4", "no release of 4.0 is safe"),
    "simpleeval": ("2", "2.x changes what is allowed by default"),
}
MUST_BE_INSTALLED = {"simpleeval", "jinja2", "marshmallow", "flask-admin", "urllib3", "werkzeug", "cryptography"}


def key(version: str) -> tuple[int, ...]:
    """The numbers of a release, comparable; what follows them (rc1, .post2) does not count."""
    found = re.match(r"\d+(\.\d+)*", version)
    assert found, version
    numbers = [int(part) for part in found.group().split(".")]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def find_faults(versions: dict[str, str]) -> list[str]:
    """Sentences about versions below a floor or at a ceiling."""
    below = [
        f"{name} {versions[name]} is below {floor}: {why}"
        for name, (floor, why) in FLOORS.items()
        if name in versions and key(versions[name]) < key(floor)
    ]
    above = [
        f"{name} {versions[name]} is not below {ceiling}: {why}"
        for name, (ceiling, why) in CEILINGS.items()
        if name in versions and key(versions[name]) >= key(ceiling)
    ]
    return below + above


def locked() -> dict[str, str]:
    lock: dict[str, Any] = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    return {package["name"]: package["version"] for package in lock["package"] if "version" in package}


def test_what_is_installed_is_new_enough() -> None:
    installed = {d.metadata["Name"].lower().replace("_", "-"): d.version for d in distributions()}
    assert set(installed) >= MUST_BE_INSTALLED
    assert find_faults(installed) == []


def test_what_is_locked_is_new_enough() -> None:
    versions = locked()
    assert set(FLOORS) <= set(versions)
    assert find_faults(versions) == []


@pytest.mark.parametrize(
    ("versions", "count"),
    [
        ({"simpleeval": "1.0.7"}, 1),
        ({"jinja2": "3.1.5", "marshmallow": "4.1.1"}, 2),
        ({"apscheduler": "4.0.0a6"}, 1),
        ({"simpleeval": "1.0.10", "weasyprint": "70.0.post1", "apscheduler": "3.12"}, 0),
    ],
)
def test_old_and_forbidden_versions_are_found(versions: dict[str, str], count: int) -> None:
    assert len(find_faults(versions)) == count


def test_every_direct_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    ranges = [entry for entries in lists for entry in entries if "==" not in entry]
    assert sorted(ranges) == ["referencing>=0.37", "urllib3>=2.5,<3"]
