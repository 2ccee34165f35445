"""What a complaint about us may be about, and what becomes of it, in words. The texts are keys of the catalogues."""

from collections.abc import Mapping

from audits.complaints.rules import Subject, Verdict
from audits.core.errors import N_

SUBJECTS: Mapping[Subject, str] = {
    Subject.TREATMENT: N_("How you were treated"),
    Subject.DELAY: N_("It takes too long"),
    Subject.MISTAKE: N_("A mistake in the register or a document"),
    Subject.INDEPENDENCE: N_("Our independence"),
    Subject.OTHER: N_("Something else"),
}
VERDICTS: Mapping[Verdict, str] = {
    Verdict.FOUNDED: N_("Founded"),
    Verdict.PARTLY: N_("Founded in part"),
    Verdict.UNFOUNDED: N_("Unfounded"),
    Verdict.ELSEWHERE: N_("Not ours to judge"),
}
