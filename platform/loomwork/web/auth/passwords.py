"""Passwords: Argon2id, a bounded number of hashes at once, the same time for people who do not exist."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from loomwork.core.errors import Detail, InvalidInput, TryAgain

MEMORY_KIB = 19_456
ROUNDS = 2
LANES = 1
PARALLEL = 4
WAIT_S = 10.0
MIN_LENGTH = 10
MAX_LENGTH = 200
# The weakest of the common ones that are long enough; everything that is one character repeated is refused as well.
_COMMON = frozenset(
    {"1234567890", "0123456789", "password12", "password123", "qwertyuiop", "1q2w3e4r5t", "administrator"}
)

_hasher = PasswordHasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=LANES)
_slots = threading.BoundedSemaphore(PARALLEL)


@contextmanager
def _slot() -> Iterator[None]:
    """Each hash takes 19 MiB; without a bound a flood of sign-ins would take all memory."""
    if not _slots.acquire(timeout=WAIT_S):
        raise TryAgain("too many people sign in at this moment; try again", code="sign_in_busy")
    try:
        yield
    finally:
        _slots.release()


@cache
def _nobody() -> str:
    return _hasher.hash("the password of nobody")


def prepare() -> None:
    """Make the hash of nobody before the first visitor comes, so that the first unknown address takes no longer."""
    _nobody()


def check_strength(password: str, *, about: tuple[str, ...] = ()) -> None:
    """Refuse a password that is too short, too long, common, or the person's own name or address.

    Raises: InvalidInput `password`.
    """
    folded = password.casefold()
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        _refuse("password_length", f"a password has {MIN_LENGTH} to {MAX_LENGTH} characters")
    if folded in _COMMON or len(set(folded)) < 4 or any(len(part) >= 4 and folded == part.casefold() for part in about):
        _refuse("password_common", "this password is too easy to guess")


def _refuse(code: str, message: str) -> None:
    params = {"min": MIN_LENGTH, "max": MAX_LENGTH}
    raise InvalidInput(message, code=code, params=params, details=[Detail("password", code, message)])


def hash_password(password: str) -> str:
    """The hash to store.

    Raises: TryAgain when too many are at work.
    """
    with _slot():
        return _hasher.hash(password)


def verify(stored: str | None, password: str) -> bool:
    """Whether the password is the stored one; takes as long for a person who does not exist (`stored` is None)."""
    with _slot():
        try:
            _hasher.verify(stored or _nobody(), password[:MAX_LENGTH])
        except (Argon2Error, InvalidHashError):
            return False
    return stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made with other figures than today's."""
    return _hasher.check_needs_rehash(stored)
