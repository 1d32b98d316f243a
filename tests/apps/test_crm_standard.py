"""The CRM package as it lies on disk: languages complete, names resolved, lists and forms worth using."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

APP = Path(__file__).parents[2] / "apps" / "crm_standard"
ENTITIES = (
    "account",
    "contact",
    "lead",
    "opportunity",
    "opportunity_line",
    "product",
    "price_book",
    "price_entry",
    "activity",
    "competitor",
)
SYSTEM_FIELDS = frozenset(
    {"id", "created_at", "created_by", "updated_at", "updated_by", "owner_id", "row_version", "deleted_at"}
)


def _read(kind: str) -> dict[str, Any]:
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted((APP / kind).glob("*.json"))}


@pytest.fixture(scope="module")
def entities() -> dict[str, Any]:
    return _read("entities")


def _labels(value: Any, place: str) -> Iterator[tuple[str, dict[str, str]]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if (
                key in {"label", "plural", "help", "message", "reverse_label"}
                and isinstance(inner, dict)
                and "type" not in inner
            ):
                yield f"{place}/{key}", inner
            else:
                yield from _labels(inner, f"{place}/{key}")


def _resolve(entities: dict[str, Any], entity: str, path: str) -> bool:
    head, _, rest = path.partition(".")
    if head in SYSTEM_FIELDS:
        return not rest
    field = entities[entity]["fields"].get(head)
    if field is None or not rest:
        return field is not None
    return _resolve(entities, field["properties"]["entity"].removeprefix("crm."), rest)


def test_the_package_holds_json_and_its_two_texts_only() -> None:
    assert {file.suffix for file in APP.rglob("*") if file.is_file()} <= {".json", ".md"}
    assert set(ENTITIES) == set(_read("entities"))


@pytest.mark.parametrize(
    "kind", ["entities", "choice_sets", "forms", "views", "pages", "actions", "navigation", "roles"]
)
def test_every_text_is_there_in_both_languages(kind: str) -> None:
    texts = [(place, label) for name, body in _read(kind).items() for place, label in _labels(body, name)]
    wrong = [
        place
        for place, label in texts
        if set(label) != {"en", "zh-CN"} or not all(text.strip() for text in label.values())
    ]
    assert not wrong
    assert texts or kind == "pages"


def test_chinese_labels_of_fields_are_short_enough_for_a_column(entities: dict[str, Any]) -> None:
    long = [
        (name, field["label"]["zh-CN"])
        for entity in entities.values()
        for name, field in entity["fields"].items()
        if len(field["label"]["zh-CN"]) > 9
    ]
    assert not long


def test_messages_name_a_way_out_without_begging(entities: dict[str, Any]) -> None:
    messages = [
        check["message"]
        for entity in entities.values()
        for check in [*entity.get("validations", {}).values(), *entity.get("rules", {}).values()]
        if "message" in check
    ]
    assert len(messages) >= 20
    for message in messages:
        assert "请" not in message["zh-CN"].replace("请选", "")
        assert "！" not in message["zh-CN"]
        assert "please" not in message["en"].lower()
        assert "invalid" not in message["en"].lower()


def test_rules_name_fields_of_their_entity(entities: dict[str, Any]) -> None:
    for name, entity in entities.items():
        for rule in entity.get("rules", {}).values():
            named = [*rule.get("require", []), *rule.get("lock", []), *rule.get("show", []), *rule.get("set", {})]
            assert named, name
            assert set(named) <= set(entity["fields"]) | {"owner_id"}, name


def test_forms_and_lists_name_fields_that_exist(entities: dict[str, Any]) -> None:
    for view in _read("views").values():
        entity = view["entity"].removeprefix("crm.")
        named = [*view["columns"], *(key.lstrip("-") for key in view.get("sort", [])), *view.get("sums", [])]
        assert [path for path in named if not _resolve(entities, entity, path)] == []
    for form in _read("forms").values():
        entity = form["entity"].removeprefix("crm.")
        named = [
            field
            for tab in form["tabs"].values()
            for section in tab["sections"].values()
            for field in section["fields"]
        ]
        assert [path for path in named if not _resolve(entities, entity, path)] == []
        assert len(named) == len(set(named)), "a field stands twice on one form"


def test_every_field_can_be_reached_on_a_form_or_is_kept_by_the_system(entities: dict[str, Any]) -> None:
    shown: dict[str, set[str]] = {}
    for form in _read("forms").values():
        here = shown.setdefault(form["entity"].removeprefix("crm."), set())
        for tab in form["tabs"].values():
            for section in tab["sections"].values():
                here |= set(section["fields"])
    for name, entity in entities.items():
        missing = [
            field
            for field, body in entity["fields"].items()
            if field not in shown[name] and not body.get("readonly") and body["type"] != "link"
        ]
        assert missing == [], name


def test_every_entity_that_people_open_has_one_default_list() -> None:
    defaults: dict[str, int] = {}
    counts: dict[str, int] = {}
    for view in _read("views").values():
        counts[view["entity"]] = counts.get(view["entity"], 0) + 1
        defaults[view["entity"]] = defaults.get(view["entity"], 0) + bool(view.get("is_default"))
    assert set(defaults.values()) == {1}
    assert {f"crm.{name}" for name in ENTITIES} == set(counts)
    assert min(counts[f"crm.{name}"] for name in ("account", "contact", "lead", "opportunity", "activity")) >= 5


def test_the_five_stages_stand_in_order_with_rising_shares() -> None:
    choices = _read("choice_sets")["stage"]["choices"]
    names = [choice["label"]["zh-CN"] for choice in choices.values()]
    assert names == ["初步接触", "需求确认", "方案演示", "报价谈判", "签约执行", "赢单", "输单"]
    shares = [choice["share"] for choice in choices.values()]
    assert shares[:6] == sorted(set(shares[:6]))
    assert {value: choice["closes"] for value, choice in choices.items() if "closes" in choice} == {
        "won": "won",
        "lost": "lost",
    }


def test_probability_of_a_stage_is_the_share_that_its_glyph_shows(entities: dict[str, Any]) -> None:
    choices = _read("choice_sets")["stage"]["choices"]
    formula = entities["opportunity"]["rules"]["stage_sets_probability"]["set"]["probability"]
    for value, choice in choices.items():
        assert f"'{value}', {choice['share']}" in formula


def test_roles_cover_the_six_jobs_and_executives_change_nothing() -> None:
    roles = _read("roles")
    assert set(roles) == {"representative", "manager", "marketer", "service_agent", "executive", "administrator"}
    for grant in roles["executive"]["grants"].values():
        assert set(grant["actions"]) <= {"read", "export"}
        assert grant["fields"]["write"] == []
    assert {grant["entity"] for grant in roles["administrator"]["grants"].values()} == {
        f"crm.{name}" for name in ENTITIES
    }


def test_whoever_may_delete_may_take_it_back() -> None:
    for role, body in _read("roles").items():
        undoable = {
            action: {grant["entity"] for grant in body["grants"].values() if action in grant["actions"]}
            for action in ("delete", "restore")
        }
        assert undoable["delete"] <= undoable["restore"], role


def test_contact_data_of_colleagues_customers_is_masked_for_representatives() -> None:
    grants = _read("roles")["representative"]["grants"]
    assert {"phone", "email"} <= set(grants["account_unit"]["fields"]["mask"])
    assert {"mobile", "phone", "email"} <= set(grants["contact_unit"]["fields"]["mask"])
    assert "mask" not in grants["account_own"]["fields"]


def test_cost_and_margin_stay_with_managers() -> None:
    for name, role in _read("roles").items():
        for grant in role["grants"].values():
            if grant["entity"] == "crm.product" and name not in {"manager", "executive", "administrator"}:
                assert {"cost", "margin"} <= set(grant["fields"]["except"])


def test_conversion_fills_fields_that_exist_and_links_the_lead_back(entities: dict[str, Any]) -> None:
    mapping = _read("mappings")["lead_conversion"]
    lead = entities["lead"]["fields"]
    for target in mapping["targets"].values():
        known = entities[target["entity"].removeprefix("crm.")]["fields"]
        for field, source in target["fields"].items():
            assert field in known or field in SYSTEM_FIELDS
            if "from" in source:
                assert source["from"] in lead or source["from"] in SYSTEM_FIELDS
            if "target" in source:
                assert source["target"] in mapping["targets"]
    assert mapping["after"]["status"] == {"value": "converted"}
    assert set(mapping["targets"]) <= set(mapping["after"])


def test_reference_data_points_to_records_of_its_own() -> None:
    bodies = _read("seed")
    records = {**bodies["reference"]["records"], **bodies["demo_catalogue"]["records"]}
    assert len(records) >= 60
    for record in records.values():
        for value in record["fields"].values():
            if isinstance(value, dict) and "seed" in value:
                assert value["seed"] in records
