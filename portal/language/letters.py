"""The title of a letter, in the language of its reader."""

from audits.decisions.models import Decision
from audits.worklists.letters import PlanLetter, letter_text, plan_text
from certificates.letters.models import Letter
from portal.language.i18n import current_language
from portal.language.labels import label


def letter_title(letter: Letter, decision: Decision | None) -> str:
    """Return what a letter is about: the decision, or the title of the letter about terms or with a plan."""
    if letter.plan_id:
        return plan_text(PlanLetter.FIRST, current_language()).title
    if letter.kind and letter.moment:
        return letter_text(letter.kind, letter.moment, current_language()).title
    return label(decision.kind) if decision else letter.number
