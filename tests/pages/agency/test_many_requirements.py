"""A norm of 1,100 requirements costs no more statements than one of 65, and stays usable."""

import re

import pytest
from sqlalchemy import event

from audits.core.access import Role
from tests.kit.applying import submit
from tests.kit.browser import Browser
from tests.kit.factories import answer_all, make_agency, make_application, make_person, make_scheme
from tests.kit.scheme import SECOND, norm_text, plain_norm

MANY = 1100
COUNTED = re.compile(r"(?!SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT)")


def norm(number):
    """The published norm with so many requirements, all like its first; as many chapters as the codes need."""
    changed = plain_norm(SECOND)
    first, chapter = changed["requirements"]["GOV-01"], changed["chapters"]["GOV"]
    places = [f"Q{chr(65 + place // 26)}{chr(65 + place % 26)}" for place in range(-(-number // 90))]
    changed["chapters"] |= dict.fromkeys(places, chapter)
    missing = number - len(changed["requirements"])
    changed["requirements"] |= {
        f"{places[place // 90]}-{place % 90 + 1:02}": first | {"chapter": places[place // 90]}
        for place in range(missing)
    }
    used = {item["chapter"] for item in changed["requirements"].values()}
    changed["chapters"] = {code: each for code, each in changed["chapters"].items() if code in used}
    for audit in changed["audits"].values():
        if isinstance(audit.get("chapters"), list):
            audit["chapters"] = [code for code in audit["chapters"] if code in used]
    changed["version"] = f"{number}.0"
    return norm_text(changed)


@pytest.fixture
def costs(app, session, engine):
    """The statements of each step of a self-assessment under a norm of so many requirements."""

    def costs(number):
        version = make_scheme(session, norm(number))
        roles = [Role.AGENCY_OWNER, Role.AGENCY_SIGNATORY]
        person = make_person(session, roles, make_agency(session), name="Noor de Wit")
        draft = make_application(session, agency=person.agency, signatory=person, version=version)
        answer_all(session, draft, person)
        browser = Browser(app).sign_in(session, person)
        session.commit()
        base, found, asked = f"/agency/applications/{draft.id}", {}, []

        def note(_connection, _cursor, statement, *_rest):
            if COUNTED.match(statement):
                asked.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            for name, act in {
                "task list": lambda: browser.open(base),
                "question": lambda: browser.open(f"{base}/questions/GOV-01"),
                "save": lambda: browser.submit(explanation=f"Of {number}.", button="Save and return to the list"),
                "search": lambda: browser.open(f"{base}/questions?q=GOV-02"),
                "answers": lambda: browser.open(f"{base}/answers"),
                "submission": lambda: submit(session, person.actor, draft),
            }.items():
                session.expire_all()
                asked.clear()
                act()
                session.flush()
                found[name] = len(asked)
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return found

    return costs


@pytest.mark.long
def test_statements_do_not_grow_with_the_norm(costs):
    few, many = costs(65), costs(MANY)
    assert few == many
    assert all(each > 0 for each in many.values())
