"""Group client addresses for rate limiting."""

import ipaddress


def address_group(address: str | None) -> str:
    """Return what counts as one client: an IPv4 address, or the /64 network of an IPv6 household."""
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return ""
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return str(ip) if ip.version == 4 else str(ipaddress.ip_network((ip, 64), strict=False))  # noqa: PLR2004
