"""What a signal may be about, in words. The texts are keys of the catalogues, those of workers too."""

from collections.abc import Mapping

from audits.core.errors import N_
from audits.signals.rules import About

ABOUT: Mapping[About, str] = {
    About.PAY: N_("Pay or hours worked"),
    About.PAPERS: N_("Papers or contract"),
    About.HOUSING: N_("The place where people live"),
    About.SAFETY: N_("Safety or health"),
    About.TREATMENT: N_("How people are treated"),
    About.CERTIFICATE: N_("The certificate or this register"),
    About.OTHER: N_("Something else"),
}
