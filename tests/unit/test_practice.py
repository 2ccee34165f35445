"""What is asked and found in practice is what is asked and found of a draft with the same facts and answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.applications.rules import self_assessment
from audits.decisions.practice import practise
from audits.decisions.readiness import readiness
from audits.schemes.text import Fact
from tests.kit.scheme import SECOND, scheme

NORMS = [scheme(), scheme(SECOND)]
CODES = [item.code for item in NORMS[1].requirements]
VALUES = [kind.code for kind in NORMS[1].self_assessment_answers]
ANSWERS = st.dictionaries(st.sampled_from([*CODES, "X-99"]), st.sampled_from(["", *VALUES, "never", "<b>"]))


@pytest.mark.parametrize("norm", NORMS, ids=lambda norm: norm.version)
@given(typed=ANSWERS, facts=st.sets(st.sampled_from([*Fact, "rich"])))
def test_it_asks_and_finds_what_a_draft_does(norm, typed, facts):
    found = practise(norm, facts, typed)
    known = {item.code for item in norm.requirements}
    kept = {code: value for code, value in typed.items() if code in known and value in VALUES}
    draft = self_assessment(norm, {fact: fact in facts for fact in Fact}, kept)
    assert found.answers == kept
    assert found.scheme == draft
    assert found.ready == readiness(draft, kept)
    assert found.left == len(draft.requirements) - len(kept)
    assert [row.chapter.code for row in found.chapters] == list(dict.fromkeys(r.chapter for r in draft.requirements))


def test_the_chapters_lead_to_each_other_and_end():
    found = practise(NORMS[1], (), {})
    codes = [row.chapter.code for row in found.chapters]
    following = [found.neighbour(code, 1) for code in codes]
    assert [each and each.chapter.code for each in following] == [*codes[1:], None]
    assert found.neighbour(codes[0], -1) is None
