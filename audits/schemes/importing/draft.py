"""Make the draft of a scheme from a norm of somebody else: its texts in the rules of a scheme of ours. Pure."""

import re
from collections.abc import Iterator, Mapping
from itertools import product
from string import ascii_uppercase
from typing import Any

from audits.core.languages import IN_EVERY_NORM
from audits.schemes.importing.catalogue import Catalogue, Node, Words

MOST_IN_CHAPTER = 99  # requirements: their codes have two digits
_LONGEST_TITLE = 200


def draft_of(catalogue: Catalogue, base: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plain data of a scheme of edition 2. What rates, samples and times it comes from `base`.

    Codes are ours and say nothing; the code of its makers stands in `source`. Losses are added to `catalogue.lost`.
    """
    chapters, requirements = _chapters(catalogue, _rated(base))
    codes = list(requirements)
    draft = dict(base)
    draft.update(
        id=_slug(catalogue.name),
        version=_version(catalogue.version),
        title=_text(catalogue, catalogue.title),
        summary=_text(catalogue, catalogue.title),
        chapters=chapters,
        requirements=requirements,
        risks={"imported": {"name": _text(catalogue, catalogue.title), "requirements": codes[:1]}},
        audits={kind: _covering_all(rules) for kind, rules in base["audits"].items()},
        transition=[],
    )
    return draft


def _chapters(catalogue: Catalogue, rated: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    names = ("".join(letters) for letters in product(ascii_uppercase, repeat=3))
    chapters: dict[str, Any] = {}
    requirements: dict[str, Any] = {}
    for title, nodes in _groups(catalogue):
        for place in range(0, len(nodes), MOST_IN_CHAPTER):
            code, number = next(names), place // MOST_IN_CHAPTER + 1
            words = _text(catalogue, title)
            if number > 1:
                words = {language: f"{text} ({number})" for language, text in words.items()}
            chapters[code] = {"title": words, "checklist": {"all": words}}
            for running, node in enumerate(nodes[place : place + MOST_IN_CHAPTER], 1):
                requirements[f"{code}-{running:02}"] = _requirement(catalogue, node, code, rated)
    return chapters, requirements


def _rated(base: Mapping[str, Any]) -> dict[str, str]:
    """Return how a draft rates every requirement until somebody does: the lightest grade that counts, on the agency."""
    counting = {code: each["points"] for code, each in base["severities"].items() if each["points"]}
    first = next(iter(base["requirements"].values()))
    lightest = min(counting, key=lambda code: int(counting[code]))
    return {"severity": lightest, **{name: first[name] for name in ("level", "unit", "source_check")}}


def _groups(catalogue: Catalogue) -> Iterator[tuple[Words, list[Node]]]:
    """Yield the requirements below each node at the top of the tree; those that stand there alone come together."""
    groups: dict[str, tuple[Words, list[Node]]] = {}
    for node in catalogue.requirements:
        above = list(catalogue.above(node))
        top = above[-1] if above else None
        key, title = (top.key, top.title) if top else ("", catalogue.title)
        groups.setdefault(key, (title, []))[1].append(node)
    yield from groups.values()


def _requirement(catalogue: Catalogue, node: Node, chapter: str, rated: Mapping[str, str]) -> dict[str, Any]:
    above = " › ".join(_any(each.title) for each in reversed(list(catalogue.above(node))))
    where = " ".join(part for part in (catalogue.name, node.ref or node.key) if part)
    guidance = _text(catalogue, node.guidance) if node.guidance else dict.fromkeys(IN_EVERY_NORM, above or where)
    plain: dict[str, Any] = {
        "chapter": chapter,
        **rated,
        "title": {language: _short(text) for language, text in _text(catalogue, node.title).items()},
        "question": _text(catalogue, node.text),
        "guidance": guidance,
        "evidence": [dict.fromkeys(IN_EVERY_NORM, where)],
        "source": [where],
    }
    if node.points:
        plain["points"] = [dict.fromkeys(IN_EVERY_NORM, point) for point in node.points]
    return plain


def _text(catalogue: Catalogue, words: Words) -> dict[str, str]:
    """Return a text in every language that a norm must have; a missing one gets the words of another."""
    for language in IN_EVERY_NORM:
        if language not in words:
            catalogue.lost[f"texts without a translation ({language}); the draft repeats the original"] += 1
    found = {each: words.get(each) or words.get(catalogue.locale) or _any(words) for each in IN_EVERY_NORM}
    return {language: " ".join(text.split()) for language, text in found.items()}  # a text is one line


def _any(words: Words) -> str:
    return next(iter(words.values()), "")


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_TITLE else f"{text[: _LONGEST_TITLE - 1].rstrip()}…"


def _covering_all(rules: Mapping[str, Any]) -> dict[str, Any]:
    """Let an audit cover what needs no code of a requirement, chapter or risk."""
    kept = [cover for cover in rules["covers"] if not {"requirements", "chapters", "severities"} & set(cover)]
    return {**rules, "covers": kept or [{"reason": rules["covers"][0]["reason"], "all": True}]}


def _slug(name: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")
    return slug if slug[:1].isalpha() else f"norm-{slug}".rstrip("-")


def _version(text: str) -> str:
    """Return the version in two numbers, as a scheme has it."""
    numbers = re.findall(r"[0-9]{1,6}", text)
    major, minor = [*numbers, "0", "0"][:2]
    return f"{int(major)}.{int(minor)}"
