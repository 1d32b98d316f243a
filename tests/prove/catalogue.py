"""The proofs by name, in the order in which they run."""

from __future__ import annotations

from tests.prove import (
    p2_matrix,
    p6_actor,
    p9_routes,
    r6_edits,
    r7_keys,
    r11_publish,
    s1_skeleton,
    s2_injection,
    s5_forgery,
    s6_assignment,
    s17_doors,
)
from tests.prove.p1 import run as p1_run
from tests.prove.results import Proof

_ALL = (
    p1_run.PROOF, p2_matrix.PROOF, p6_actor.PROOF, p9_routes.PROOF, r6_edits.PROOF, r7_keys.PROOF, r11_publish.PROOF,
    s1_skeleton.PROOF, s2_injection.PROOF, s5_forgery.PROOF,
    s6_assignment.PROOF, s17_doors.PROOF,
)  # fmt: skip
PROOFS: dict[str, Proof] = {proof.name: proof for proof in _ALL}
