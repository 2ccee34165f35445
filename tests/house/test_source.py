"""Rules about the source that no linter checks."""

import re
from pathlib import Path

from tests.kit.sources import Source, source

ROOT = Path(__file__).parents[2]
PACKAGES = ("portal", "audits", "certificates")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TEMPLATES = sorted(
    [*(ROOT / "templates").rglob("*.html"), *(ROOT / "certificates" / "press" / "templates").rglob("*.html")]
)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def sources() -> list[Source]:
    """Every module."""
    return [source(path) for path in SOURCES]


def test_a_file_is_one_room():
    assert [(each.name, each.lines) for each in sources() if each.lines > 400] == []


def test_a_function_fits_a_glance():
    long = [(each.name, name, lines) for each in sources() for name, lines, _ in each.functions if lines > 50]
    assert long == []


def test_a_module_says_in_its_first_line_what_it_is_for():
    first = {each.name: each.docstring.partition("\n")[0] for each in sources()}
    assert [name for name, line in first.items() if not line.endswith((".", "…"))] == []


RIDDLE = re.compile(r"(What|Who|Whom|Whoever|Whatever|Whose|Those|That|Nobody|Somebody)\b")


def test_the_docstring_of_a_function_begins_with_a_verb():
    functions = [(each.name, name, text) for each in sources() for name, _, text in each.functions]
    assert len(functions) > 3000
    assert [(module, name) for module, name, text in functions if RIDDLE.match(text)] == []


def test_only_one_place_commits():
    committing = {name(path) for path in SOURCES if re.search(r"\.commit\(", path.read_text())}
    assert committing == {"portal/stores/database.py"}


DOOR = re.compile(r"/(?:account|agency|files|inspector|login|office|register-agency|reset)(?:/|$)")


def test_the_domain_knows_no_page_of_the_portal():
    domain = [each for each in sources() if not each.name.startswith("portal/")]
    assert [(each.name, text) for each in domain for text in each.texts if DOOR.match(text)] == []


def test_the_check_of_pages_would_notice():
    assert all(DOOR.match(text) for text in ("/agency/", "/office/audits/", "/login"))
    assert not DOOR.match("/register/")


