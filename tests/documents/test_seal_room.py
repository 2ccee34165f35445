"""The placeholder for a seal is printed once and filled once."""

import hashlib
import re
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO

import pikepdf
import pytest

from certificates.seal.sealing.placeholder import (
    FIELD,
    Placeholder,
    SealError,
    fill,
    signature_dictionary,
    text_string,
    widget,
)
from tests.kit.paper import paper

AT = datetime(2030, 5, 4, 9, 30, 15, tzinfo=UTC)
ROOM = Placeholder(AT, "Stichting Keurwerk", 4096)


def covered(sealed):
    """Return the bytes that the ByteRange of the file covers, read independently of our code."""
    numbers = [int(number) for number in re.search(rb"/ByteRange \[([0-9 ]+)\]", sealed)[1].split()]
    start, first, second, rest = numbers
    assert (start, second + rest) == (0, len(sealed))
    return sealed[:first], sealed[first:second], sealed[second:]


def test_everything_but_the_signature_is_covered():
    given = []
    sealed = fill(paper(ROOM), lambda digest: given.append(digest) or b"\x30\x03abc")
    before, gap, after = covered(sealed)
    assert given == [hashlib.sha256(before + after).digest()]
    assert gap == b"<" + b"3003616263".ljust(4096, b"0") + b">"
    assert before.endswith(b"/Contents ")
    assert after.startswith(b" >>")


def test_filling_moves_no_byte():
    empty = paper(ROOM)
    sealed = fill(empty, lambda _: b"\x30\x00")
    changed = [place for place, (old, new) in enumerate(zip(empty, sealed, strict=True)) if old != new]
    first, last = empty.index(b"/ByteRange"), empty.index(b"/Contents <0") + len("/Contents <") + 4
    assert first < min(changed) <= max(changed) < last


def test_a_reader_finds_a_certification_that_shows_nothing():
    with pikepdf.open(BytesIO(fill(paper(ROOM), lambda _: b"\x30\x00"))) as pdf:
        field = pdf.Root.AcroForm.Fields[0]
        assert str(field.T) == FIELD
        assert [float(side) for side in field.Rect] == [0, 0, 0, 0]
        assert int(field.F) & 0b110 == 0b100  # printed, not hidden
        assert pdf.Root.Perms.DocMDP.objgen == field.V.objgen
        assert field.V.Reference[0].TransformParams.P == 1
        assert str(field.V.M) == "D:20300504093015+00'00'"
        assert pdf.pages[0].Annots[0].objgen == field.objgen


def test_the_time_is_written_in_utc_wherever_it_was_asked():
    there = AT.astimezone(timezone(timedelta(hours=2)))
    assert signature_dictionary(Placeholder(there, "x", 2048)) == signature_dictionary(Placeholder(AT, "x", 2048))


@pytest.mark.parametrize("name", ["Stichting (Keur)werk \\ ", "Zażółć 🖋", "a\nb", ")" * 40, ""])
def test_any_name_comes_back_as_it_was(name):
    with pikepdf.open(BytesIO(paper(Placeholder(AT, name, 2048)).replace(b"@" * 10, b"1234567890"))) as pdf:
        assert str(pdf.Root.AcroForm.Fields[0].V.Name) == name


def test_a_store_holds_what_the_room_brings():
    placeholder = Placeholder(AT, "x", 2048, certificates=(b"one", b"two"), ocsps=(b"three",), crls=(b"four",))
    with pikepdf.open(BytesIO(fill(paper(placeholder), lambda _: b""))) as pdf:
        store = pdf.Root.DSS
        assert [each.read_bytes() for each in store.Certs] == [b"one", b"two"]
        assert [each.read_bytes() for each in store.OCSPs] == [b"three"]
        assert [each.read_bytes() for each in store.CRLs] == [b"four"]


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", paper(), fill(paper(ROOM), lambda _: b"\x30\x00"), paper(ROOM) * 2])
def test_only_a_file_with_one_empty_room_is_sealed(data):
    with pytest.raises(SealError, match="not one"):
        fill(data, lambda _: b"\x30\x00")


def test_words_that_look_like_a_room_are_none():
    trick = "/ByteRange [0 @@@@@@@@@@ @@@@@@@@@@ @@@@@@@@@@] /Contents <0000>"
    assert fill(paper(ROOM, text=trick), lambda _: b"\x30\x00")


def test_a_seal_that_does_not_fit_is_refused():
    assert fill(paper(ROOM), lambda _: bytes(2048))
    with pytest.raises(SealError, match="4098 hex digits"):
        fill(paper(ROOM), lambda _: bytes(2049))


def test_object_numbers_are_those_that_were_given():
    assert widget(12, 345).endswith(b"/P 12 0 R /V 345 0 R >>")
    assert text_string("a(b") == rb"(a\(b)"
