"""Parse DER, the encoding of signatures."""

from dataclasses import dataclass

from certificates.verifier.reading import Wrong

SEQUENCE, SET, INTEGER, OCTETS, OID = 0x30, 0x31, 0x02, 0x04, 0x06


@dataclass(frozen=True)
class Der:
    """One value: its tag, its content, and its full encoding."""

    tag: int
    content: bytes
    raw: bytes

    @classmethod
    def parse(cls, data: bytes) -> "Der":
        """Parse the value at the beginning of `data`; the rest is ignored."""
        if len(data) < 2 or data[0] & 0x1F == 0x1F:
            raise Wrong("the signature is no DER")
        size, start = data[1], 2
        if size & 0x80:
            start += size & 0x7F
            size = int.from_bytes(data[2:start], "big")
            if not 2 < start <= 6 or size < 0x80:
                raise Wrong("the signature is no DER")
        if start + size > len(data):
            raise Wrong("the signature is cut off")
        return cls(data[0], data[start : start + size], data[: start + size])

    def children(self) -> list["Der"]:
        """Return the values inside, in order."""
        found, rest = [], self.content
        while rest:
            found.append(Der.parse(rest))
            rest = rest[len(found[-1].raw) :]
        return found

    def child(self, place: int, tag: int) -> "Der":
        """Return the value at a place, which must have this tag."""
        found = self.children()
        if place >= len(found) or found[place].tag != tag:
            raise Wrong("the signature is not built as it must be")
        return found[place]

    def oid(self) -> str:
        """Return an object identifier in dotted form."""
        numbers, value = [], 0
        for byte in self.content:
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                numbers.append(value)
                value = 0
        if self.tag != OID or not numbers:
            raise Wrong("the signature is not built as it must be")
        first = min(numbers[0] // 40, 2)
        return ".".join(map(str, [first, numbers[0] - 40 * first, *numbers[1:]]))