# Pure, pure, tables, writing, reading; and what is told to the trail and to people.
KINDS = {"rules", "workflow", "models", "services", "queries", "events", "notices"}
# What is no aggregate: it has no tables of its own, or serves all of them.
LIBRARIES = {
    "audits/core": "what every aggregate stands on",
    "audits/questions": "types of answers and rules between them, computed without a database",
    "certificates/assessment.py": "reads of all aggregates at once, for people from outside",
    "certificates/addresses.py": "addresses that are printed and never change",
    "certificates/credentials": "a format of others, computed without a database",
    "certificates/press": "facts in, paper out",
    "certificates/seal": "bytes in, sealed or examined bytes out",
    "certificates/status_lists.py": "between lifecycle and credentials: the lists of both",
    "certificates/verifier": "a program for strangers; shares nothing with us",
    "certificates/wording.py": "codes in words, for documents and pages",
}
# Every other module of an aggregate, with the reason why it is none of the kinds.
OTHERS = {
    "audits/agencies/countries.py": "what people call countries; pure",
    "audits/agencies/german_courts.py": "data of others",
    "audits/agencies/numbers.py": "codes that others give out; pure, too long for rules",
    "audits/agencies/trade_registers.py": "the numbers of each country's register; pure, too long for rules",
    "audits/agencies/wording.py": "values of documents",
    "audits/applications/asking.py": "the rules of what is asked and what agrees; pure, too long for rules",
    "audits/schemes/question_checks.py": "a scheme file is read in steps; pure",
    "audits/applications/colleagues.py": "reads of what an agency shares, which queries had no room for",
    "audits/applications/earlier.py": "reads of the last cycle, which queries had no room for",
    "audits/applications/differences.py": "what two submissions say otherwise; pure",
    "audits/applications/pleas.py": "reads of one table, which queries had no room for",
    "audits/applications/submission.py": "values of a document, and the text under its digest",
    "audits/worklists/clock.py": "on which days the clock does what; pure",
    "audits/worklists/letters.py": "the letters of the clock, from a file beside it; pure",
    "certificates/letters/facts.py": "values of a document",
    "certificates/letters/plan.py": "values of a document",
    "audits/correspondence/plans.py": "values of a letter, and what differs between two",
    "audits/worklists/history.py": "reads of all aggregates at once",
    "audits/worklists/auditors.py": "reads of all aggregates at once",
    "audits/worklists/tallying.py": "counts of all aggregates at once, kept for auditors",
    "audits/worklists/measures.py": "figures about audits; pure, too long for rules",
    "audits/worklists/to_plan.py": "reads of all aggregates at once",
    "audits/worklists/search.py": "reads of all aggregates at once",
    "audits/applications/workbook.py": "rows of a table and what changed in them; pure, too long for rules",
    "audits/decisions/basis.py": "what is weighed, and its digest: asked by the page before and by the service after",
    "audits/decisions/practice.py": "the rules of draft, audit and decision on answers that nobody keeps; pure",
    "audits/decisions/readiness.py": "the rules of audit and decision on what an agency says of itself; pure",
    "audits/decisions/simulation.py": "the rules of audit and decision by another version; pure",
    "audits/decisions/scope.py": "what can be granted: offered by the page before and checked by the service after",
    "audits/teams/leaving.py": "an act across people and audits: accounts end with what they have in hand",
    "audits/inspections/device_keys.py": "what devices sign; pure",
    "audits/inspections/receipts.py": "one read, for the export and for devices",
    "audits/inspections/standing.py": "reads that merge entries",
    "audits/inspections/assignment.py": "asked by models' visibility, queries, services and pages alike",
    "audits/inspections/calendars.py": "days across audits, by person, which queries had no room for",
    "audits/inspections/chains.py": "tables of sealed entries, which models had no room for",
    "audits/inspections/cell_files.py": "pictures and files beside a verdict: one table with its reads",
    "audits/inspections/cells.py": "reads of the desk, which queries had no room for",
    "audits/inspections/comparison.py": "what a page lays side by side; pure",
    "audits/inspections/counted_words.py": "values of documents and pages",
    "audits/inspections/counts.py": "what was counted at units: entries that merge, and pure rules of what they say",
    "audits/inspections/coverage.py": "what an audit looks at: asked by pages, forms, services and documents alike",
    "audits/inspections/days.py": "tables of the days, and reads of them, which models and queries had no room for",
    "audits/inspections/disclosure.py": "pure rules about what an agency may learn, apart from those that judge it",
    "audits/inspections/drafts.py": "tables before and after a report, and reads of them, which models had no room for",
    "audits/inspections/draws.py": "reads of draws, which queries had no room for",
    "audits/inspections/earlier_findings.py": "a read across audits, by a function of the owner",
    "audits/inspections/entries.py": "the bytes of sealed entries: written here, read by services and exports; pure",
    "audits/inspections/evidence.py": "reads across applications and audits, which queries of either cannot see",
    "audits/inspections/export.py": "values that others check",
    "audits/inspections/grading.py": "the rules of edition 2 of the scheme file; pure, too long for rules",
    "audits/inspections/judging.py": "asked by forms and services alike; pure",
    "audits/inspections/merging.py": "what several devices wrote becomes one state; pure, too long for rules",
    "audits/inspections/planning.py": "what an audit covers and how long it takes; pure, too long for rules",
    "audits/inspections/population_lists.py": "what stands out in a list, for the page before the service; pure",
    "audits/inspections/pseudonyms.py": "what a list may hold; pure, too long for rules",
    "audits/inspections/printed.py": "with which finding of a report a picture stands: one rule for report and preview",
    "audits/inspections/private.py": "private notes and reads of them, which models and queries had no room for",
    "audits/inspections/repairs.py": "counts for worklists, which queries had no room for",
    "audits/inspections/report.py": "values of documents",
    "audits/inspections/samples.py": "tables of the draws, which models had no room for",
    "audits/inspections/stratified.py": "a draw that is divided; pure, too long for rules",
    "audits/inspections/tables.py": "what a list says under its columns, for pages and services; pure",
    "audits/inspections/wording.py": "keys of the catalogues",
    "audits/signals/wording.py": "keys of the catalogues",
    "audits/vault/wording.py": "keys of the catalogues",
    "audits/complaints/wording.py": "keys of the catalogues",
    "audits/disputes/figures.py": "reads appeals, complaints and signals together",
    "audits/people/independence.py": "one rule that must ask the database, above which every service stands",
    "audits/people/registration.py": "a service across agencies and people, above both",
    "audits/people/trail.py": "a read of all that happened, put in words",
    "audits/schemes/checks.py": "a scheme file is read in steps; pure",
    "audits/applications/personal.py": "what nobody may send us; pure, asked by rules and by the reader alike",
    "audits/schemes/importing/catalogue.py": "a norm of others as values; pure",
    "audits/schemes/importing/ciso.py": "a norm of others is read; pure",
    "audits/schemes/importing/draft.py": "a norm of others becomes a draft; pure",
    "audits/schemes/importing/oscal.py": "a norm of others is read; pure",
    "audits/schemes/strata.py": "columns of a list, as the scheme names them; pure",
    "audits/schemes/compare.py": "two schemes side by side; pure",
    "audits/schemes/cycle.py": "the scheme as values; pure",
    "audits/decisions/proposals.py": "reads and services of what two deciders agree on",
    "audits/schemes/cycle_checks.py": "a scheme file is read in steps; pure",
    "audits/schemes/cycle_source.py": "a scheme file is read in steps; pure",
    "audits/schemes/problems.py": "what a scheme file can have wrong",
    "audits/schemes/reading.py": "a scheme file is read in steps; pure",
    "audits/schemes/shapes.py": "a scheme file is read in steps; pure",
    "audits/schemes/source.py": "a scheme file is read in steps; pure",
    "audits/schemes/text.py": "the scheme as values; pure",
    "audits/schemes/words.py": "the scheme as values; pure",
    "certificates/documents/archive.py": "a service of the worker's own, that looks for its work",
    "certificates/documents/editions.py": "compares two reports; pure",
    "certificates/documents/stages.py": "types of a document on its way",
    "certificates/following/webhooks.py": "services and reads of one table, which those of lists had no room for",
    "certificates/ledger/caselog.py": "entries that are made of events",
    "certificates/ledger/dump.py": "the archive, written while it is read",
    "certificates/ledger/entries.py": "a format that is for ever; pure",
    "certificates/ledger/memory.py": "the last signed head, in a file beside the keys",
    "certificates/ledger/notes.py": "a format of others; pure",
    "certificates/ledger/proof.py": "a format of others; pure",
    "certificates/ledger/tiles.py": "a format of others; pure",
    "certificates/ledger/tracing.py": "finds the first row that changed, and must share nothing with what wrote it",
    "certificates/ledger/tree.py": "a format of others; pure",
    "certificates/ledger/verify.py": "computes everything again, and must share nothing with what wrote it",
    "audits/links/traces.py": "what leaves a trace, and how traces are compared; pure",
    "certificates/ledger/witness.py": "a service for the logs of others",
    "certificates/lifecycle/simulation.py": "a service of the worker's own, across audits and certificates",
    "certificates/lifecycle/snapshot.py": "values of documents",
    "certificates/lifecycle/terms.py": "when a term of the scheme ends: for the service and for the letter",
    "certificates/register/bulk.py": "one read that fills a module",
    "certificates/register/changes.py": "reads for feeds, in the order of the log",
    "certificates/register/extract.py": "values of documents",
    "certificates/register/files.py": "a read that begins at a file, not at an agency",
    "certificates/register/keeping.py": "plain values of a file that answers without a database, and back",
    "certificates/register/lines.py": "one read that fills a module",
    "certificates/register/plain.py": "rows as entries of no session, for what only shows them",
    "certificates/register/position.py": "a read for what keeps pages, in front of every session",
    "certificates/register/projection.py": "the row that services write; reads sources, writes nothing",
    "certificates/register/schemes.py": "words kept in memory",
    "certificates/register/sheet.py": "one read that fills a module",
    "certificates/register/places.py": "data of others",
    "certificates/register/search/folding.py": "how names are compared; pure",
    "certificates/register/search/conditions.py": "what queries of the search have in common",
    "certificates/register/search/counting.py": "a read beside that of the page",
    "certificates/register/search/cursor.py": "a part of an address; pure",
    "certificates/register/search/exact.py": "finds by what may only be asked for exactly",
    "certificates/register/search/filters.py": "what an address can ask for, and what a row has of it; pure",
    "certificates/register/search/frequent.py": "words kept in memory",
    "certificates/register/search/how.py": "a type that modules below each other share",
    "certificates/register/search/likeness.py": "how names are compared; pure",
    "certificates/register/search/names.py": "how names are spelled; pure",
    "certificates/register/search/noise.py": "words; pure",
    "certificates/register/search/plans.py": "what queries of the search are made of",
    "certificates/register/search/romanising.py": "tables of others; pure",
    "certificates/register/search/typed.py": "what was typed, as words and numbers; pure",
    "certificates/register/search/query.py": "one read that fills a module",
}


