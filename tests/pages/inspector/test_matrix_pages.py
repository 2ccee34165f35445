"""The matrix of the desk: all requirements by all units."""

from html import unescape

from audits.inspections import queries
from tests.kit.browser import Browser
from tests.kit.factories.inspections import judge, make_audit
from tests.kit.inspecting import FILES, path, statements
from tests.kit.scheme import scheme


def test_the_matrix_shows_every_verdict_and_what_is_open(session, browser, files):
    drawn = queries.sample_of(session, files.id)["personnel_file"]
    judge(session, files, {"PAY-05": {drawn[1]: ("nonconform", "Short."), drawn[2]: ("conform", "")}})
    judge(session, files, {"PAY-05": {drawn[2]: ("conform", "Seen twice.")}})
    page = browser.open(path(files, "matrix/personnel_file"))
    assert [head.get_text(strip=True) for head in page.soup.select("thead th[data-place]")] == drawn
    row = page.soup.select_one("tr[data-code=PAY-05]")
    looks = [(cell.get("aria-label"), cell.get("class"), cell.get("data-n")) for cell in row.select("td")[:5]]
    assert looks == [
        (None, None, None),
        ("Does not conform", ["kw-m-bad", "kw-m-noted"], None),
        ("Conforms", ["kw-m-good", "kw-m-noted"], "2"),
        (None, None, None),
        (None, None, None),
    ]
    assert [cell.get_text() for cell in row.select(".kw-matrix__sum")] == ["3", "1"]
    answer = browser.client.get(path(files, "cells/PAY-05/2"), headers=browser.headers).get_json()
    assert (answer["value"], answer["note"]) == ("nonconform", "Short.")
    assert scheme().requirement("PAY-05").guidance["en"] in unescape(answer["facts"])


def test_the_matrix_asks_as_little_of_the_database_for_many_units_as_for_few(app, session, engine, inspector):
    many = [f"F-{number:04d}" for number in range(5000)]
    audits = [make_audit(session, inspector=inspector, populations={"personnel_file": each}) for each in (FILES, many)]
    judge(session, audits[1], {"PAY-05": ("nonconform", "Short.")})
    session.commit()
    browser = Browser(app).sign_in(session, inspector)
    for where in ("matrix/personnel_file", "units/personnel_file/2", "requirements/PAY-05", "cells/PAY-05/2"):
        few, lots = (len(statements(engine, browser, path(audit, where))) for audit in audits)
        assert few == lots, where
