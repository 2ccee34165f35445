"""To whom a signal may be passed on, in words. The texts are keys of the catalogues."""

from collections.abc import Mapping

from audits.core.errors import N_
from audits.vault.rules import Receiver

RECEIVERS: Mapping[Receiver, str] = {
    Receiver.INSPECTORATE: N_("The labour inspectorate"),
    Receiver.POLICE: N_("The police"),
    Receiver.SHELTER: N_("Help and a safe place to stay"),
    Receiver.LEGAL: N_("Free legal help"),
}
