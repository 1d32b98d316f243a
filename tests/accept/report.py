"""The lines of an acceptance run: `name | pass or fail | got | expected`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Report:
    """Prints each line as it comes and remembers whether one failed."""

    failed: list[str] = field(default_factory=list)
    count: int = 0

    def line(self, name: str, got: Any, expected: Any) -> bool:
        """Compare and print. Returns: whether they are equal."""
        is_equal = bool(got == expected)
        self.count += 1
        if not is_equal:
            self.failed.append(name)
        print(f"{name} | {'pass' if is_equal else 'fail'} | {_shown(got)} | {_shown(expected)}", flush=True)
        return is_equal

    def broke(self, name: str, reason: Exception) -> None:
        """A part that could not go on counts as a failed line."""
        self.count += 1
        self.failed.append(name)
        text = " ".join(str(reason).split())[:300]
        print(f"{name} | fail | {type(reason).__name__}: {text} | runs to its end", flush=True)


def _shown(value: Any) -> str:
    text = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    return " ".join(text.split())[:200]
