"""Keeps tests off the network: only addresses of this machine may be reached, and no name is looked up."""

from __future__ import annotations

import ipaddress
import socket
import sys
from typing import Any

_LOCAL_NAMES = {None, "", "localhost", b"localhost"}
_installed = False


def refuse_network() -> None:
    """From now on this process raises OSError when anything connects elsewhere. Audit hooks stay for good."""
    global _installed  # noqa: PLW0603 - a hook cannot be taken back, so it is installed once per process
    if not _installed:
        _installed = True
        sys.addaudithook(_watch)


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.getaddrinfo" and not _is_local(arguments[0]):
        raise OSError(f"tests look no names up: {arguments[0]!r}")
    if event == "socket.connect":
        family, address = getattr(arguments[0], "family", None), arguments[1]
        is_internet = family in {socket.AF_INET, socket.AF_INET6} and isinstance(address, tuple)
        if is_internet and not _is_local(address[0]):
            raise OSError(f"tests stay on this machine: {address!r}")


def _is_local(host: object) -> bool:
    if host in _LOCAL_NAMES:
        return True
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
