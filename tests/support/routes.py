"""Every route of a server with an address that can be asked for, so that no test has to keep a list."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.routing import Rule

from tests.support.running import Running

SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Route:
    """One method of one rule. `path` is filled with values that exist where the caller has given some."""

    method: str
    rule: str
    path: str
    endpoint: str

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"


def routes(running: Running, **values: str) -> list[Route]:
    """All routes; a variable that `values` does not name is filled with a value that does not exist."""
    found = []
    for rule in running.app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            found.append(Route(method, rule.rule, _filled(rule, values), rule.endpoint))
    return found


def _filled(rule: Rule, values: dict[str, str]) -> str:
    path = rule.rule
    for name in rule.arguments:
        value = values.get(name, "00000000-0000-7000-8000-00000000dead" if name.endswith("id") else "nothing")
        for form in (f"<{name}>", f"<path:{name}>", f"<string:{name}>"):
            path = path.replace(form, value)
    assert "<" not in path, path
    return path
