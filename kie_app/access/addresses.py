"""Addresses: which of them only this machine reaches, and who is behind one."""

from __future__ import annotations

import ipaddress

from starlette.requests import HTTPConnection


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address. A name other than localhost may be any."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def network(address: str) -> str:
    """What one stranger has: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if known.version == 4:
        return str(known)
    return str(known.ipv4_mapped or ipaddress.ip_network((int(known) >> 64 << 64, 64)))


def address_of(connection: HTTPConnection) -> str:
    """Where a request comes from; behind a trusted proxy, what that proxy says."""
    return connection.client.host if connection.client else ""
