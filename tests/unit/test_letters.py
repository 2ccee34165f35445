"""The texts of letters: whole in every language, and about terms that can be named."""

import pytest

from audits.core.languages import LANGUAGES
from audits.core.letters import check_printable
from audits.deadlines.rules import DeadlineKind
from audits.worklists.letters import Moment, letters, plan_letters
from certificates.letters.facts import NAMES

NONE_FOR_AGENCIES = {
    DeadlineKind.CRITICAL_FINDING,  # what follows from it is a decision, with its letter
    DeadlineKind.SPECIAL_AUDIT,  # it may come unannounced
    DeadlineKind.SUSPENSION_HEARING,  # the letter of the suspension names its last day
    DeadlineKind.SECOND_READING,  # our own work
    DeadlineKind.LINK_REPORT,  # an agency is asked by name, if at all
    DeadlineKind.DRAFT,  # nobody but the agency knows of it
    DeadlineKind.COMPLAINT_RECEIPT,
    DeadlineKind.COMPLAINT_ANSWER,
    DeadlineKind.SIGNAL_RECEIPT,
    DeadlineKind.SIGNAL_ANSWER,
}


def test_every_kind_of_term_that_an_agency_may_know_has_a_letter():
    assert {kind for kind, _ in letters()} == set(DeadlineKind) - NONE_FOR_AGENCIES
    assert {kind for kind, _ in letters()} == set(NAMES)


def test_whoever_is_late_is_told_or_tells():
    assert {kind for kind, moment in letters() if moment is Moment.LATE} == set(NAMES)


@pytest.mark.parametrize("texts", [*letters().values(), *plan_letters().values()], ids=lambda texts: texts["en"].title)
def test_a_letter_is_whole_and_printable_in_every_language(texts):
    assert set(texts) == set(LANGUAGES)
    for said in texts.values():
        assert all((said.title, said.text, said.after))
        assert not said.title.endswith(".")
        check_printable([said.title, *said.text, *said.after])
    assert len({len(said.text) for said in texts.values()}) == len({len(said.after) for said in texts.values()}) == 1
