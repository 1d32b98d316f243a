"""A real CRM export: accounts, products, sales teams and 8,800 opportunities of a hardware seller, loaded by mapping alone."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from tests.accept.client import Client
from tests.accept.report import Report
from tests.accept.server import Server

STAGES = {"Won": "won", "Lost": "lost", "Engaging": "needs", "Prospecting": "contact"}


def run(report: Report, server: Server, client: Client, folder: Path) -> None:
    """Load the export and ask it questions."""
    files = {
        name: (folder / f"{name}.csv").read_bytes()
        for name in ("accounts", "products", "sales_teams", "sales_pipeline")
    }
    _teams(report, client, files["sales_teams"])
    _accounts_and_products(report, client, files)
    _deals(report, client, files["sales_pipeline"])
    _unknown_product(report, client, files["sales_pipeline"])
    _questions(report, client, files)
    _rights(report, server, files["sales_teams"])


def _rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def _faults(report: dict[str, Any]) -> str:
    first = report["faults"][:1]
    return f" ({first[0]['row']}, {first[0]['column']}: {first[0]['message']})" if first else ""


def _taken(report: Report, name: str, found: dict[str, Any], created: int, skipped: int = 0, updated: int = 0) -> None:
    """Every row of the file is accounted for."""
    got = f"{found['state']} {found['created']}+{found['updated']}+{found['skipped']}{_faults(found)}"
    report.line(name, got, f"done {created}+{updated}+{skipped}")
    whole = found["created"] + found["updated"] + found["skipped"] + found["fault_count"]
    report.line(f"{name}:every-row", whole, found["rows"])


def _teams(report: Report, client: Client, data: bytes) -> None:
    for part, entity, created, skipped in (
        ("units", "system.unit", 3, 32),
        ("managers", "system.user", 6, 29),
        ("agents", "system.user", 35, 0),
        ("agent_roles", "system.role_assignment", 35, 0),
        ("manager_roles", "system.role_assignment", 6, 29),
    ):
        found = client.import_file(entity, "sales_teams.csv", data, f"hw.{part}")
        _taken(report, f"hardware:import:{part}", found, created, skipped)
    report.line(
        "hardware:managers-of-agents",
        len(client.grouped("system.user", "manager.name", "COUNT()", "job_title = 'Sales agent'")),
        6,
    )


def _accounts_and_products(report: Report, client: Client, files: dict[str, bytes]) -> None:
    checked = client.import_file("crm.account", "accounts.csv", files["accounts"], "hw.accounts", dry_run=True)
    report.line("hardware:dry-run:accounts", (checked["state"], client.count("crm.account")), ("checked", 0))
    found = client.import_file("crm.account", "accounts.csv", files["accounts"], "hw.accounts")
    _taken(report, "hardware:import:accounts", found, 85)
    decisions = {(one["column"], one["from"]): one["rows"] for one in found["changed"]}
    report.line("hardware:decision:technolgy", decisions.get(("sector", "technolgy")), 12)
    report.line("hardware:decision:Philipines", decisions.get(("office_location", "Philipines")), 1)
    report.line("hardware:unused-column", found["unused"], ["subsidiary_of"])
    groups = client.import_file("crm.account", "accounts.csv", files["accounts"], "hw.account_groups")
    _taken(report, "hardware:import:account_groups", groups, 0, updated=85)
    parents = Counter(row["subsidiary_of"] for row in _rows(files["accounts"]) if row["subsidiary_of"])
    got = client.grouped("crm.account", "parent.name", "COUNT()", "parent IS NOT NULL")
    report.line("hardware:subsidiaries", got, {name: str(count) for name, count in parents.items()})
    _taken(
        report,
        "hardware:import:products",
        client.import_file("crm.product", "products.csv", files["products"], "hw.products"),
        7,
    )


def _deals(report: Report, client: Client, data: bytes) -> None:
    found = client.import_file("crm.opportunity", "sales_pipeline.csv", data, "hw.opportunities")
    _taken(report, "hardware:import:opportunities", found, 8_800)
    again = client.import_file("crm.opportunity", "sales_pipeline.csv", data, "hw.opportunities")
    report.line("hardware:import-twice", (again["state"], again["fault_count"]), ("refused", 8_800))


def _unknown_product(report: Report, client: Client, data: bytes) -> None:
    stopped = client.import_file("crm.opportunity_line", "sales_pipeline.csv", data, "hw.lines_as_they_are")
    named = {fault["value"] for fault in stopped["faults"]}
    report.line(
        "hardware:GTXPro-stops", (stopped["state"], stopped["fault_count"], named), ("refused", 1_480, {"GTXPro"})
    )
    report.line("hardware:GTXPro-writes-nothing", client.count("crm.opportunity_line"), 0)
    taken = client.import_file("crm.opportunity_line", "sales_pipeline.csv", data, "hw.lines")
    _taken(report, "hardware:import:lines", taken, 8_800)
    decisions = {one["from"]: (one["to"], one["rows"]) for one in taken["changed"]}
    report.line("hardware:GTXPro-decided", decisions.get("GTXPro"), ("GTX Pro", 1_480))


def _questions(report: Report, client: Client, files: dict[str, bytes]) -> None:
    deals = _rows(files["sales_pipeline"])
    report.line("hardware:accounts", client.count("crm.account"), 85)
    report.line("hardware:products", client.count("crm.product"), 7)
    report.line("hardware:agents", client.count("system.user", "job_title = 'Sales agent'"), 35)
    report.line("hardware:managers", client.count("system.user", "job_title = 'Sales manager'"), 6)
    report.line("hardware:offices", client.count("system.unit"), 3)
    stages = client.grouped("crm.opportunity", "stage", "COUNT()")
    for word, expected in (("Won", 4_238), ("Lost", 2_473), ("Engaging", 1_589), ("Prospecting", 500)):
        report.line(f"hardware:stage:{word}", int(stages.get(STAGES[word], -1)), expected)
    report.line("hardware:sum-of-won", client.total("crm.opportunity", "amount", "stage = 'won'"), "10005534")
    offices = client.grouped("crm.opportunity", "owner_id.unit.name", "SUM(amount)", "stage = 'won'")
    for office, expected in (("Central", 3_346_293), ("West", 3_568_647), ("East", 3_090_594)):
        report.line(f"hardware:won:{office}", offices.get(office), str(expected))
    report.line("hardware:without-account", client.count("crm.opportunity", "account IS NULL"), 1_425)
    sectors = {row["account"]: row["sector"] for row in _rows(files["accounts"])}
    won: dict[str, int] = defaultdict(int)
    for deal in deals:
        if deal["deal_stage"] == "Won" and sectors.get(deal["account"]) == "retail":
            won["retail"] += int(deal["close_value"])
    report.line(
        "hardware:won:retail",
        client.total("crm.opportunity", "amount", "stage = 'won' AND account.industry = 'retail'"),
        str(won["retail"]),
    )
    pro = sum(
        int(deal["close_value"])
        for deal in deals
        if deal["deal_stage"] == "Won" and deal["product"] in {"GTXPro", "GTX Pro"}
    )
    products = client.grouped("crm.opportunity_line", "product.name", "SUM(amount)", "opportunity.stage = 'won'")
    report.line("hardware:won:GTX-Pro", products.get("GTX Pro"), str(pro))
    rolled = client.total("crm.account", "won_amount")
    report.line("hardware:roll-up:won", rolled, "10005534")


def _rights(report: Report, server: Server, teams: bytes) -> None:
    """A manager sees the office, an agent the office to read; nobody sees another office."""
    office = {row["regional_office"]: 0 for row in _rows(teams)}
    report.line("hardware:offices-in-file", len(office), 3)
    for name in ("Dustin Brinkmann", "Anna Snelling"):
        token = server.token(f"{name.lower().replace(' ', '.')}@hardware.example", ["read"])
        seen = Client(server.address, token).grouped("crm.opportunity", "owner_id.unit.name", "COUNT()")
        report.line(f"hardware:seen-by:{name}", set(seen), {"Central"})
