"""A frozen, ordered table of registered classes. Adding a type is one line in a `BUILTIN` list."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, Protocol, TypeVar

from loomwork.core.diagnostics import did_you_mean


class Named(Protocol):
    """Anything with a technical name."""

    @property
    def name(self) -> str:
        """Unique within its registry."""


T = TypeVar("T", bound=Named)


class Registry(Mapping[str, T], Generic[T]):
    """Name → entry; unknown names raise with the nearest known one, double names raise at start."""

    def __init__(self, what: str, entries: Iterable[T]) -> None:
        self._what = what
        self._entries: dict[str, T] = {}
        for entry in entries:
            if entry.name in self._entries:
                raise ValueError(f"{what} {entry.name!r} is registered twice")
            self._entries[entry.name] = entry

    def __getitem__(self, name: str) -> T:
        try:
            return self._entries[name]
        except KeyError:
            raise KeyError(f"no {self._what} {name!r}; {did_you_mean(name, self._entries)}") from None

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
