"""Decides which servers to reach without the proxy of the system or the environment.

A proxy on another machine cannot reach this machine's own servers, and Windows and macOS use theirs
for every address.
"""

import socket
from ipaddress import IPv4Address, IPv6Address

__all__ = ["is_direct", "is_this_machine"]


def is_direct(host: str) -> bool:
    """Whether to use no proxy: the host is this machine, or the system makes an exception for it.

    httpx does not ask for the exceptions of Windows and macOS, so they are read here. That may need
    a DNS look-up.
    """
    # Takes long to load, and only connections need it.
    from urllib.request import proxy_bypass

    return is_this_machine(host) or bool(proxy_bypass(host.strip("[]")))


def is_this_machine(host: str) -> bool:
    """Whether a host is this machine, by name or number in any spelling, without a DNS look-up.

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
        return _is_own(IPv4Address(socket.inet_aton(name)))  # handles 127.1 and 0x7f000001 too
    except (OSError, ValueError):
        return False


def _is_own(number: IPv4Address | IPv6Address) -> bool:
    return number.is_loopback or number.is_unspecified
