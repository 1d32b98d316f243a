"""Encryption of single values at rest: `v1:<key id>:<nonce>:<ciphertext>`, bound to the place where a value stands.

AES-256-GCM with a random nonce of 96 bits; the associated data are entity, field and record id, so a value that was
moved to another row, field or entity does not open. Keys are derived from the installation's secret by HKDF-SHA256
and never stored; the key id tells which secret sealed a value, so that secrets can be changed one after the other:
a new secret seals at once, earlier ones still open, and `is_current` finds what is left to seal anew.

Sources: NIST SP 800-38D (GCM), RFC 5869 (HKDF).
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence

from loomwork.core.errors import Broken

VERSION = "v1"
_NONCE_BYTES = 12
_KEY_INFO = b"loomwork field key v1"
_ID_INFO = b"loomwork field key id v1"
_BETWEEN = "\x1f"


class SealBroken(Broken):
    """A sealed value does not open: moved, altered, or sealed with a key that is not there."""

    default_code = "seal_broken"


class Sealer:
    """Seals with the current secret, opens with it and with earlier ones."""

    def __init__(self, secret: str, earlier: Sequence[str] = ()) -> None:
        """Derive the keys.

        Shapes: secrets of at least 32 characters, the current one first. Raises: ValueError for a shorter one.
        """
        if any(len(one) < 32 for one in (secret, *earlier)):
            raise ValueError("a secret that field keys are derived from has at least 32 characters")
        self._current = _derive(secret, _ID_INFO, 4).hex()
        self._keys = {_derive(one, _ID_INFO, 4).hex(): _derive(one, _KEY_INFO, 32) for one in (*earlier, secret)}

    @property
    def mark(self) -> str:
        """What a value begins with that the current secret has sealed."""
        return f"{VERSION}:{self._current}:"

    def seal_value(self, text: str, entity: str, field: str, record: str) -> str:
        """Encrypt a text for the place where it will stand. Two calls give different results."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(self._keys[self._current]).encrypt(nonce, text.encode(), _place(entity, field, record))
        return ":".join((VERSION, self._current, _to_text(nonce), _to_text(sealed)))

    def open_value(self, sealed: str, entity: str, field: str, record: str) -> str:
        """Decrypt what was sealed for this place.

        Raises: SealBroken; the message tells neither the value nor the key.
        """
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        version, key_id, nonce, body = _take_apart(sealed)
        key = self._keys.get(key_id)
        if version != VERSION or key is None:
            raise SealBroken(f"no key {version}:{key_id} is here to open {entity}.{field}", code="seal_key_missing")
        try:
            return AESGCM(key).decrypt(nonce, body, _place(entity, field, record)).decode()
        except (InvalidTag, ValueError):
            raise SealBroken(f"a sealed value in {entity}.{field} does not open at its place") from None

    def is_current(self, sealed: str) -> bool:
        """Whether a value was sealed with the current secret."""
        return sealed.startswith(self.mark)


def _place(entity: str, field: str, record: str) -> bytes:
    """The associated data; the separator occurs in no name and no id."""
    return _BETWEEN.join((entity, field, record)).encode()


def _derive(secret: str, info: bytes, length: int) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(secret.encode())


def _to_text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode("ascii")


def _from_text(text: str) -> bytes:
    raw = urlsafe_b64decode(text)
    # Base64 skips foreign characters and spare bits; one value has exactly one spelling here.
    if _to_text(raw) != text:
        raise ValueError("not the spelling that was written")
    return raw


def _take_apart(sealed: str) -> tuple[str, str, bytes, bytes]:
    parts = sealed.split(":")
    try:
        version, key_id, nonce, body = parts
        return version, key_id, _from_text(nonce), _from_text(body)
    except (ValueError, Base64Error):
        raise SealBroken("a sealed value does not have the form v1:key:nonce:text") from None
