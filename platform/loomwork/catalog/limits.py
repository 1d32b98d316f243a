"""How big an app package may be. The figures are those of the threat model; a caller may pass larger ones."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one app package and of one run over it.

    Units: `file_bytes` are bytes of one JSON file, everything else counts things.
    """

    file_bytes: int = 1_000_000
    files: int = 4_000
    entities: int = 1_000
    fields: int = 300
    faults: int = 1_000
    """Faults that one run reports before it stops counting."""


LABEL_LENGTH = 200
"""Characters of a label in one language."""
HELP_LENGTH = 2_000
FORMULA_LENGTH = 2_000
