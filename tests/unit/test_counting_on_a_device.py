"""What a device reads of what was typed is what the portal takes: its script is run beside our own reading."""

import json
import shutil
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from audits.applications.asking import check_details
from audits.core.errors import RuleError
from audits.questions.kinds import question_of
from audits.questions.values import read_value
from portal.forms.asked import told_of
from portal.settings import ROOT
from tests.kit.long_runs import steps

NODE = shutil.which("node") or str(ROOT / "var" / "tools" / "node" / "bin" / "node")
SCRIPT = (ROOT / "portal" / "assets" / "offline-answers.js").read_text(encoding="utf-8")
READ = """
import { createInterface } from "node:readline";
for await (const line of createInterface({ input: process.stdin })) {
  const { question, typed } = JSON.parse(line);
  try {
    console.log(JSON.stringify({ value: readValue(question, typed) }));
  } catch (error) {
    console.log(JSON.stringify({ wrong: error instanceof Wrong ? error.name : String(error) }));
  }
}
"""
LABEL = {"label": {"nl": "x", "en": "x"}}
CHOICES = {"choices": {"dwelling": LABEL["label"], "other": LABEL["label"]}}
QUESTIONS = {
    "whole": question_of("whole", {"type": "number"} | LABEL),
    "area": question_of("area", {"type": "number", "decimals": 1} | LABEL),
    "fine": question_of("fine", {"type": "number", "decimals": 3, "minimum": -5, "maximum": 5000} | LABEL),
    "share": question_of("share", {"type": "share"} | LABEL),
    "kind": question_of("kind", {"type": "choice"} | LABEL | CHOICES),
    "kinds": question_of("kinds", {"type": "choices"} | LABEL | CHOICES),
    "safe": question_of("safe", {"type": "yes_no"} | LABEL),
    "day": question_of("day", {"type": "date"} | LABEL),
    "text": question_of("text", {"type": "text"} | LABEL),
    "rooms": question_of(
        "rooms",
        {"type": "table", "columns": {
            "room": {"type": "text", "required": True} | LABEL, "area": {"type": "number", "decimals": 1} | LABEL,
            "beds": {"type": "number", "required": True} | LABEL,
        }} | LABEL,
    ),
    "names": question_of("names", {"type": "table", "columns": {"name": {"type": "text"} | LABEL}} | LABEL),
}  # fmt: skip


@pytest.fixture(scope="module")
def reads():
    """What the script of a device makes of a text: its value, or the name of what is wrong."""
    with subprocess.Popen(
        [NODE, "--input-type=module", "-e", SCRIPT + READ],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
    ) as device:  # fmt: skip

        def read(code, typed):
            line = json.dumps({"question": told_of(QUESTIONS[code], "en"), "typed": typed})
            device.stdin.write(line + "\n")
            device.stdin.flush()
            return json.loads(device.stdout.readline())

        yield read
        device.stdin.close()


@pytest.mark.parametrize(
    ("code", "typed", "value"),
    [
        ("whole", " 012 ", "12"),
        ("area", "17,50", "17.5"),
        ("area", "0,0", "0"),
        ("fine", "-0", "0"),
        ("fine", "-4.50", "-4.5"),
        ("kind", "other", "other"),
        ("kinds", "other;dwelling", ["dwelling", "other"]),
        ("safe", "no", False),
        ("day", "27-3-2027", "2027-03-27"),
        ("text", " a \n b ", "a b"),
        ("rooms", "1; 7; 2\n\n2\t10,5\t3\t", [{"room": "1", "area": "7", "beds": "2"},
                                              {"room": "2", "area": "10.5", "beds": "3"}]),
        ("rooms", " ", None),
    ],
)  # fmt: skip
def test_a_device_reads_what_people_type(reads, code, typed, value):
    assert reads(code, typed) == {"value": value}


@pytest.mark.parametrize(
    ("code", "typed", "wrong"),
    [
        ("whole", "one", "whole"),
        ("whole", "1,5", "whole"),
        ("area", "1.250", "number"),
        ("area", "1,25", "decimals"),
        ("whole", "-1", "least"),
        ("share", "101", "mostOf"),
        ("kind", "castle", "choose"),
        ("safe", "perhaps", "choose"),
        ("day", "31-2-2027", "day"),
        ("text", "x" * 501, "long"),
        ("rooms", "1; 7", "row"),
        ("rooms", "1;7;2;9", "cells"),
        ("rooms", "1;7;2\n" * 501, "rows"),
    ],
)
def test_a_device_says_what_is_no_answer(reads, code, typed, wrong):
    assert reads(code, typed) == {"wrong": wrong}


SIGNS = some.text("0123456789.,-;\t\n abäé€x/yesnodwlightrk", max_size=24)
NUMBERS = some.decimals(-99, 9999, places=2).map(str) | some.integers(-3, 10**13).map(str)


@settings(max_examples=steps(20_000), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.sampled_from(sorted(QUESTIONS)), SIGNS | NUMBERS | some.dates().map(str) | some.sampled_from(
    ["yes", "no", "dwelling", "other", "dwelling;other", "1\t2,5\t3", "a;1;2\nb;;4", "27 3 2027", "1.500", "0,10"]
))  # fmt: skip
def test_whatever_a_device_takes_the_portal_takes_as_the_same(reads, code, typed):
    said = reads(code, typed)
    if (value := said.get("value")) is None:
        return
    question = QUESTIONS[code]
    check_details((question,), {code: value})
    try:
        ours = read_value(question, typed)
    except RuleError:
        return  # read in two ways by people, and in one by the device
    assert ours == value
