"""Servers that are reached without the proxy that the system, or the environment, names for others.

A proxy on another machine cannot reach this one's own servers, and Windows and macOS name theirs
for every address.
"""

import socket
from ipaddress import IPv4Address, IPv6Address

__all__ = ["is_direct", "is_this_machine"]


def is_direct(host: str) -> bool:
    """Whether no proxy is to be used: the host is this machine, or the system excepts it.

    What Windows and macOS except is asked for here, because httpx does not ask; that may take a
    look-up of the name.
    """
    # Takes long to load, and only connections need it.
    from urllib.request import proxy_bypass

    return is_this_machine(host) or bool(proxy_bypass(host.strip("[]")))


def is_this_machine(host: str) -> bool:
    """Whether a host is this machine by its name or number, in any spelling; looks nothing up.

    Args:
        host: as in an address; IPv6 in brackets.
    """
    if host.startswith("["):
        number = IPv6Address(host.strip("[]"))
        return _is_own(number.ipv4_mapped or number)
    name = host.lower().removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):  # RFC 6761, section 6.3
        return True
    try:
        return _is_own(IPv4Address(socket.inet_aton(name)))  # also of 127.1 and 0x7f000001
    except (OSError, ValueError):
        return False


def _is_own(number: IPv4Address | IPv6Address) -> bool:
    return number.is_loopback or number.is_unspecified
