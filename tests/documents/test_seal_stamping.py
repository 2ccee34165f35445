"""External time-stamp authorities are asked in turn; only tokens under configured roots are accepted."""

from datetime import timedelta

import pytest

from audits.core import clock
from certificates.seal.encoding import der
from certificates.seal.keyring.custody import ensure_keyring
from certificates.seal.keyring.keys import Purpose
from certificates.seal.keyring.signing import held_key
from certificates.seal.sealing.sealer import KeySealer
from certificates.seal.time.authority import StampError, TimeStampAuthority
from certificates.seal.time.outside import OutsideStamps
from certificates.seal.time.tsp import (
    QUERY,
    REPLY,
    Failure,
    answer,
    refusal,
)
from tests.kit.answering import Answering
from tests.kit.paper import paper

DIGEST = b"\x11" * 32
WORD = "a passphrase of the tests"


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    """Provide the keyring of an authority elsewhere."""
    return ensure_keyring(tmp_path_factory.mktemp("theirs"), "An Authority", WORD)


@pytest.fixture(scope="module")
def authority(theirs):
    return TimeStampAuthority(held_key(theirs, Purpose.TIMESTAMP))


def reply(data, status=200, kind=REPLY):
    return status, {"Content-Type": kind}, data


def honest(authority):
    return lambda query: reply(answer(query, authority))


def test_who_fails_is_passed_over_and_asked_last_from_then_on(authority, theirs):
    with Answering((500, {}, b"")) as broken, Answering(honest(authority)) as good:
        stamps = OutsideStamps([broken.url, good.url], theirs.roots())
        assert stamps.stamp(DIGEST)
        assert stamps.stamp(DIGEST)
        assert (len(broken.came), len(good.came)) == (1, 2)
        assert good.came[0][1]["Content-Type"] == QUERY


def test_an_authority_that_is_away_is_passed_over(authority, theirs):
    with Answering() as gone:
        pass
    with Answering(honest(authority)) as good:
        assert OutsideStamps([gone.url, good.url], theirs.roots()).stamp(DIGEST)


def test_a_seal_with_such_a_stamp_is_whole(authority, theirs, tmp_path):
    ours = ensure_keyring(tmp_path, "Stichting Keurwerk", WORD)
    with Answering(honest(authority)) as good:
        sealer = KeySealer(held_key(ours, Purpose.SEAL), OutsideStamps([good.url], theirs.roots()))
        placeholder = sealer.placeholder()
        assert sealer.seal(paper(placeholder), placeholder).startswith(b"%PDF-")


def test_an_authority_that_does_not_answer_is_an_outage(theirs):
    with Answering((500, {}, b"")) as broken, pytest.raises(StampError, match="no authority"):
        OutsideStamps([broken.url], theirs.roots()).stamp(DIGEST)


def test_another_nonce_each_time(authority, theirs):
    with Answering(honest(authority)) as good:
        stamps = OutsideStamps([good.url], theirs.roots())
        stamps.stamp(DIGEST)
        stamps.stamp(DIGEST)
        assert len({body for _, _, body in good.came}) == 2


IMPRINT = der.sequence(der.sequence(der.oid("2.16.840.1.101.3.4.2.1")), der.octets(DIGEST))


class TestWhatIsNotBelieved:
    """The answer of an authority that is in other hands, or of somebody in between."""

    def refused(self, said, roots):
        with Answering(said) as server, pytest.raises(StampError, match="no authority"):
            OutsideStamps([server.url], roots).stamp(DIGEST)
        assert server.came

    def test_a_stamp_for_something_else(self, authority, theirs):
        other = der.sequence(der.sequence(der.oid("2.16.840.1.101.3.4.2.1")), der.octets(bytes(32)))
        self.refused(lambda _: reply(granted(authority.token(other))), theirs.roots())

    def test_a_stamp_that_was_made_for_somebody_else(self, authority, theirs):
        old = granted(authority.token(IMPRINT, nonce=der.integer(1)))
        self.refused(reply(old), theirs.roots())

    def test_a_stamp_without_the_number_that_was_sent(self, authority, theirs):
        self.refused(lambda _: reply(granted(authority.token(IMPRINT))), theirs.roots())

    def test_a_stamp_of_a_stranger(self, authority, tmp_path):
        strangers = ensure_keyring(tmp_path, "An Authority", WORD).roots()
        self.refused(honest(authority), strangers)

    def test_a_stamp_by_a_key_that_is_for_something_else(self, theirs):
        sealing = TimeStampAuthority(held_key(theirs, Purpose.SEAL))
        self.refused(honest(sealing), theirs.roots())

    def test_a_stamp_of_another_time(self, authority, theirs):
        def late(query):
            with pytest.MonkeyPatch.context() as patch:
                then = clock.now() - timedelta(minutes=6)
                patch.setattr(clock, "now", lambda: then)
                return reply(answer(query, authority))

        self.refused(late, theirs.roots())

    def test_a_stamp_in_which_a_byte_was_changed(self, authority, theirs):
        def changed(query):
            data = bytearray(answer(query, authority))
            data[-3] ^= 1
            return reply(bytes(data))

        self.refused(changed, theirs.roots())

    @pytest.mark.parametrize(
        "said",
        [
            reply(b""),
            reply(b"\x30\x84\xff\xff\xff\xff"),
            reply(b"<html>"),
            reply(refusal(Failure.BAD_ALGORITHM, "no")),
            reply(der.sequence(der.sequence(der.integer(0)))),
            reply(b"{}", kind="application/json"),
            (302, {"Location": "http://127.0.0.1:1/"}, b""),
        ],
    )
    def test_no_stamp_at_all(self, said, theirs):
        self.refused(said, theirs.roots())


def granted(token):
    return der.sequence(der.sequence(der.integer(0)), token)
