"""Read a framework library of CISO Assistant (YAML, every scalar as text) into a catalogue. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from audits.core.languages import SOURCE
from audits.schemes.importing.catalogue import Catalogue, Node

_CUT = 32_767  # characters; a text of just this length was cut by a spreadsheet
_NODE_LOST = {
    "display_mode": "screens without a question (display_mode)",
    "threats": "threats of a requirement",
    "reference_controls": "reference controls of a requirement",
    "implementation_groups": "implementation groups of a requirement",
    "weight": "weights of a requirement",
    "typical_evidence": "",
    "annotation": "",
}
_KNOWN_TYPES = {"unique_choice", "text", "date", "multiple_choice", "number", "boolean"}


def is_library(plain: Any) -> bool:
    """Return whether this is a library with a framework."""
    return isinstance(plain, Mapping) and bool(_frameworks(plain))


def catalogue_of(plain: Mapping[str, Any]) -> Catalogue:
    """Read the first framework of a library; all else is listed as lost."""
    frameworks = _frameworks(plain)
    framework = frameworks[0]
    locale = str(plain.get("locale") or SOURCE)
    found = Catalogue(
        name=str(framework.get("ref_id") or plain.get("ref_id") or framework.get("urn") or "imported"),
        title=_words(framework, "name", locale) or _words(plain, "name", locale),
        version=str(plain.get("version") or "1"),
        locale=locale,
    )
    _note_library(found, plain, framework, len(frameworks))
    seen: set[str] = set()
    for raw in framework.get("requirement_nodes") or []:
        node = _node(found, raw, locale, seen)
        seen.add(node.key)
        found.nodes.append(node)
    return found


def _frameworks(plain: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    objects = plain.get("objects")
    if not isinstance(objects, Mapping):
        return []
    one, several = objects.get("framework"), objects.get("frameworks")
    found = several if isinstance(several, list) else [one]
    return [each for each in found if isinstance(each, Mapping) and isinstance(each.get("requirement_nodes"), list)]


def _note_library(found: Catalogue, plain: Mapping[str, Any], framework: Mapping[str, Any], frameworks: int) -> None:
    for name in set(plain.get("objects") or {}) - {"framework", "frameworks"}:
        found.lost[f"objects of another kind ({name})"] += 1
    if frameworks > 1:
        found.lost["further frameworks in the same file"] += frameworks - 1
    for name, words in (
        ("scores_definition", "scales of scores"),
        ("implementation_groups_definition", "definitions of implementation groups"),
        ("outcomes_definition", "rules for an outcome"),
    ):
        if framework.get(name):
            found.lost[words] += len(framework[name])


def _node(found: Catalogue, raw: Mapping[str, Any], locale: str, seen: set[str]) -> Node:
    key = str(raw.get("urn") or raw.get("ref_id") or f"node-{len(seen) + 1}")
    parent = str(raw["parent_urn"]) if raw.get("parent_urn") else None
    if parent is not None and parent not in seen:
        found.lost["parents that are not there; their nodes stand at the top"] += 1
        parent = None
    for name, words in _NODE_LOST.items():
        if words and raw.get(name):
            found.lost[words] += 1
    questions = list(_questions(found, raw.get("questions")))
    title, text = _words(raw, "name", locale), _words(raw, "description", locale)
    if any(len(each) == _CUT for each in text.values()):
        found.lost[f"texts of exactly {_CUT} characters, which a spreadsheet has cut before us"] += 1
    ref = " ".join(str(raw.get("ref_id") or "").split())
    return Node(
        key=key,
        parent=parent,
        ref=ref,
        title=title or text or {locale: ref or (questions[0] if questions else key)},
        text=text or title or {locale: questions[0] if questions else ref or key},
        assessable=str(raw.get("assessable")).lower() == "true",
        guidance=_words(raw, "annotation", locale) or _words(raw, "typical_evidence", locale),
        points=tuple(questions),
    )


def _questions(found: Catalogue, questions: Any) -> Iterator[str]:
    """Yield the texts of the questions of a node; their types and choices are lost."""
    items = questions.values() if isinstance(questions, Mapping) else []
    for question in items:
        yield " ".join(str(question.get("text") or "").split()) or "?"
        kind = str(question.get("type"))
        found.lost[f"questions of the type {kind if kind in _KNOWN_TYPES else 'unknown'}; their text is a point"] += 1
        if question.get("depends_on"):
            found.lost["conditions of a question (depends_on)"] += 1
        for choice in question.get("choices") or []:
            for name in ("add_score", "compute_result", "select_implementation_groups"):
                if choice.get(name) not in (None, "", []):
                    found.lost[f"effects of a choice ({name})"] += 1


def _words(raw: Mapping[str, Any], name: str, locale: str) -> dict[str, str]:
    """Return a text by language; translations are per node, and partial."""
    found = {locale: _tidy(raw[name])} if raw.get(name) else {}
    for language, texts in (raw.get("translations") or {}).items():
        if isinstance(texts, Mapping) and texts.get(name):
            found[str(language)] = _tidy(texts[name])
    return {language: text for language, text in found.items() if text}


def _tidy(text: Any) -> str:
    return str(text).replace("\N{NO-BREAK SPACE}", " ").replace("\N{ZERO WIDTH SPACE}", "").strip()
