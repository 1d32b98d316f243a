"""Rule: the compose file describes the whole of Loomwork at scale, and only with settings and commands that exist.

Reason: nobody starts it while developing, so a variable that was renamed would be noticed by the first customer.
"""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from loomwork.cli.main import main
from loomwork.core.settings import SETTINGS
from tests.support.source import ROOT

PARTS = {"web", "worker", "scheduler", "postgres", "redis"}
STATELESS = {"web", "worker", "scheduler", "prepare"}
VARIABLE = re.compile(r"\$\{([A-Z_]+)")


def read() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return document


def test_all_parts_are_there() -> None:
    assert set(read()["services"]) >= PARTS


def test_every_setting_it_passes_exists() -> None:
    known = {setting.name for setting in SETTINGS}
    for name, service in read()["services"].items():
        passed = {key for key in service.get("environment", {}) if key.startswith("LOOMWORK_")}
        assert passed <= known, name
        if name in STATELESS:
            assert {"LOOMWORK_DATABASE_URL", "LOOMWORK_REDIS_URL", "LOOMWORK_SECRET_KEY"} <= passed, name


def test_every_command_it_gives_exists() -> None:
    docker = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    commands = [service["command"] for name, service in read()["services"].items() if name in STATELESS]
    commands.append(json.loads(docker.rpartition("\nCMD ")[2]))
    for name, *rest in commands:
        command = main.commands[name]
        command.make_context(name, list(rest))


def test_what_others_wait_for_says_when_it_is_healthy() -> None:
    services = read()["services"]
    waited = [
        (waiting, target)
        for waiting in services.values()
        for target, how in waiting.get("depends_on", {}).items()
        if how["condition"] == "service_healthy"
    ]
    assert waited
    for _, target in waited:
        assert services[target]["healthcheck"]["test"], target


def test_the_database_is_asked_where_others_reach_it_and_its_tools_are_of_its_version() -> None:
    """While its image sets it up, a first server answers at the socket; a backup wants tools not older than the server."""
    postgres = read()["services"]["postgres"]
    assert "127.0.0.1" in postgres["healthcheck"]["test"]
    docker = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert f"postgresql-client-{postgres['image'].partition(':')[2]}" in docker


def test_no_secret_has_a_default_and_nothing_but_the_web_is_open() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    for secret in ("POSTGRES_PASSWORD", "LOOMWORK_SECRET_KEY"):
        uses = re.findall(rf"\$\{{{secret}(.)", text)
        assert uses
        assert set(uses) == {":"}
        assert f"{secret}:-" not in text
    opened = {name: service["ports"] for name, service in read()["services"].items() if "ports" in service}
    assert set(opened) == {"web"}
    assert all(port.startswith("127.0.0.1:") for port in opened["web"])


def test_the_example_of_the_environment_names_every_variable() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = {line.partition("=")[0] for line in example.splitlines() if "=" in line and not line.startswith("#")}
    assert named == set(VARIABLE.findall(text))


def test_images_are_pinned_and_ours_does_not_run_as_root() -> None:
    docker = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    images = re.findall(r"^FROM (\S+)", docker, flags=re.MULTILINE)
    images += [service["image"] for service in read()["services"].values() if "image" in service]
    assert all(":" in image and not image.endswith(":latest") for image in images), images
    assert docker.rindex("\nUSER loomwork") > docker.rindex("\nFROM ")
