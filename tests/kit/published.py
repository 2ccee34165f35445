"""Read the public data of the register as a third party does."""

from certificates.verifier import tree


def is_set(bits: bytes, position: int) -> bool:
    """Return one bit of a status list; the first bit is the left-most one."""
    return bool(bits[position // 8] & 128 >> position % 8)


def unbundle(data: bytes) -> list[bytes]:
    """Return the entries of a bundle of the log, as the verifier reads them."""
    return tree.unbundle(data, "the bundle")
