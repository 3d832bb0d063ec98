"""Where a callback may lead: to public addresses, which are looked up once and then connected to.

A name that answers differently a moment later (DNS rebinding) gains nothing, since it is not asked again.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""From a host name and port to addresses as text, in the order to try them. Raises: OSError."""

ADDRESSES_MAX: Final = 3
"""Addresses of one name that are tried."""

_NAT64: Final = IPv6Network("64:ff9b::/96")


class PrivateAddressError(Exception):
    """The name leads to an address that is not public."""


def is_public(text: str) -> bool:
    """Whether everybody on the Internet means the same machine by this address.

    An IPv6 address that carries an IPv4 address (mapped, 6to4, Teredo, NAT64) is public if both are.
    """
    address = ip_address(text.split("%", 1)[0])
    if not address.is_global or address.is_multicast:
        # Mapped addresses count as reserved; what they carry decides.
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        return mapped is not None and _is_public_v4(mapped)
    return all(_is_public_v4(carried) for carried in _carried(address))


def _is_public_v4(address: IPv4Address) -> bool:
    return address.is_global and not address.is_multicast


def _carried(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    if isinstance(address, IPv4Address):
        return [address]
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        found.append(IPv4Address(int(address) & 0xFFFF_FFFF))
    return [one for one in found if one is not None]


async def system_resolve(host: str, port: int) -> Sequence[str]:
    """What the system's resolver says; it blocks a thread, not the loop."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


async def checked_addresses(resolve: Resolve, host: str, port: int, *, allow_private: bool) -> Sequence[str]:
    """At most `ADDRESSES_MAX` addresses that may be connected to.

    One private address among them spoils all: no honest name has both.
    Raises: PrivateAddressError; OSError if the name is not known.
    """
    addresses = await resolve(host, port)
    if not addresses:
        raise OSError("no address")
    if not allow_private and not all(is_public(address) for address in addresses):
        raise PrivateAddressError
    return addresses[:ADDRESSES_MAX]
