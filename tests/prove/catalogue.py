"""The proofs by name, in the order in which they run."""

from __future__ import annotations

from tests.prove import r11_publish, s1_skeleton, s2_injection, s17_doors
from tests.prove.results import Proof

_ALL = (r11_publish.PROOF, s1_skeleton.PROOF, s2_injection.PROOF, s17_doors.PROOF)
PROOFS: dict[str, Proof] = {proof.name: proof for proof in _ALL}
