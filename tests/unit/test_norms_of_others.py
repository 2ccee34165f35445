"""Norms that nobody here wrote become drafts: small ones of our making, and real ones where they are at hand."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from audits.schemes.importing import ciso, oscal
from audits.schemes.importing.draft import MOST_IN_CHAPTER, draft_of
from audits.schemes.source import parse
from portal.commands.schemes import scheme
from tests.kit.scheme import SECOND, norm_text, plain_norm

pytestmark = pytest.mark.long
BASE = plain_norm(SECOND)
SHARED = Path(__file__).parents[3] / "shared" / "norms"
REAL = sorted([*SHARED.glob("ciso-assistant/*.yaml"), *SHARED.glob("oscal/*.json")])


def node(number, parent=None, **more):
    made = {
        "urn": f"urn:x:node:{number}",
        "assessable": "true",
        "name": f"Name {number}",
        "description": f"Text {number}",
    }
    return made | ({"parent_urn": f"urn:x:node:{parent}"} if parent else {}) | more


def library(*nodes, locale="en", **more):
    framework = {"ref_id": "own", "name": "Our example", "requirement_nodes": list(nodes)} | more
    return {"locale": locale, "version": "3", "objects": {"framework": framework}}


def control(name, *parts, **more):
    return {"id": name, "title": f"Control {name}", "parts": list(parts)} | more


def catalog(*controls, **more):
    group = {"id": "g1", "title": "A group", "controls": list(controls)}
    return {"catalog": {"metadata": {"title": "Our catalog", "version": "1.1"}, "groups": [group], **more}}


def said(prose, *parts, name="statement"):
    return {"name": name, "parts": list(parts)} | ({"prose": prose} if prose else {})


def drafted(catalogue):
    """The draft, which must be a scheme without a problem."""
    return parse(norm_text(draft_of(catalogue, BASE)))


def test_an_assessable_node_under_another_is_a_requirement_and_so_is_the_other():
    found = ciso.catalogue_of(
        library(node(1, ref_id="1.10"), node(2, parent=1, depth="9"), node(3, assessable="false"))
    )
    assert [each.key for each in found.requirements] == ["urn:x:node:1", "urn:x:node:2"]
    assert [each.key for each in found.above(found.nodes[1])] == ["urn:x:node:1"]
    made = drafted(found)
    assert [item.source[0]["en"] for item in made.requirements] == ["own 1.10", "own urn:x:node:2"]


def test_a_node_without_words_takes_what_it_has():
    nodes = [node(1, name=None), node(2, description=None), node(3, name=None, description=None, ref_id="Art.\xa01")]
    asked = node(4, name=None, description=None, questions={"urn:q": {"type": "text", "text": "Is it so?"}})
    texts = [item.question["en"] for item in drafted(ciso.catalogue_of(library(*nodes, asked))).requirements]
    assert texts == ["Text 1", "Name 2", "Art. 1", "Is it so?"]


def test_languages_are_per_node_and_what_is_missing_is_listed():
    both = node(1, translations={"nl": {"name": "Naam", "description": "Tekst"}})
    found = ciso.catalogue_of(library(both, node(2, translations={"fr": {"name": "Nom"}})))
    first, second = drafted(found).requirements
    assert (first.title["nl"], second.title["nl"]) == ("Naam", "Name 2")
    assert found.lost["texts without a translation (nl); the draft repeats the original"] > 0


def test_what_a_draft_cannot_carry_is_listed_with_its_number():
    choice = {"urn": "c", "value": "Yes", "add_score": "5", "compute_result": "compliant"}
    questions = {
        "urn:a": {"type": "unique_choice", "text": "A?", "choices": [choice, choice]},
        "urn:b": {"type": "date", "text": "B?", "depends_on": {"question": "urn:a"}},
    }
    plain = library(node(1, questions=questions), implementation_groups_definition=[{"ref_id": "x"}])
    plain["objects"]["requirement_mapping_sets"] = [{}]
    lost = ciso.catalogue_of(plain).lost
    assert lost["effects of a choice (add_score)"] == lost["effects of a choice (compute_result)"] == 2
    assert lost["conditions of a question (depends_on)"] == 1
    assert lost["definitions of implementation groups"] == 1
    assert lost["objects of another kind (requirement_mapping_sets)"] == 1


def test_a_chapter_takes_as_many_as_it_has_codes_for_and_a_thousand_controls_fit():
    found = ciso.catalogue_of(library(node(0, assessable="false"), *(node(each, parent=0) for each in range(1, 1001))))
    made = drafted(found)
    assert len(made.requirements) == 1000
    assert max(len(made.in_chapter(code)) for code in made.chapters) == MOST_IN_CHAPTER


def test_a_statement_is_its_prose_and_its_items_in_order():
    items = said(None, said("First.", name="item"), said(None, said("Deep.", name="item"), name="item"))
    found = oscal.catalogue_of(catalog(control("c-1", items)))
    assert found.requirements[0].text["en"] == "First.\nDeep."


def test_a_withdrawn_control_is_left_out_and_its_enhancements_stay():
    gone = control("c-1", props=[{"name": "status", "value": "withdrawn"}], controls=[control("c-1.1", said("Do it."))])
    found = oscal.catalogue_of(catalog(gone))
    assert [each.key for each in found.requirements] == ["c-1.1"]
    assert found.lost["controls withdrawn; they are left out"] == 1


def test_insertions_are_resolved_within_each_other_and_circles_end():
    params = [
        {"id": "p_1", "select": {"choice": ["lock after {{ insert: param, p.2 }}", "ask"]}},
        {"id": "p.2", "label": "a duration"},
        {"id": "p3", "props": [{"name": "aggregates", "value": "p.2"}]},
        {"id": "p4", "label": "{{ insert: param, p4 }}"},
    ]
    prose = "{{ insert: param, p_1 }} {{insert: param, p3}} {{ insert: param, p4 }} {{ insert: param, p9 }} [x](#u)"
    plain = catalog(
        control("c", said(prose), params=params), **{"back-matter": {"resources": [{"uuid": "u", "title": "A law"}]}}
    )
    found = oscal.catalogue_of(plain)
    assert found.requirements[0].text["en"] == "[lock after [a duration]; ask] [a duration] [[p4]] [p9] A law"
    assert found.lost["insertions that lead nowhere"] == 2


def test_the_label_without_a_class_is_the_code():
    labels = [{"name": "label", "value": "AC-01", "class": "zero-padded"}, {"name": "label", "value": "AC-1"}]
    found = oscal.catalogue_of(catalog(control("ac-1", said("Do."), props=labels), control("ac-2", said("Do."))))
    assert [each.ref for each in found.requirements] == ["AC-1", "AC-2"]


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)


@given(st.lists(st.tuples(WORDS, WORDS, WORDS, st.booleans(), st.integers(0, 20)), min_size=1, max_size=12))
def test_any_library_becomes_a_draft_without_a_problem(rows):
    nodes = [node(0)]
    for number, (name, text, ref, is_judged, parent) in enumerate(rows, 1):
        more = {"name": name, "description": text, "ref_id": ref, "assessable": str(is_judged).lower()}
        nodes.append(node(number, parent=min(parent, number - 1) or None, **more))
    found = ciso.catalogue_of(library(*nodes))
    assert len(drafted(found).requirements) == len(found.requirements)


@pytest.mark.skipif(not REAL, reason="real norms are not in the repository")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_a_real_norm_becomes_a_draft_without_a_problem(path, tmp_path):
    draft = tmp_path / "draft.yaml"
    run = CliRunner().invoke(scheme, ["import", str(path), "--output", str(draft)])
    assert run.exit_code == 0, run.output
    assert CliRunner().invoke(scheme, ["check", str(draft)]).output.endswith("no problems\n")


def test_the_commands_import_and_check_and_name_file_line_and_path(tmp_path):
    source, draft = tmp_path / "own.json", tmp_path / "own.yaml"
    source.write_text(json.dumps(catalog(control("c-1", said("Do it.")), control("c-2", said("Do that.")))))
    run = CliRunner().invoke(scheme, ["import", str(source), "--output", str(draft)])
    assert f"{draft}: 2 requirements" in run.output
    assert "not carried: texts without a translation (nl); the draft repeats the original" in run.output
    draft.write_text(draft.read_text().replace("severity: minor", "severity: none", 1))
    run = CliRunner().invoke(scheme, ["check", str(draft)])
    assert run.exit_code == 1
    assert "$.requirements.AAA-01.severity" in run.output
    assert run.output.startswith(f"{draft}:")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (b"a: [1, 2]", "no CISO Assistant library"),
        (b"", "no CISO Assistant library"),
        (b"null", "no CISO Assistant library"),
        (json.dumps({"objects": {"framework": {"requirement_nodes": None}}}).encode(), "no CISO Assistant library"),
        (b"a: [1, 2", "cannot be read as YAML or JSON"),
        (b'{"catalog": {', "cannot be read as YAML or JSON"),
        (b"[" * 3000, "cannot be read as YAML or JSON"),
        (json.dumps(catalog()).encode("utf-16"), "cannot be read as YAML or JSON"),
        (b"na\xefef: 1", "cannot be read as YAML or JSON"),
        (json.dumps(library()).encode(), "nothing in it is assessable"),
        (json.dumps(library(node(1, assessable="false"))).encode(), "nothing in it is assessable"),
        (json.dumps(catalog(control("c-1"))).encode(), "nothing in it is assessable"),
        (json.dumps(library(7, None)).encode(), "has another shape"),
        (json.dumps(library(node(1, questions={"a": {"choices": 3}}))).encode(), "has another shape"),
        (json.dumps(catalog(control("c-1", said("Do it."), props=[3]))).encode(), "has another shape"),
    ],
)
def test_a_file_that_is_no_norm_is_refused_in_words(source, words, tmp_path):
    file, draft = tmp_path / "a.yaml", tmp_path / "b.yaml"
    file.write_bytes(source)
    run = CliRunner().invoke(scheme, ["import", str(file), "--output", str(draft)])
    assert (run.exit_code, draft.exists()) == (1, False)
    assert words in run.output
    run = CliRunner().invoke(scheme, ["check", str(file)])
    assert run.exit_code == 1
    assert "Error: " in run.output


def test_a_base_that_is_no_scheme_and_a_place_that_cannot_be_written_are_named(tmp_path):
    file = tmp_path / "a.json"
    file.write_text(json.dumps(catalog(control("c-1", said("Do it.")))))
    for base in (b"\xff\xfe", b"a: 1", b"a: [1"):
        (tmp_path / "base.yaml").write_bytes(base)
        run = CliRunner().invoke(scheme, ["import", str(file), "--base", str(tmp_path / "base.yaml")])
        assert (run.exit_code, "the base is no scheme file" in run.output) == (1, True)
    run = CliRunner().invoke(scheme, ["import", str(file), "--output", str(tmp_path / "none" / "b.yaml")])
    assert (run.exit_code, "No such file or directory" in run.output) == (1, True)
