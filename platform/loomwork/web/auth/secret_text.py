"""Secrets that are shown once: made from 256 random bits, kept as a digest."""

import hashlib
import secrets

TOKEN_PREFIX = "lwt_"  # noqa: S105 - a mark by which scanners find leaked tokens, no secret


def new_secret(prefix: str = "") -> str:
    """A secret of 256 random bits as text that fits an address, a cookie and a header."""
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is stored. A plain hash suffices, because nobody guesses 256 bits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
