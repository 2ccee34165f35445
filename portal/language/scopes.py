"""Words for the items of a scope."""

from flask_babel import lazy_gettext as _l

from audits.agencies.rules import StatedScope
from audits.schemes.text import SchemeText
from portal.language.i18n import current_language
from portal.language.labels import country


def item_in_words(item: str, scope: StatedScope, scheme: SchemeText) -> str:
    """Return one item of a scope (`StatedScope.items`) in words."""
    field, _rest, code = item.partition(":")
    words = {"activities": scheme.activities, "sectors": scheme.sectors}.get(field, {})
    name = words[code].in_(current_language()) if code in words else code
    said = {
        "activities": _l("Activity: %(name)s", name=name),
        "sectors": _l("Sector: %(name)s", name=name),
        "recruitment_countries": _l("Recruits in: %(name)s", name=country(code)),
    }
    return str(said.get(field) or _l("Own housing, %(count)s places", count=scope.housing_places))
