"""What a self-assessment says otherwise than an earlier submission. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from audits.core.languages import in_language


class Part(StrEnum):
    """What of an answer differs."""

    ANSWER = "answer"
    EXPLANATION = "explanation"
    DETAIL = "detail"
    FILES = "files"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference; `label` names a typed question. Empty words: there was, or is, nothing."""

    code: str
    part: Part
    before: str
    after: str
    label: str = ""


def differences(earlier: str, now: str, language: str) -> list[Difference]:
    """Return what differs between two contents of `submission.content_of`, in the order of the later one."""
    old, new = (_by_code(content) for content in (earlier, now))
    return [each for code in {**new, **old} for each in _compared(code, old.get(code, {}), new.get(code, {}), language)]


def _by_code(content: str) -> dict[str, Mapping[str, Any]]:
    return {each["code"]: each for each in json.loads(content)["answers"]}


def _compared(code: str, old: Mapping[str, Any], new: Mapping[str, Any], language: str) -> list[Difference]:
    pairs = [
        (Part.ANSWER, "", _words(old, language), _words(new, language)),
        (Part.EXPLANATION, "", old.get("explanation", ""), new.get("explanation", "")),
        *_details(old, new, language),
        (Part.FILES, "", _files(old, new), _files(new, old)),
    ]
    return [Difference(code, part, before, after, label) for part, label, before, after in pairs if before != after]


def _words(said: Mapping[str, Any], language: str) -> str:
    words = said.get("words")
    return in_language(words, language) if words else ""


def _details(old: Mapping[str, Any], new: Mapping[str, Any], language: str) -> list[tuple[Part, str, str, str]]:
    before, after = ({each["code"]: each for each in said.get("details", ())} for said in (old, new))
    found = []
    for code in {**after, **before}:
        label = in_language((after.get(code) or before[code])["label"], language)
        one, other = (in_language(side[code]["words"], language) if code in side else "" for side in (before, after))
        found.append((Part.DETAIL, label, one, other))
    return found


def _files(said: Mapping[str, Any], beside: Mapping[str, Any]) -> str:
    """Return the names of the files that the other side does not have."""
    known = {file["sha256"] for file in beside.get("files", ())}
    return ", ".join(file["name"] for file in said.get("files", ()) if file["sha256"] not in known)