def modules() -> dict[str, str]:
    """Return the modules of the aggregates, each with the word for its kind, or none."""
    found = {}
    for path in SOURCES:
        package, *rest = name(path).split("/")
        if package != "portal" and rest[-1] != "__init__.py" and f"{package}/{rest[0]}" not in LIBRARIES:
            found[name(path)] = rest[1].removesuffix(".py") if rest[1:] else ""
    return found


def test_a_module_of_an_aggregate_is_of_a_known_kind_or_has_a_reason():
    assert {module for module, kind in modules().items() if kind not in KINDS} == set(OTHERS)


def test_an_aggregate_has_tables_and_a_library_has_none():
    tables = {path.relative_to(ROOT).parts[:2] for path in SOURCES if re.search(r"__tablename__ = ", path.read_text())}
    tables = {"/".join(place) for place in tables if place[0] != "portal"}
    aggregates = {"/".join(module.split("/")[:2]) for module in modules()}
    assert tables - aggregates == {"audits/core"}  # events, outbox and counters, which all of them write
    assert aggregates == tables - {"audits/core"}


def test_no_module_is_called_after_nothing():
    nothing = {"utils", "util", "helpers", "helper", "misc", "common", "base"}
    assert [name(path) for path in SOURCES if path.stem in nothing] == []


OWN_STYLE = re.compile(r"\sstyle=|<style")
OWN_SCRIPT = re.compile(r"\son[a-z]+=|<script(?![^>]*(src=|application/ld\+json))")


def test_a_template_holds_no_style_and_no_script_of_its_own():
    texts = {path: path.read_text() for path in TEMPLATES}
    styled = [name(path) for path, text in texts.items() if "press" not in path.parts and OWN_STYLE.search(text)]
    assert styled == []
    assert [name(path) for path, text in texts.items() if OWN_SCRIPT.search(text)] == []
    assert len(texts) > 100
