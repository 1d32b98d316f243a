"""S17: nothing goes round the doors. The rules and their planted breaches are those of the house test."""

from __future__ import annotations

from tests.house.test_one_door import DOORS, FLOOR
from tests.prove.results import Context, Proof, Result
from tests.support.source import planted, platform_modules


def run(context: Context) -> Result:
    """Scan every module for every door; each door must also find its own planted breaches."""
    modules = platform_modules()
    faults = [f"{door.name}: {place}" for door in DOORS for place in door.violations(modules)]
    breaches = [(door, source) for door in DOORS for source in door.breaches]
    missed = [
        f"{door.name} does not find {source!r}" for door, source in breaches if not door.violations([planted(source)])
    ]
    if len(modules) < FLOOR:
        faults.append(f"only {len(modules)} modules were scanned")
    figures = {
        "modules": len(modules),
        "doors": len(DOORS),
        "violations": len(faults),
        "planted_found": f"{len(breaches) - len(missed)}/{len(breaches)}",
    }
    return Result(not faults and not missed, figures, faults + missed)


PROOF = Proof("S17", "one door per power", run, needs_database=False)
