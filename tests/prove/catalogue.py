"""The proofs by name, in the order in which they run."""

from __future__ import annotations

from tests.prove import r11_publish, s1_skeleton, s2_injection, s17_doors
from tests.prove.p1 import run as p1_run
from tests.prove.results import Proof

_ALL = (p1_run.PROOF, r11_publish.PROOF, s1_skeleton.PROOF, s2_injection.PROOF, s17_doors.PROOF)
PROOFS: dict[str, Proof] = {proof.name: proof for proof in _ALL}
