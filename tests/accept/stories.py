"""Customer stories: what people of a sales department do all day, over the public API, each with their own rights."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.accept.client import Client, Refused
from tests.accept.report import Report
from tests.accept.server import Server

PEOPLE = {
    "rep": ("zhang.rui@story.example", "张瑞", "crm.representative"),
    "colleague": ("sofia.lind@story.example", "Sofia Lind", "crm.representative"),
    "manager": ("he.jing@story.example", "何静", "crm.manager"),
    "executive": ("wu.tao@story.example", "吴涛", "crm.executive"),
}


def run(report: Report, server: Server, admin: Client) -> None:
    """A lead becomes a deal, the deal is won, and nobody sees or does more than they should."""
    unit = admin.call("POST", "/records/system.unit", json={"name": "故事部 Story"})["id"]
    people: dict[str, Client] = {}
    for key, (email, name, role) in PEOPLE.items():
        people[key] = Client(server.address, server.person(email, name, [role], ["read", "write"]))
        found = admin.query("system.user", fields=["id"], filter="email = :email", params={"email": email})["records"][
            0
        ]
        _change(admin, "system.user", found["id"], {"unit": unit})
    lead = _lead(report, people["rep"])
    made = _conversion(report, people["rep"], lead)
    _stages(report, people["rep"], made["opportunity"])
    _others(report, people, made)


def _read(client: Client, entity: str, record_id: str) -> dict[str, Any]:
    found: dict[str, Any] = client.call("GET", f"/records/{entity}/{record_id}")
    return found


def _change(client: Client, entity: str, record_id: str, fields: dict[str, Any]) -> dict[str, Any]:
    version = _read(client, entity, record_id)["row_version"]
    changed: dict[str, Any] = client.call(
        "PATCH", f"/records/{entity}/{record_id}", json=fields, headers={"If-Match": f'"{version}"'} | client.headers
    )
    return changed


def _refused(client: Client, entity: str, record_id: str, fields: dict[str, Any]) -> set[str]:
    """The places of the refusal; empty when the change was taken."""
    try:
        _change(client, entity, record_id, fields)
    except Refused as refusal:
        return {detail["path"] for detail in refusal.error.get("details", [])} or {str(refusal.status)}
    return set()


def _lead(report: Report, rep: Client) -> str:
    try:
        rep.call("POST", "/records/crm.lead", json={"source": "website"})
        places: set[str] = set()
    except Refused as refusal:
        places = {detail["path"] for detail in refusal.error["details"]}
    report.line("story:lead-needs-a-name", places, {"name"})
    lead = rep.call(
        "POST",
        "/records/crm.lead",
        json={
            "company": "若水精密",
            "name": {"family": "秦", "given": "知远"},
            "mobile": "138 0000 1234",
            "email": "qin.zhiyuan@ruoshui.example",
            "industry": "equipment",
            "source": "event",
            "budget": "320000",
            "timeframe": "quarter",
            "rating": "hot",
            "score": 82,
            "need": "两条产线数据采集",
        },
    )
    report.line("story:lead-title", (lead["title"], lead["grade"], lead["status"]), ("若水精密 · 秦知远", "A", "new"))
    worked = _change(rep, "crm.lead", lead["id"], {"status": "working"})
    report.line("story:first-response-is-noted", worked["first_response_at"] is not None, True)
    closing = _refused(rep, "crm.lead", lead["id"], {"status": "disqualified"})
    report.line("story:closing-needs-a-reason", closing, {"disqualify_reason"})
    _change(rep, "crm.lead", lead["id"], {"status": "qualified"})
    return str(lead["id"])


def _conversion(report: Report, rep: Client, lead: str) -> dict[str, str]:
    known = rep.call("POST", "/records/crm.account", json={"name": "若水精密", "kind": "company"})["id"]
    path = f"/records/crm.lead/{lead}/actions/lead_convert"
    preview = {one["key"]: one for one in rep.call("POST", f"{path}/preview", json={})["targets"]}
    existing = (preview["account"]["existing"] or {}).get("id")
    report.line("story:conversion-finds-the-account", existing == known, True)
    made = {key: one["id"] for key, one in rep.call("POST", path, json={})["targets"].items()}
    report.line("story:conversion-makes", sorted(made), ["account", "contact", "opportunity"])
    report.line("story:conversion-uses-the-account", made["account"] == known, True)
    contact = _read(rep, "crm.contact", made["contact"])
    report.line("story:contact-taken-over", (contact["name"]["full"], contact["mobile"]), ("秦知远", "+8613800001234"))
    deal = _read(rep, "crm.opportunity", made["opportunity"])
    expected = ("320000.00", "contact", "10", "32000.00")
    report.line(
        "story:deal-taken-over",
        (deal["amount"]["amount"], deal["stage"], deal["probability"], deal["weighted_amount"]),
        expected,
    )
    done = _read(rep, "crm.lead", lead)
    report.line(
        "story:lead-knows-what-it-became",
        (done["status"], done["account"]["id"] == made["account"], done["opportunity"]["id"] == made["opportunity"]),
        ("converted", True, True),
    )
    report.line("story:converted-lead-is-final", _refused(rep, "crm.lead", lead, {"company": "改名"}), {"company"})
    report.line("story:no-second-conversion", _fails(rep, path), True)
    return made


def _fails(client: Client, path: str) -> bool:
    try:
        client.call("POST", path, json={})
    except Refused as refusal:
        return refusal.status < 500
    return False


def _stages(report: Report, rep: Client, deal: str) -> None:
    today = date.today()  # noqa: DTZ011, TID251 - a client has a clock of its own
    moved = _change(rep, "crm.opportunity", deal, {"stage": "demo"})
    report.line("story:stage-sets-probability", (moved["probability"], moved["forecast_category"]), ("50", "best_case"))
    adjusted = _change(rep, "crm.opportunity", deal, {"probability": "65"})
    report.line(
        "story:probability-can-be-adjusted", (adjusted["probability"], adjusted["weighted_amount"]), ("65", "208000.00")
    )
    past = {"stage": "negotiation", "close_date": (today - timedelta(days=9)).isoformat()}
    report.line("story:close-date-has-passed", "close_date" in _refused(rep, "crm.opportunity", deal, past), True)
    line = {"item": "边缘网关", "quantity": "12", "price": "25000", "discount": "4"}
    quoted = _change(
        rep, "crm.opportunity", deal, {"lines": [line, {**line, "item": "实施", "quantity": "2", "discount": "0"}]}
    )
    report.line("story:quote-adds-up", (quoted["lines_gross"], quoted["lines_total"]), ("350000.00", "338000.00"))
    ahead = {"stage": "negotiation", "close_date": (today + timedelta(days=20)).isoformat(), "amount": "338000"}
    report.line("story:negotiation", _change(rep, "crm.opportunity", deal, ahead)["probability"], "75")
    report.line("story:loss-needs-a-reason", _refused(rep, "crm.opportunity", deal, {"stage": "lost"}), {"loss_reason"})
    won = _change(
        rep, "crm.opportunity", deal, {"stage": "won", "close_date": today.isoformat(), "win_reason": "function"}
    )
    report.line(
        "story:won",
        (won["probability"], won["forecast_category"], won["weighted_amount"]),
        ("100", "closed", "338000.00"),
    )
    account = _read(rep, "crm.account", won["account"]["id"])
    report.line(
        "story:account-rolls-up",
        (account["won_deals"], account["won_amount"], account["open_deals"]),
        (1, "338000.00", 0),
    )
    task = {"kind": "task", "subject": "回访", "due_on": today.isoformat(), "opportunity": deal}
    made = rep.call("POST", "/records/crm.activity", json=task)
    report.line("story:activity-knows-the-account", made["account"]["id"], won["account"]["id"])
    done = _change(rep, "crm.activity", made["id"], {"done": True, "outcome": "connected"})
    report.line("story:done-now", done["completed_at"] is not None, True)
    account = _read(rep, "crm.account", won["account"]["id"])
    report.line("story:last-activity", account["last_activity_at"] == done["completed_at"], True)


def _others(report: Report, people: dict[str, Client], made: dict[str, str]) -> None:
    seen = _read(people["colleague"], "crm.contact", made["contact"])
    report.line("story:colleague-sees-a-mask", seen["mobile"], {"masked": "138****1234"})
    report.line(
        "story:colleague-cannot-find-by-it", people["colleague"].count("crm.contact", "mobile = '+8613800001234'"), 0
    )
    changed = _refused(people["colleague"], "crm.opportunity", made["opportunity"], {"name": "我的"})
    report.line("story:colleague-cannot-change", bool(changed), True)
    manager = _change(people["manager"], "crm.opportunity", made["opportunity"], {"closing_note": "做得好"})
    report.line("story:manager-may", manager["closing_note"], "做得好")
    report.line(
        "story:executive-reads", _read(people["executive"], "crm.opportunity", made["opportunity"])["stage"], "won"
    )
    refused = _refused(people["executive"], "crm.opportunity", made["opportunity"], {"closing_note": "x"})
    report.line("story:executive-changes-nothing", bool(refused), True)
    history = people["manager"].call("GET", f"/records/crm.opportunity/{made['opportunity']}/history")
    entries = history.get("items") or history.get("history") or history.get("records") or []
    report.line("story:history-is-kept", len(entries) >= 6, True)
