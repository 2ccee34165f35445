"""A sample that the scheme divides over a column of the list: drawn, and drawn again by strangers."""

import json
from collections import Counter

import pytest
from click.testing import CliRunner

from audits.applications.workflow import ApplicationState
from audits.core.errors import RuleError
from audits.inspections import queries, services
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.export import exported
from audits.inspections.models import Population, SampledUnit
from certificates.verifier.audit import check_sample
from certificates.verifier.reading import Wrong
from portal.commands.samples import sample
from tests.kit.factories import make_application, make_audit, make_scheme
from tests.kit.scheme import SECOND, edited

UNIT = "personnel_file"
SOURCES = "    list_sources: [payroll_export, wage_tax_return, pension_fund, agency_list]\n"
FILES = [f"F-{number:03}" for number in range(1, 101)]
SITES = ["Venlo"] * 80 + ["Breda"] * 15 + ["Weert"] * 5


@pytest.fixture
def audit(session):
    source = edited((SOURCES, f"{SOURCES}    strata: {{by: site, least: 3}}\n"), version=SECOND)
    audit = make_audit(
        session,
        application=make_application(session, state=ApplicationState.ACCEPTED, version=make_scheme(session, source)),
    )
    session.flush()
    return audit


def drawn(session, audit, files=FILES, sites=SITES):
    actor, about = audit.inspector.actor, services.About(source="payroll_export", difference="x")
    services.fix_list(session, actor, audit.id, UNIT, files, secret=bytes(32), about=about, strata={"site": sites})
    services.give_value(session, actor, audit.id, UNIT, "6 1 3")
    services.draw_list(session, actor, audit.id, UNIT)
    session.flush()
    return session.get_one(Population, (audit.id, UNIT))


def test_each_stratum_gets_its_part(session, audit):
    population = drawn(session, audit)
    found = Counter(SITES[FILES.index(each)] for each in queries.sample_of(session, audit.id)[UNIT])
    assert (population.drawn, found) == (25, {"Venlo": 17, "Breda": 5, "Weert": 3})


def test_a_list_without_the_column_is_not_fixed(session, audit):
    with pytest.raises(RuleError) as refused:
        services.fix_list(
            session,
            audit.inspector.actor,
            audit.id,
            UNIT,
            FILES,
            secret=bytes(32),
            about=services.About(source="payroll_export", difference="x"),
        )
    assert refused.value.field == "column_site"


def test_a_replacement_is_the_next_by_rank_as_the_database_finds_it(session, audit):
    drawn(session, audit)
    first = queries.sample_of(session, audit.id)[UNIT][0]
    reason = next(iter(scheme_of_audit(audit).cycle.replacement_reasons))
    added = services.replace_unit(session, audit.inspector.actor, audit.id, UNIT, first, reason_code=reason)
    assert session.get(SampledUnit, (audit.id, UNIT, added.reference)) is not None


def test_both_verifiers_draw_it_again_and_notice_another_stratum(session, audit, tmp_path):
    drawn(session, audit)
    found = json.loads(json.dumps(exported(session, audit)))
    file = tmp_path / "audit.json"
    file.write_text(json.dumps(found))
    assert CliRunner().invoke(sample, ["verify", str(file)]).output == "1 samples drawn again, as they were drawn\n"
    assert check_sample(found["samples"][UNIT], found["units"][UNIT]) == "25 of 100 drawn again"
    found["samples"][UNIT]["strata"]["values"][0] = "Breda"
    with pytest.raises(Wrong, match="not the one that was fixed"):
        check_sample(found["samples"][UNIT], found["units"][UNIT])
    file.write_text(json.dumps(found))
    assert "not the one that was fixed" in CliRunner().invoke(sample, ["verify", str(file)]).output
