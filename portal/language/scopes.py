"""Words for the items of a scope."""

from collections.abc import Mapping

from audits.agencies.rules import StatedScope
from audits.schemes.text import SchemeText
from audits.schemes.words import Text
from portal.language.i18n import current_language
from portal.language.i18n import translate as _
from portal.language.labels import country


def item_in_words(item: str, scope: StatedScope, scheme: SchemeText) -> str:
    """Return one item of a scope (`StatedScope.items`) in words."""
    field, _colon, code = item.partition(":")
    if field == "activities":
        return str(_("Activity: %(name)s", name=_named(scheme.activities, code)))
    if field == "sectors":
        return str(_("Sector: %(name)s", name=_named(scheme.sectors, code)))
    if field == "recruitment_countries":
        return str(_("Recruits in: %(name)s", name=country(code)))
    return str(_("Own housing, %(count)s places", count=scope.housing_places))


def _named(words: Mapping[str, Text], code: str) -> str:
    return words[code].in_(current_language()) if code in words else code
