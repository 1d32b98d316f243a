"""The report of an import in the words of its reader: what refused rows say, and why records were not taken back."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from loomwork.core.i18n import DEFAULT_LANGUAGE, label_text, text
from loomwork.records.importing import ImportReport

_AREAS = ("row", "field", "detail")


def fault_words(fault: Mapping[str, Any], language: str) -> str:
    """Why a value or row is refused; the English sentence where there are no words in the language.

    Shapes: `{column, code, message, value, params}`; a parameter may be a text by language.
    """
    if language == DEFAULT_LANGUAGE:
        return str(fault["message"])
    given = fault.get("params") or {}
    params = {"name": fault["column"], "path": fault["column"], **given, "value": fault["value"]}
    params = {key: label_text(one, language) if isinstance(one, Mapping) else one for key, one in params.items()}
    # Who fills a file writes labels, not codes.
    params["known"] = params.get("labels") or params.get("known", "{known}")
    keys = [f"row.{fault['code']}_by"] if "by" in given else []
    for key in (*keys, *(f"{area}.{fault['code']}" for area in _AREAS)):
        said = text(key, language, params, default="")
        if said and "{" not in said:
            return said
    return str(fault["message"])


def report_json(report: ImportReport, language: str) -> dict[str, Any]:
    """The report's wire form, its faults in the reader's language."""
    shown, seen = report.as_json(), Counter[int]()
    faults = []
    for fault in shown["faults"]:
        known = report.refused.get(fault["row"], [])
        place = seen[fault["row"]]
        seen[fault["row"]] += 1
        told = known[place] if place < len(known) else fault
        faults.append({**fault, "message": fault_words(told, language)})
    return {**shown, "faults": faults}


def undone_json(found: Mapping[str, Any], language: str) -> dict[str, Any]:
    """What undoing says, its reasons in the reader's language."""
    kept = []
    for one in found["kept"]:
        reason = (
            one["reason"]
            if language == DEFAULT_LANGUAGE
            else text(f"errors.{one['code']}", language, default=one["reason"])
        )
        kept.append({**one, "reason": reason})
    return {**found, "kept": kept}
