"""What a record offers to do at once: quick actions of the phone and the next step. Frozen values, as in `models.py`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QuickAction:
    """One press that calls, writes or adds; `kind` is call, message, mail or add."""

    kind: str
    label: str
    icon: str
    url: str
    head: str = ""
    """`plain` or `primary` where the head of the page shows it on a desk."""

    @property
    def is_form(self) -> bool:
        """Whether it opens a form beside the page; all others leave it to the phone."""
        return self.kind == "add"


@dataclass(frozen=True, slots=True)
class NextStep:
    """The nearest record that is to be done for the shown one."""

    entity: str
    id: str
    version: int
    title: str
    url: str
    icon: str
    colour: str
    when: str
    full_when: str
    late: str
    """How long it is overdue, in words; empty while it is not."""
    people: tuple[str, ...]
    field: str
    """The yes/no field that ticking sets."""
    may_complete: bool
    more: str = ""
    """How many others are to be done as well, such as `9+`; empty for none."""
    more_url: str = ""
