"""Every attack on a sealed certificate gets its own reason; files that are too complex are refused in bounded time."""

from datetime import timedelta
from functools import cache

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certificates import press
from certificates.seal import (
    Keyring,
    SealLevel,
    SealOutcome,
    SealReason,
    SealReport,
    ensure_keyring,
    examine,
)
from portal.reader.questions import examine_seal
from portal.sidecar.lanes import SHELL
from tests.kit import attacks as a
from tests.kit import snapshot
from tests.kit.authority import AT, BODY, Authority
from tests.kit.long_runs import steps
from tests.kit.paper import sealer_of

O, R = SealOutcome, SealReason  # noqa: E741
YEAR = timedelta(days=365)


@cache
def ours() -> Authority:
    return Authority()


@cache
def stranger(body: str = BODY, **how) -> Authority:
    return Authority(body, **how)


@cache
def unsealed(**changes) -> bytes:
    return press.render("certificate", snapshot.certificate(**changes), language="nl")


@cache
def genuine() -> bytes:
    return ours().seal(unsealed())


@cache
def older() -> bytes:
    return ours().seal(unsealed(), AT - YEAR / 1000)


def plain() -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        return a.saved(pdf)


ATTACKS = {
    # what is covered was changed
    "a byte of the content": (lambda: a.flipped(genuine(), 3000), O.ALTERED, R.BYTES_CHANGED),
    "a byte of the metadata": (lambda: a.flipped_at(genuine(), b"/Title", 20), O.ALTERED, R.BYTES_CHANGED),
    "a byte after the signature": (lambda: a.flipped_at(genuine(), b"/Perms", 2), O.ALTERED, R.NOT_CERTIFIED),
    "the signature of another file": (
        lambda: a.transplanted(genuine(), ours().seal(unsealed(number="KW-2027-00018-31"), AT + YEAR)),
        O.ALTERED,
        R.SEAL_COPIED,
    ),
    "the signature of a file of the same minute": (
        lambda: a.transplanted(genuine(), ours().seal(unsealed(number="KW-2027-00018-31"))),
        O.ALTERED,
        R.BYTES_CHANGED,
    ),
    # where the seal stands was changed
    "the range made zero": (lambda: a.with_range(genuine(), b"0 0 0 0"), O.ALTERED, R.BAD_RANGE),
    "a range of three": (lambda: a.with_range(genuine(), b"0 10 20"), O.ALTERED, R.BAD_RANGE),
    "a range below zero": (lambda: a.with_range(genuine(), b"0 -1 20 30"), O.ALTERED, R.BAD_RANGE),
    "a range from the second byte": (lambda: a.with_range(genuine(), b"1 10 20 30"), O.ALTERED, R.BAD_RANGE),
    "a range of words": (lambda: a.with_range(genuine(), b"0 (a) 20 30"), O.ALTERED, R.BAD_RANGE),
    "a range beyond the end": (lambda: a.with_range(genuine(), b"0 10 20 99999999"), O.ALTERED, R.REWRITTEN),
    "a wider gap": (lambda: a.widened(genuine()), O.ALTERED, R.REWRITTEN),
    "saved anew": (lambda: a.resaved(genuine()), O.ALTERED, R.REWRITTEN),
    "something behind the signature": (lambda: a.padded(genuine()), O.ALTERED, R.PADDING_USED),
    "a letter of the signature in another case": (lambda: a.mixed_case(genuine()), O.ALTERED, R.PADDING_USED),
    # later revisions
    "the content replaced": (lambda: a.content_replaced(genuine()), O.ALTERED, R.CONTENT_REPLACED),
    "a note laid over": (lambda: a.overlaid(genuine()), O.ALTERED, R.OVERLAID),
    "the page swapped": (lambda: a.page_swapped(genuine()), O.ALTERED, R.PAGES_REPLACED),
    "another title": (lambda: a.retitled(genuine()), O.ALTERED, R.METADATA_CHANGED),
    "other facts attached": (lambda: a.attachment_replaced(genuine()), O.ALTERED, R.ATTACHMENTS_CHANGED),
    "the certification taken away": (lambda: a.uncertified(genuine()), O.ALTERED, R.NOT_CERTIFIED),
    "an object that nobody sees": (lambda: a.hidden_object(genuine()), O.ALTERED, R.LATER_REVISION),
    "signed once more by a stranger": (lambda: stranger("Jansen").sign_again(genuine()), O.ALTERED, R.SIGNED_AGAIN),
    "signed once more by a namesake": (lambda: stranger().sign_again(genuine()), O.ALTERED, R.SIGNED_AGAIN),
    "stamped by a stranger": (lambda: stranger("Jansen").renew(genuine(), AT + YEAR), O.ALTERED, R.SIGNED_AGAIN),
    "renewed by us, then changed": (
        lambda: a.overlaid(ours().renew(genuine(), AT + YEAR)),
        O.ALTERED,
        R.SIGNED_AGAIN,
    ),
    "changed, then stamped by us": (
        lambda: ours().renew(a.overlaid(genuine()), AT + YEAR),
        O.ALTERED,
        R.SIGNED_AGAIN,
    ),
    "another title, then stamped by our clock": (
        lambda: ours().renew(a.retitled(genuine()), AT + YEAR),
        O.ALTERED,
        R.SIGNED_AGAIN,
    ),
    "other metadata, then stamped by our clock": (
        lambda: ours().renew(a.other_metadata(genuine()), AT + YEAR),
        O.ALTERED,
        R.SIGNED_AGAIN,
    ),
    "a page that no table names, then stamped by our clock": (
        lambda: ours().renew(a.unnamed(genuine()), AT + YEAR),
        O.ALTERED,
        R.SIGNED_AGAIN,
    ),
    "another look of fields, stamped by our clock": (
        lambda: ours().renew(genuine(), AT + YEAR, a.other_look),
        O.ALTERED,
        R.SIGNED_AGAIN,
    ),
    "a script in one more field, stamped by our clock": (
        lambda: ours().renew(genuine(), AT + YEAR, a.a_field_more),
        O.ALTERED,
        R.SIGNED_AGAIN,
    ),
    "stamped by our clock with a program that notes its name": (
        lambda: ours().renew(genuine(), AT + YEAR, quiet=False),
        O.ALTERED,
        R.SIGNED_AGAIN,
    ),
    "garbage at the end": (lambda: genuine() + b"\n% more", O.ALTERED, R.TRAILING_BYTES),
    "one space at the end": (lambda: genuine() + b" ", O.ALTERED, R.TRAILING_BYTES),
    "two megabytes of nothing at the end": (lambda: genuine() + bytes(2 << 20), O.ALTERED, R.TRAILING_BYTES),
    # our key, but not for a certificate
    "our key, not as a certification": (lambda: ours().seal(unsealed(), certify=False), O.ALTERED, R.NOT_CERTIFIED),
    "our key, and changes allowed": (lambda: ours().seal(unsealed(), permission=2), O.ALTERED, R.NOT_CERTIFIED),
    "our certificate, and another signature": (lambda: a.broken_signature(genuine()), O.ALTERED, R.BROKEN_SIGNATURE),
    # not ours
    "a signer of our name": (lambda: stranger().seal(unsealed()), O.NOT_OURS, R.IMPOSTOR),
    "a signer of our name in capitals": (lambda: stranger(BODY.upper()).seal(unsealed()), O.NOT_OURS, R.IMPOSTOR),
    "a signer who vouches for himself": (
        lambda: stranger(self_signed=True).seal(unsealed()),
        O.NOT_OURS,
        R.IMPOSTOR,
    ),
    "a signer of another name": (lambda: stranger("Jansen").seal(unsealed()), O.NOT_OURS, R.OTHER_SIGNER),
    "the key of our clock": (lambda: ours().seal(unsealed(), part="time-stamp"), O.NOT_OURS, R.IMPOSTOR),
    "sealed before the key was valid": (
        lambda: ours().seal(unsealed(), AT - YEAR, stamped=False),
        O.NOT_OURS,
        R.KEY_NOT_VALID,
    ),
    "another number on our layout": (lambda: unsealed(number="KW-2027-00099-06"), O.NOT_OURS, R.SEAL_MISSING),
    "another number, sealed by a namesake": (
        lambda: stranger().seal(unsealed(number="KW-2027-00099-06")),
        O.NOT_OURS,
        R.IMPOSTOR,
    ),
    "the signature taken off": (lambda: a.stripped(genuine()), O.NOT_OURS, R.SEAL_MISSING),
    "the signature taken off, its place left": (lambda: a.emptied(genuine()), O.NOT_OURS, R.SEAL_REMOVED),
    "a signature that is none": (lambda: a.junk_signature(genuine()), O.NOT_OURS, R.BROKEN_SIGNATURE),
    "never sealed, and not ours": (plain, O.NOT_OURS, R.NO_SIGNATURE),
    # refused
    "locked with a password": (lambda: a.locked(genuine()), O.UNREADABLE, R.ENCRYPTED),
    "locked without one": (lambda: a.locked_without_password(genuine()), O.UNREADABLE, R.ENCRYPTED),
    "nothing": (lambda: b"", O.UNREADABLE, R.NOT_A_PDF),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(500), O.UNREADABLE, R.NOT_A_PDF),
    "a megabyte of noise": (lambda: a.noise(1 << 20), O.UNREADABLE, R.NOT_A_PDF),
    "noise with our header": (lambda: a.noise(1 << 16, b"%PDF-1.7\n"), O.UNREADABLE, R.DAMAGED),
    "only a header": (lambda: b"%PDF-1.7\n", O.UNREADABLE, R.DAMAGED),
    "the first half": (lambda: genuine()[: len(genuine()) // 2], O.UNREADABLE, R.DAMAGED),
    "larger than allowed": (lambda: genuine() + bytes(21 << 20), O.UNREADABLE, R.TOO_LARGE),
}


@pytest.mark.parametrize(("make", "outcome", "reason"), ATTACKS.values(), ids=ATTACKS)
def test_every_attack_is_called_by_its_name(make, outcome, reason):
    verdict = examine(make(), ours().root)
    assert (verdict.outcome, verdict.reason) == (outcome, reason)
    assert not verdict.genuine


def test_every_reason_is_found_by_some_attack():
    found = {reason for _, _, reason in ATTACKS.values()} | {R.COMPROMISED_KEY, R.TOO_COMPLEX}
    by_our_records = {R.SIGNATURE_CHANGED, R.NOT_RECORDED}
    assert set(R) == found | by_our_records


class TestGenuine:
    def test_it_says_who_sealed_when_and_how_well(self):
        verdict = examine(genuine(), ours().root)
        assert verdict == SealReport(O.GENUINE, None, AT)
        assert (verdict.stamped, verdict.level, verdict.signer) == (True, SealLevel.TIME_STAMPED, ours().fingerprint())
        assert verdict.covered == len(genuine())

    def test_without_a_time_stamp_the_time_is_a_claim(self):
        verdict = examine(ours().seal(unsealed(), stamped=False), ours().root)
        assert verdict == SealReport(O.GENUINE, None, AT)
        assert (verdict.stamped, verdict.level) == (False, SealLevel.BASIC)

    def test_a_time_stamp_of_a_stranger_proves_no_time(self, monkeypatch):
        monkeypatch.setattr(ours(), "stamper", stranger().stamper)
        verdict = examine(ours().seal(unsealed()), ours().root)
        assert (verdict.outcome, verdict.stamped, verdict.level) == (O.GENUINE, False, SealLevel.BASIC)

    def test_the_seal_holds_when_its_time_stamp_is_taken_out(self):
        verdict = examine(a.without_stamp(genuine()), ours().root)
        assert (verdict.outcome, verdict.stamped, verdict.sealed_at) == (O.GENUINE, False, AT)

    def test_the_time_stamp_counts_and_not_the_claim(self, monkeypatch):
        stamper = ours().stamper(AT + timedelta(minutes=5))
        monkeypatch.setattr(ours(), "stamper", lambda _: stamper)
        assert examine(ours().seal(unsealed()), ours().root).sealed_at == AT + timedelta(minutes=5)

    def test_any_of_several_pinned_roots_vouches(self):
        bundle = stranger("Jansen").root + ours().root
        assert examine(genuine(), bundle).genuine
        assert examine(genuine(), [stranger("Jansen").root, ours().root]).genuine
        assert not examine(genuine(), stranger("Jansen").root).genuine

    def test_a_key_that_has_ended_since_still_vouches_for_what_it_sealed(self):
        short = Authority(years=1)
        assert examine(short.seal(unsealed()), short.root).genuine
        late = short.seal(unsealed(), AT + 2 * YEAR)
        assert examine(late, short.root).reason is R.KEY_NOT_VALID

    def test_a_compromised_key_vouches_for_nothing(self):
        verdict = examine(genuine(), ours().root, distrusted=frozenset({ours().fingerprint()}))
        assert verdict == SealReport(O.NOT_OURS, R.COMPROMISED_KEY, AT)

    def test_the_time_stamp_of_a_compromised_clock_proves_no_time(self):
        clock = frozenset({ours().fingerprint("time-stamp")})
        assert not examine(genuine(), ours().root, distrusted=clock).stamped
        assert not examine(ours().renew(genuine(), AT + YEAR), ours().root, distrusted=clock).genuine

    def test_our_own_renewals_leave_it_genuine(self):
        once = ours().renew(genuine(), AT + YEAR)
        twice = ours().renew(once, AT + 2 * YEAR)
        for renewed in (once, twice):
            verdict = examine(renewed, ours().root)
            assert verdict == SealReport(O.GENUINE, None, AT)
            assert verdict.level is SealLevel.ARCHIVED
            assert renewed[: verdict.covered] == genuine()

    def test_of_an_altered_file_the_sealed_part_can_be_given_back(self):
        for attack in (a.overlaid, a.page_swapped, lambda pdf: pdf + b" "):
            changed = attack(genuine())
            assert changed[: examine(changed, ours().root).covered] == genuine()
        assert examine(a.flipped(genuine(), 3000), ours().root).covered == 0

    def test_an_altered_file_says_what_it_claims(self):
        assert examine(unsealed(number="KW-2027-00099-06"), ours().root).claims == {
            "number": "KW-2027-00099-06", "legal_name": "Zonneveld Uitzendbureau B.V.", "register_number": "12345678",
            "valid_until": "2028-03-01",
        }  # fmt: skip
        assert examine(a.attachment_replaced(genuine()), ours().root).claims == {"number": "KW-2099-00001-00"}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Provide a certificate from the compiled press, sealed in one revision, and the root of its seal."""
    folder = tmp_path_factory.mktemp("keys")
    ensure_keyring(folder, BODY, "word")
    sealer = sealer_of(folder, "word")

    def make(**changes):
        placeholder = sealer.placeholder()
        facts = snapshot.certificate(**changes)
        return sealer.seal(press.render("certificate", facts, language="nl", placeholder=placeholder), placeholder)

    return make, Keyring.open(folder).roots()[0]


OWN = {
    "a byte of the content": (lambda pdf, _: a.flipped(pdf, 3000), R.BYTES_CHANGED),
    "the signature of another file": (a.transplanted, R.BYTES_CHANGED),
    "the range made zero": (lambda pdf, _: a.with_range(pdf, b"0 0 0 0"), R.BAD_RANGE),
    "saved anew": (lambda pdf, _: a.resaved(pdf), R.REWRITTEN),
    "something behind the signature": (lambda pdf, _: a.padded(pdf), R.PADDING_USED),
    "a letter in another case": (lambda pdf, _: a.mixed_case(pdf), R.PADDING_USED),
    "another signature value": (lambda pdf, _: a.broken_signature(pdf), R.BROKEN_SIGNATURE),
    "the content replaced": (lambda pdf, _: a.content_replaced(pdf), R.CONTENT_REPLACED),
    "the page swapped": (lambda pdf, _: a.page_swapped(pdf), R.PAGES_REPLACED),
    "a note laid over": (lambda pdf, _: a.overlaid(pdf), R.OVERLAID),
    "another title": (lambda pdf, _: a.retitled(pdf), R.METADATA_CHANGED),
    "other facts attached": (lambda pdf, _: a.attachment_replaced(pdf), R.ATTACHMENTS_CHANGED),
    "the certification taken away": (lambda pdf, _: a.uncertified(pdf), R.NOT_CERTIFIED),
    "signed once more": (lambda pdf, _: stranger("Jansen").sign_again(pdf), R.SIGNED_AGAIN),
    "stamped by a stranger": (lambda pdf, _: stranger("Jansen").renew(pdf, AT), R.SIGNED_AGAIN),
    "garbage at the end": (lambda pdf, _: pdf + b"\n% more", R.TRAILING_BYTES),
}


class TestOurOwnFiles:
    def test_they_are_genuine(self, house):
        make, root = house
        verdict = examine(make(), root)
        assert (verdict.outcome, verdict.level, verdict.stamped) == (O.GENUINE, SealLevel.TIME_STAMPED, True)

    @pytest.mark.parametrize(("attack", "reason"), OWN.values(), ids=OWN)
    def test_attacks_on_them_are_called_by_the_same_names(self, house, attack, reason):
        make, root = house
        verdict = examine(attack(make(), make(number="KW-2027-00018-31")), root)
        assert (verdict.outcome, verdict.reason) == (O.ALTERED, reason)

    def test_no_byte_can_change_unseen(self, house):
        make, root = house
        pdf = make()
        positions = range(97, len(pdf), len(pdf) // 150)
        assert [place for place in positions if examine(a.flipped(pdf, place), root).genuine] == []


class TestBounds:
    @pytest.mark.parametrize("make", a.BOMBS.values(), ids=a.BOMBS)
    def test_a_file_made_to_break_the_reader_is_refused(self, make):
        """In a process of its own: whatever happens there, the answer comes, and this process stays as it was."""
        verdict = examine_seal(make(), ours().root, lane=SHELL)
        assert verdict.outcome in {O.UNREADABLE, O.NOT_OURS}
        assert not verdict.genuine

    def test_apart_it_says_the_same(self):
        for make, _, _ in list(ATTACKS.values())[::9]:
            assert examine_seal(make(), ours().root, lane=SHELL) == examine(make(), ours().root)
        verdict = examine_seal(genuine(), [ours().root], distrusted=frozenset(), lane=SHELL)
        assert verdict.plain() == examine(genuine(), ours().root).plain()

    @settings(max_examples=steps(15_000), deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(st.integers(0, 1 << 20), st.binary(min_size=1, max_size=8)), min_size=1, max_size=4))
    def test_no_change_anywhere_passes_and_nothing_raises(self, edits):
        changed = genuine()
        for place, data in edits:
            changed = a.put(changed, place % len(changed), data)
        verdict = examine(changed, ours().root)
        # In the signature nothing but the certificates and the time-stamp could be another and still mean the same.
        start, end = a.gap(genuine())
        same = changed[:start] + changed[end:] == genuine()[:start] + genuine()[end:]
        assert not verdict.genuine or (same and len(changed) == len(genuine()))

    @settings(max_examples=steps(15_000), deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.binary(max_size=400), st.sampled_from([b"%PDF-1.7\n", b"", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog "]))
    def test_nonsense_is_an_answer_too(self, data, head):
        assert not examine(head + data, ours().root).genuine

    @settings(max_examples=steps(6_000), deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, 1 << 20), st.integers(1, 4000))
    def test_a_piece_cut_out_is_noticed(self, place, size):
        place %= len(genuine())
        assert not examine(genuine()[:place] + genuine()[place + size :], ours().root).genuine
