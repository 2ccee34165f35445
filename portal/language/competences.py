"""Words for competences: what somebody has, and what is missing for an audit."""

from collections.abc import Iterable, Mapping

from flask_babel import gettext as _

from audits.core.languages import language_name
from audits.people.rules import CompetenceKind, Lack
from audits.schemes.words import Text
from portal.language.dates import date_text
from portal.language.i18n import current_language
from portal.language.labels import label


def competence_words(kind: CompetenceKind, values: Iterable[str], sectors: Mapping[str, Text]) -> str:
    """Return a sector, language or training by name; of several values, any counts. An unknown code stays as it is."""
    if kind is CompetenceKind.SECTOR:
        named = [sectors[code].in_(current_language()) if code in sectors else code for code in values]
        return str(_("Sector: %(name)s", name=_any_of(named)))
    if kind is CompetenceKind.LANGUAGE:
        named = [language_name(code, current_language()) for code in values]
        return str(_("Language: %(name)s", name=_any_of(named)))
    return str(_("Training: %(name)s", name=_any_of(values)))


def lack_words(lack: Lack, sectors: Mapping[str, Text]) -> str:
    """Return what is missing, and until when it counted."""
    words = competence_words(lack.demand.kind, lack.demand.values, sectors)
    if lack.ended_on is None:
        return words
    return str(_("%(what)s, ended on %(day)s", what=words, day=date_text(lack.ended_on)))


def demand_words(code: str, sectors: Mapping[str, Text]) -> str:
    """Return a code of a demand, as events have it, in words."""
    kind, _colon, values = code.partition(":")
    return competence_words(CompetenceKind(kind), values.split("+"), sectors) if values else label(CompetenceKind(kind))


def _any_of(names: Iterable[str]) -> str:
    *first, last = names
    return str(_("%(names)s or %(last)s", names=", ".join(first), last=last)) if first else last
