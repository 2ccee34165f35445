"""The page on which one administrator confirms what another asked for."""

from audits.core.access import Role

INVITED = {"name": "Nieuw Mens", "email": "nieuw@example.nl", "language": "nl"}


def waiting(page):
    table = page.soup.find("caption", string="Roles that wait for a second person")
    rows = table.parent.select("tbody tr") if table else []
    return [[cell.get_text(" ", strip=True) for cell in row.select("th, td")] for row in rows]


def test_a_decider_is_invited_by_one_and_confirmed_by_another(enter):
    asker, second = enter(Role.ADMINISTRATOR), enter(Role.ADMINISTRATOR)
    asker.open("/office/people/invite")
    page = asker.submit(**INVITED, roles=["decider"])
    assert page.notes == [
        "nieuw@example.nl gets an invitation by mail.",
        "Another administrator must confirm: Decider. All administrators get a mail.",
    ]
    [[name, role, by, _day, answer]] = waiting(page)
    assert (name, role, by, answer) == ("Nieuw Mens", "Decider", asker.person.name, "Withdraw")
    page = second.open("/office/people/")
    assert waiting(page)[0][-1] == "Confirm Decline"
    page = second.submit("form[action$='/confirm']")
    assert page.notes == ["The role is confirmed. It applies at once."]
    assert waiting(page) == []
    assert "Decider" in page.soup.find("a", string="Nieuw Mens").find_parent("tr").get_text()


def test_what_is_asked_for_stays_ticked_and_can_be_declined(enter):
    asker, second = enter(Role.ADMINISTRATOR), enter(Role.ADMINISTRATOR)
    person = enter(Role.PLANNER).person
    asker.open(f"/office/people/{person.id}")
    page = asker.submit(roles=["planner", "reviewer"])
    assert page.notes == ["Another administrator must confirm: Reviewer. All administrators get a mail."]
    page = second.open(f"/office/people/{person.id}")
    ticked = {box["value"] for box in page.soup.select("input[name=roles][checked]")}
    assert ticked == {"planner", "reviewer"}
    second.open("/office/people/")
    assert second.submit("form[action$='/decline']").notes == ["The role is not given."]


def test_the_own_roles_are_shown_and_no_form_changes_them(enter):
    browser = enter(Role.ADMINISTRATOR)
    page = browser.open(f"/office/people/{browser.person.id}")
    assert "Nobody changes their own roles." in page.text
    assert page.soup.select("main input[name=roles]") == []
