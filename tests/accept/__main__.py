"""`python -m tests.accept`: real input of others over the public API on a fresh server; exit 1 if a line fails."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from tests.accept import chinook, hardware_seller, naughty, stories
from tests.accept.client import Client
from tests.accept.report import Report
from tests.accept.server import ROOT, NotStarted, Server, fresh_server

DATA = ROOT.parent / "shared" / "data"
ROLES = ("crm.administrator", "system.administrator", "chinook.owner", "naughty.owner")
SCOPES = ("read", "write", "import")
PARTS = ("hardware", "chinook", "naughty", "stories")  # each asks for figures of its own; the stories come last


def main() -> int:
    """Run the parts asked for, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.accept", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"parts to run: {', '.join(PARTS)}; default: all")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the real input")
    asked = parser.parse_args()
    unknown = [part for part in asked.parts if part not in PARTS]
    if unknown:
        parser.error(f"there is no part {unknown[0]!r}; known: {', '.join(PARTS)}")
    if not asked.data.is_dir():
        print(f"the real input is not here ({asked.data}); nothing to accept")
        return 0
    report = Report()
    try:
        with fresh_server() as server:
            _run(report, server, asked.data, asked.parts or list(PARTS))
    except NotStarted as reason:
        report.broke("server", reason)
    print(f"{report.count} lines, {len(report.failed)} failed")
    return 1 if report.failed else 0


def _run(report: Report, server: Server, data: Path, parts: list[str]) -> None:
    token = server.person("acceptance@loomwork.example", "Acceptance run", ROLES, SCOPES)
    client = Client(server.address, token)
    runs: dict[str, Callable[[], None]] = {
        "stories": lambda: stories.run(report, server, client),
        "hardware": lambda: hardware_seller.run(report, server, client, data / "crm-opportunities"),
        "chinook": lambda: chinook.run(report, client, data / "chinook"),
        "naughty": lambda: naughty.run(report, client, data / "text"),
    }
    for part in parts:
        try:
            runs[part]()
        except Exception as reason:  # noqa: BLE001 - one part that breaks must not hide the others
            report.broke(part, reason)
            print("".join(server.log), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
