"""A client of the public API, as a customer would write one."""

from __future__ import annotations

import json
import time
from typing import Any

import urllib3


class Refused(Exception):
    """The server said no. `status` and the `error` object of the answer."""

    def __init__(self, status: int, error: dict[str, Any]) -> None:
        details = "; ".join(f"{one['path']}: {one['message']}" for one in error.get("details", [])[:3])
        super().__init__(f"{status} {error.get('code')}: {error.get('message')} {details}".strip())
        self.status = status
        self.error = error


class Client:
    """Calls of `/api/v1` with a bearer token."""

    def __init__(self, address: str, token: str) -> None:
        self.address = address
        self.headers = {"Authorization": f"Bearer {token}"}
        self._pool = urllib3.PoolManager(headers=self.headers, timeout=urllib3.Timeout(600), retries=False)

    def raw(self, method: str, path: str, **more: Any) -> urllib3.BaseHTTPResponse:
        """A call whose answer is taken as it is. Raises: Refused."""
        answer = self._pool.request(method, f"{self.address}/api/v1{path}", **more)
        if answer.status >= 400:
            raise Refused(answer.status, _error(answer.data))
        return answer

    def call(self, method: str, path: str, **more: Any) -> Any:
        """A call that answers JSON. Raises: Refused."""
        data = self.raw(method, path, **more).data
        return json.loads(data) if data else None

    def query(self, entity: str, **more: Any) -> dict[str, Any]:
        """`POST /query`."""
        found: dict[str, Any] = self.call("POST", "/query", json={"entity": entity, **more})
        return found

    def count(self, entity: str, formula: str | None = None) -> int:
        """How many records the holder of the token sees."""
        more = {"filter": formula} if formula else {}
        rows = self.query(entity, measures={"n": "COUNT()"}, **more)["rows"]
        return int(rows[0]["n"]) if rows else 0

    def total(self, entity: str, path: str, formula: str | None = None) -> str:
        """The sum over a path, as text without trailing zeros."""
        more = {"filter": formula} if formula else {}
        rows = self.query(entity, measures={"total": f"SUM({path})"}, **more)["rows"]
        return plain(rows[0]["total"]) if rows else ""

    def grouped(self, entity: str, by: str, measure: str, formula: str | None = None) -> dict[str, str]:
        """One figure by the values of a path."""
        more = {"filter": formula} if formula else {}
        found = self.query(entity, group={"key": by}, measures={"figure": measure}, limit=10_000, **more)
        return {_key(row["key"]): plain(row["figure"]) for row in found["rows"]}

    def import_file(
        self, entity: str, name: str, data: bytes, mapping: str, *, dry_run: bool = False
    ) -> dict[str, Any]:
        """Import a file through a mapping. Returns: the report, also that of a refused import."""
        fields = {"file": (name, data), "mapping": mapping, "dry_run": "true" if dry_run else "false"}
        try:
            answer = self.call("POST", f"/records/{entity}/import", fields=fields)
        except Refused as refusal:
            if "report" not in refusal.error:
                raise
            answer = refusal.error
        found = dict(answer.get("report", answer))
        while found.get("state") in {"queued", "running"}:
            time.sleep(0.5)
            found = dict(self.call("GET", f"/jobs/{found['id']}"))
            found = dict(found.get("report") or found)
        return found


def plain(value: Any) -> str:
    """A figure as text: money as its amount, decimals without trailing zeros."""
    if isinstance(value, dict):
        value = value.get("amount")
    text = "" if value is None else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _key(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("label", value.get("value", "")))
    return "" if value is None else str(value)


def _error(data: bytes) -> dict[str, Any]:
    try:
        return dict(json.loads(data)["error"])
    except (ValueError, KeyError, TypeError):
        return {"code": "no_json", "message": data[:200].decode("utf-8", "replace")}
