"""The headers on every answer. Strict everywhere; the operator's console gets a nonce for its own scripts."""

from collections.abc import Sequence

from werkzeug.datastructures import Headers

Pairs = Sequence[tuple[str, str, str]]

_POLICY = (
    ("default-src", "'self'"),
    ("script-src", "'self'"),
    ("style-src", "'self'"),
    ("img-src", "'self' data: blob:"),
    ("font-src", "'self'"),
    ("connect-src", "'self'"),
    ("object-src", "'none'"),
    ("base-uri", "'none'"),
    ("form-action", "'self'"),
    ("frame-ancestors", "'none'"),
)
_FEATURES = ("camera", "microphone", "geolocation", "payment", "usb", "interest-cohort")
HSTS = "max-age=31536000; includeSubDomains"


def content_policy(**more: str) -> str:
    """The content security policy; a keyword (`script_src`) adds sources to a directive."""
    extra = {name.replace("_", "-"): value for name, value in more.items()}
    return "; ".join(f"{name} {sources} {extra.get(name, '')}".rstrip() for name, sources in _POLICY)


STRICT_POLICY = content_policy()


def base_headers(*, is_https: bool) -> list[tuple[str, str]]:
    """What every answer carries, whatever it is."""
    pairs = [
        ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", STRICT_POLICY),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "strict-origin-when-cross-origin"),
        ("Permissions-Policy", ", ".join(f"{name}=()" for name in _FEATURES)),
    ]
    if is_https:
        pairs.append(("Strict-Transport-Security", HSTS))
    return pairs


def lowered(pairs: Sequence[tuple[str, str]]) -> Pairs:
    """Pairs with the name once more in small letters, so that a request compares without folding."""
    return tuple((name.lower(), name, value) for name, value in pairs)


def set_headers(headers: Headers, pairs: Pairs) -> None:
    """Add what the view did not set itself; nothing that it set is taken away.

    The values are our own constants, so they go straight into the list: checking each again is a twentieth of the
    time of a small request.
    """
    held = headers._list  # noqa: SLF001 - see above
    present = {name.lower() for name, _ in held}
    held.extend([(name, value) for key, name, value in pairs if key not in present])
