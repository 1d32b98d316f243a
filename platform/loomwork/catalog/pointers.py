"""JSON pointers made of keys (RFC 6901): cut, join, look up, and change a copy along a path."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

MISSING: Final = object()
"""What `find` gives where nothing stands; `None` is a value of its own."""

Keys = tuple[str, ...]


def parse_pointer(pointer: str) -> Keys:
    """The keys of a pointer; the empty text is the whole document.

    Raises: ValueError when the text does not begin with `/`.
    """
    if not pointer:
        return ()
    if not pointer.startswith("/"):
        raise ValueError("it does not begin with /")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/"))


def join_pointer(keys: Sequence[str]) -> str:
    """The pointer of some keys; the inverse of `parse_pointer`."""
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in keys)


def find(body: Any, keys: Sequence[str]) -> Any:
    """The value at the end of a path through objects, or `MISSING`."""
    here = body
    for key in keys:
        if not isinstance(here, Mapping) or key not in here:
            return MISSING
        here = here[key]
    return here


def with_value(body: Mapping[str, Any], keys: Sequence[str], value: Any) -> dict[str, Any]:
    """A copy of an object with `value` at the end of a path; objects on the way are copied, missing ones made.

    `MISSING` as value takes the key away.
    """
    copy = dict(body)
    head, rest = keys[0], keys[1:]
    if rest:
        below = copy.get(head)
        copy[head] = with_value(below if isinstance(below, Mapping) else {}, rest, value)
    elif value is MISSING:
        copy.pop(head, None)
    else:
        copy[head] = value
    return copy


def leaves(value: Any, keys: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    """Every value that is not an object with entries, with its keys, in document order."""
    if isinstance(value, Mapping) and value:
        for key, below in value.items():
            yield from leaves(below, (*keys, key))
    else:
        yield keys, value


def matches(pattern: Keys, keys: Keys) -> bool:
    """Whether a path lies at or below a pattern, in which `*` stands for any one key."""
    return len(keys) >= len(pattern) and all(p in ("*", k) for p, k in zip(pattern, keys, strict=False))
