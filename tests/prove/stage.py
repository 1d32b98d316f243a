"""A running platform for a proof: an app package on a fresh database, people, tokens, a client that asks."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from loomwork.runtime import Runtime
    from loomwork.web.app import Server

SECRET = "a-key-for-proofs-that-protects-nothing-0123456789"


def write_package(folder: Path, files: Mapping[str, Any]) -> Path:
    """An app package on disk, named as its manifest says."""
    root: Path = folder / files["app.json"]["name"]
    for name, body in files.items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return root


def environ(url: str, home: Path, package: Path | None) -> dict[str, str]:
    """The configuration of a proof's installation; without a package, the apps that ship."""
    return {
        "LOOMWORK_HOME": str(home),
        "LOOMWORK_DATABASE_URL": url,
        "LOOMWORK_SECRET_KEY": SECRET,
        "LOOMWORK_LANGUAGE": "en",
        "LOOMWORK_TIME_ZONE": "Asia/Shanghai",
        "LOOMWORK_LOG_LEVEL": "ERROR",
        **({"LOOMWORK_APPS": str(package)} if package else {}),
    }


@dataclass
class Stage:
    """A started platform. `tokens` and `users` are by the key of a person."""

    rt: Runtime
    server: Server
    client: FlaskClient
    settings: dict[str, str]
    tokens: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)

    def ask(
        self, person: str, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """A request in the name of a person (empty: of nobody)."""
        sent = {"Accept": "application/json", **(headers or {})}
        if person:
            sent["Authorization"] = f"Bearer {self.tokens[person]}"
        data = None
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
            data = body if isinstance(body, (bytes, str)) else json.dumps(body, ensure_ascii=False)
        return self.client.open(path, method=method, data=data, headers=sent)

    def create(self, entity: str, values: Mapping[str, Any], person: str = "") -> dict[str, Any]:
        """A record by the platform's own hand, or in the name of a person with every right."""
        with self.rt.write() as work:
            return dict(self.rt.records.create(work, self.actor(person), entity, values))

    def update(
        self, entity: str, record_id: str, values: Mapping[str, Any], version: int, person: str = ""
    ) -> dict[str, Any]:
        """A change by the platform's own hand, or in the name of a person with every right."""
        with self.rt.write() as work:
            return dict(self.rt.records.update(work, self.actor(person), entity, record_id, values, version))

    def actor(self, person: str = "") -> Any:
        """An actor with every right who bears a person's name."""
        from dataclasses import replace

        from loomwork.permissions.actor import system_actor

        made = system_actor("proof")
        return replace(made, user_id=self.users[person]) if person else made

    def add_unit(self, name: str, parent: str | None = None) -> str:
        """A unit; returns its id."""
        return str(self.create("system.unit", {"name": name, **({"parent": parent} if parent else {})})["id"])

    def add_person(
        self,
        key: str,
        name: str,
        *,
        roles: tuple[str, ...],
        unit: str | None = None,
        scopes: tuple[str, ...] = ("write",),
    ) -> str:
        """A user with roles and a token; returns his id."""
        from loomwork.web.auth import tokens

        values = {"name": name, "email": f"{key}@proof.example", "active": True, **({"unit": unit} if unit else {})}
        user = str(self.create("system.user", values)["id"])
        self.users[key] = user
        for role in roles:
            self.create("system.role_assignment", {"user": user, "role": role})
        with self.rt.database.write() as work:
            self.tokens[key] = tokens.create(work, user, name="proof", scopes=scopes)[0]
        return user


@contextmanager
def stage(url: str, home: Path, package: Path | None) -> Iterator[Stage]:
    """Start the platform on a database; it is closed at the end."""
    from loomwork.core.settings import load_settings
    from loomwork.runtime import Runtime
    from loomwork.web.app import create_app

    settings = environ(url, home, package)
    rt = Runtime.start(load_settings(settings))
    try:
        server = create_app(rt)
        server.config["TESTING"] = False
        yield Stage(rt, server, server.test_client(use_cookies=False), settings)
    finally:
        rt.close()


def made_id(*parts: object) -> str:
    """A UUIDv7 that depends on nothing but the parts."""
    digest = hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()
    return f"0193aaaa-{digest[:4]}-7{digest[4:7]}-8{digest[7:10]}-{digest[10:22]}"


@contextmanager
def ids_from(make: Callable[[], str]) -> Iterator[None]:
    """Let the platform take its new ids from `make`."""
    from loomwork.core import ids

    original = ids.new_id
    holders = [
        m
        for name, m in list(sys.modules.items())
        if name.startswith("loomwork") and getattr(m, "new_id", None) is original
    ]
    for holder in holders:
        holder.new_id = make  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for holder in holders:
            holder.new_id = original  # type: ignore[attr-defined]
