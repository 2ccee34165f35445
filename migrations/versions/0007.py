"""Numbers in trade registers that were stored as typed get the one form that their country has now."""

import re
from collections.abc import Callable

from alembic import op
from sqlalchemy import text

revision = "0007"
down_revision = "0006"

# Country, what was stored, what it becomes: only where both say the same beyond doubt. Until now such a number was in
# capitals, without any sign between its letters and digits; a German one has hyphens.
Form = tuple[str, str, Callable[[re.Match[str]], str]]
FORMS: tuple[Form, ...] = (
    ("AT", "0+([1-9][0-9]{0,5}[A-Z])", lambda found: found[1]),
    ("CH", "(?:CHE?)?([0-9]{9})(?:MWST|TVA|IVA)?", lambda found: f"CHE{found[1]}"),
    ("CY", "(?:CY)?(HE|AE|EE|BN|B|P|S)0*([1-9][0-9]{0,5})", lambda found: found[1] + found[2]),
    ("DE", "(.+-[0-9]+)-AG", lambda found: found[1]),
    ("DE", "(BERLIN-CHARLOTTENBURG-[A-Z]+-[0-9]+)-B", lambda found: found[1]),
    ("GB", "(?:GB)?([0-9]{1,8})", lambda found: found[1].zfill(8)),
    ("GB", "(?:GB)?(SC|NI|OC|SO|NC|LP|SL|FC)([0-9]{1,6})", lambda found: found[1] + found[2].zfill(6)),
    ("GR", "(?:EL|GR)?([0-9]{8,9})", lambda found: found[1].zfill(9)),
    ("IE", "(?:IE|CRO)?0*([1-9][0-9]{0,6})", lambda found: found[1]),
    ("LT", "LT([0-9]{9})", lambda found: found[1]),
    ("LU", "(?:LU|RCS|RCSLUXEMBOURG)?([A-L])0*([1-9][0-9]{0,5})", lambda found: found[1] + found[2]),
    ("MT", "(?:MT)?(C|OC|P|LP|SV)0*([1-9][0-9]{0,5})", lambda found: found[1] + found[2]),
    ("NO", "(?:NO)?([0-9]{9})(?:MVA)?", lambda found: found[1]),
    ("SI", "([0-9]{7})[0-9]{3}", lambda found: found[1]),
    ("SK", "(?:SK)?([0-9]{4,8})", lambda found: found[1].zfill(8)),
)
# Countries whose numbers have a rule; of any other, the code of the country goes when only digits follow.
RULED = frozenset(
    [
        *(each[0] for each in FORMS),
        *("BE", "BG", "CZ", "DK", "EE", "ES", "FI", "FR", "HR", "HU", "IT", "LV", "NL", "PL", "PT", "RO", "SE", "UA"),
    ]
)

AGENCY = text("UPDATE agency SET register_number = :number WHERE id = :id")
# The address changes with the number; that of before still leads there. The number of before is found until the entry
# is next made anew.
ENTRY = text("""
UPDATE register_entry
SET register_number = :number, public_id = :public_id, updated_at = now(),
    numbers = ARRAY(SELECT DISTINCT unnest(numbers || ARRAY[CAST(:bare AS text), CAST(:bare_id AS text)]))
WHERE agency_id = :id
""")


def upgrade() -> None:
    connection = op.get_bind()
    rows = connection.execute(text("SELECT id, country, register_number FROM agency ORDER BY created_at, id")).all()
    taken = {(country, number) for _, country, number in rows}
    for agency_id, country, number in rows:
        formed = form(country, number)
        if (country, formed) in taken:  # it has its form, or the agency registered twice: `keurwerk check` says so
            continue
        taken.add((country, formed))
        bare = formed.replace("-", "").lower()
        connection.execute(AGENCY, {"id": agency_id, "number": formed})
        names = {"public_id": f"{country.lower()}-{bare}", "bare": bare, "bare_id": f"{country.lower()}{bare}"}
        connection.execute(ENTRY, {"id": agency_id, "number": formed} | names)


def downgrade() -> None:
    """Nothing: code from before takes every one of these forms, and how somebody once typed it is not kept."""


def form(country: str, number: str) -> str:
    """The number in its one form; as it is where that is not certain."""
    for of, pattern, formed in FORMS:
        if of == country and (found := re.fullmatch(pattern, number)):
            return formed(found)
    bare = number.removeprefix(country)
    return bare if country not in RULED and re.fullmatch("[0-9]{3,}", bare) else number
