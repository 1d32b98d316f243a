"""Passwords: hashed as the figures say, compared in the same time for nobody, bounded in number, not too easy."""

import threading

import pytest

from loomwork.core.errors import InvalidInput, TryAgain
from loomwork.web.auth import passwords


def test_a_hash_is_argon2id_with_the_stated_figures() -> None:
    stored = passwords.hash_password("correct horse battery")
    assert stored.startswith("$argon2id$")
    assert "m=19456,t=2,p=1" in stored
    assert passwords.verify(stored, "correct horse battery")
    assert not passwords.verify(stored, "correct horse")
    assert not passwords.needs_rehash(stored)


def test_an_older_hash_is_made_anew() -> None:
    from argon2 import PasswordHasher

    assert passwords.needs_rehash(PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash("x"))


def test_nobody_has_no_password_but_is_hashed_all_the_same() -> None:
    assert not passwords.verify(None, "the password of nobody")
    assert not passwords.verify("not a hash", "x")


@pytest.mark.parametrize(
    "password", ["", "short", "x" * 201, "aaaaaaaaaaaa", "password123", "ann@example.com", "PASSWORD123"]
)
def test_weak_passwords_are_refused_at_the_field(password: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        passwords.check_strength(password, about=("Ann", "ann@example.com"))
    assert raised.value.details[0].path == "password"


def test_good_passwords_pass_in_any_script() -> None:
    for password in ("correct horse battery", "Zq8!mn2#xx", "我的密码很长很安全啊", " leading and trailing "):
        passwords.check_strength(password, about=("Ann", "ann@example.com"))


def test_more_hashes_than_the_bound_wait_and_then_give_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_slots", threading.BoundedSemaphore(1))
    monkeypatch.setattr(passwords, "WAIT_S", 0.01)
    with passwords._slot(), pytest.raises(TryAgain):
        passwords.hash_password("correct horse battery")
    assert passwords.hash_password("correct horse battery")
