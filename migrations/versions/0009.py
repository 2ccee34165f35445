"""The scope of a certificate in codes, beside the words that it prints.

Until now the register looked the codes up by the printed words, in whatever names CLDR had that day. Codes come from
the register's row of the certificate, else from its words: by the norm, and by the names of countries that CLDR has or
had in the language of the certificate. A word that nobody knows stays on the certificate alone: no code is made up.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from alembic import op
from babel import Locale
from sqlalchemy.dialects.postgresql import JSONB

from migrations import online

revision = "0009"
down_revision = "0008"

# Names that CLDR gave until some version, in Dutch and English.
FORMER = {
    "Turkey": "TR", "Czech Republic": "CZ", "Macedonia": "MK", "Macedonia (FYROM)": "MK", "Swaziland": "SZ",
    "Cape Verde": "CV", "Tsjechische Republiek": "CZ", "Macedonië": "MK", "Wit-Rusland": "BY", "Côte d’Ivoire": "CI",
    "Hong Kong": "HK", "Macau": "MO", "Moldova": "MD", "Burma": "MM", "Hongkong": "HK", "Kaapverdië": "CV",
}  # fmt: skip

SAID = """
CREATE OR REPLACE FUNCTION check_certificate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM decision WHERE id = NEW.decision_id AND agency_id = NEW.agency_id AND outcome <> 'refuse') THEN
    RAISE EXCEPTION 'a certificate needs a grant' USING ERRCODE = 'check_violation', CONSTRAINT = 'granted';
  END IF;{filled}
  IF TG_OP = 'UPDATE' AND (
       (NEW.number, NEW.decision_id, NEW.valid_from, NEW.valid_until, NEW.printed, NEW.status_index{new})
       IS DISTINCT FROM
       (OLD.number, OLD.decision_id, OLD.valid_from, OLD.valid_until, OLD.printed, OLD.status_index{old})
       OR signed_again(OLD.credential, NEW.credential) OR signed_again(OLD.badge, NEW.badge)) THEN
    RAISE EXCEPTION 'what a certificate says is fixed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
"""
# Processes of the release before this one number certificates until they are replaced; they know no codes.
FILLED = """
  IF TG_OP = 'INSERT' AND NEW.scope IS NULL THEN
    SELECT jsonb_build_object('activities', a.activities, 'sectors', a.sectors, 'own_housing', a.own_housing,
                              'recruitment_countries', a.recruitment_countries)
      INTO NEW.scope FROM agency a WHERE a.id = NEW.agency_id;
  END IF;"""

SOURCES = """
SELECT c.id, c.printed, c.scheme_version_id, r.scope FROM certificate c
  LEFT JOIN register_entry r ON r.certificate_id = c.id WHERE c.scope IS NULL
"""
STORE = """
UPDATE certificate SET scope = known.scope
FROM jsonb_to_recordset(:known) AS known(id uuid, scope jsonb) WHERE certificate.id = known.id
"""
ROWS = 1000  # in one transaction


def upgrade() -> None:
    op.add_column("certificate", sa.Column("scope", JSONB(), nullable=True), if_not_exists=True)
    online.commit()
    connection = op.get_bind()
    norms = online.norms()
    store = sa.text(STORE).bindparams(sa.bindparam("known", type_=JSONB))
    rows = connection.execute(sa.text(SOURCES)).all()
    for begin in range(0, len(rows), ROWS):
        known = [
            {"id": str(certificate_id), "scope": scope_of(printed, listed or {}, norms[version_id])}
            for certificate_id, printed, version_id, listed in rows[begin : begin + ROWS]
        ]
        op.get_bind().execute(store, {"known": known})
        online.commit()
    online.require("certificate", "scope")
    op.execute(SAID.format(filled=FILLED, new=", NEW.scope", old=", OLD.scope"))


def downgrade() -> None:
    op.execute(SAID.format(filled="", new="", old=""))
    op.drop_column("certificate", "scope")


def scope_of(printed: Mapping[str, Any], listed: Mapping[str, Any], norm: Mapping[str, Any]) -> dict[str, Any]:
    """The codes of a certificate from what it prints, and from its row in the register where there is one."""

    def codes(name: str, known: Mapping[str, str], is_code: Callable[[str], Any]) -> list[str]:
        values = listed.get(name, printed[name])
        return [code for value in values if (code := value if is_code(value) else known.get(value))]

    word = re.compile("[a-z][a-z0-9_]*").fullmatch
    return {
        "activities": codes("activities", names_in(norm["activities"]), word),
        "sectors": codes("sectors", names_in(norm["sectors"]), word),
        "own_housing": printed["own_housing"],
        "recruitment_countries": codes("recruitment_countries", countries(), re.compile("[A-Z]{2}").fullmatch),
    }


def names_in(vocabulary: Mapping[str, Any]) -> dict[str, str]:
    """The codes of a vocabulary of the norm by their names in every language."""
    texts = {code: {"": text} if isinstance(text, str) else text for code, text in vocabulary.items()}
    return {name: code for code, names in texts.items() for name in names.values()}


@lru_cache
def countries() -> dict[str, str]:
    """ISO 3166-1 alpha-2 codes by the names of today and before, in the languages that certificates have."""
    today = {
        name: code
        for language in ("en_GB", "nl_NL")
        for code, name in Locale.parse(language).territories.items()
        if re.fullmatch("[A-Z]{2}", code)
    }
    return FORMER | today
