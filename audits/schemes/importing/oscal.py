"""Read an OSCAL catalog (JSON) into a catalogue: its groups, controls and enhancements. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from audits.core.languages import SOURCE
from audits.schemes.importing.catalogue import Catalogue, Node

_INSERT = re.compile(r"\{\{\s*insert:\s*param,\s*([A-Za-z0-9_.-]+)\s*\}\}")
_LINK = re.compile(r"\[([^\]]*)\]\(#([^)]+)\)")
_GUIDANCE = {"guidance", "overview"}
_CARRIED = {"statement", "item", *_GUIDANCE}
_DEEPEST = 10  # insertions within insertions


def is_catalog(plain: Any) -> bool:
    """Return whether this is an OSCAL catalog."""
    return isinstance(plain, Mapping) and isinstance(plain.get("catalog"), Mapping)


def catalogue_of(plain: Mapping[str, Any]) -> Catalogue:
    """Read a catalog. Withdrawn controls, parameters and parts that we do not know are listed as lost."""
    catalog = plain["catalog"]
    about = catalog.get("metadata") or {}
    title = str(about.get("title") or "imported")
    found = Catalogue(name=title, title={SOURCE: title}, version=str(about.get("version") or "1"), locale=SOURCE)
    reading = _Reading(found, dict(_params(catalog)), _titles(catalog))
    reading.walk(catalog, None)
    return found


class _Reading:
    def __init__(self, found: Catalogue, params: Mapping[str, Mapping[str, Any]], titles: Mapping[str, str]) -> None:
        self._found, self._params, self._titles = found, params, titles

    def walk(self, inside: Mapping[str, Any], parent: str | None) -> None:
        """Read groups and controls, depth first, in the order of the document."""
        for group in inside.get("groups") or []:
            key = str(group.get("id") or f"group-{len(self._found.nodes)}")
            title = {SOURCE: self._resolved(str(group.get("title") or key))}
            self._found.nodes.append(Node(key, parent, _label(group), title, title, assessable=False))
            self.walk(group, key)
        for control in inside.get("controls") or []:
            key = str(control.get("id"))
            self._control(control, key, parent)
            self.walk(control, key)

    def _control(self, control: Mapping[str, Any], key: str, parent: str | None) -> None:
        lines = list(self._statement(control))
        title = {SOURCE: self._resolved(str(control.get("title") or key))}
        if not lines:
            why = "withdrawn" if _is_withdrawn(control) else "without a statement"
            self._found.lost[f"controls {why}; they are left out"] += 1
            if control.get("controls"):  # a heading for what is below it
                self._found.nodes.append(Node(key, parent, _label(control), title, title, assessable=False))
            return
        guidance = "\n".join(
            text for part in control.get("parts") or [] if part.get("name") in _GUIDANCE for text in self._prose(part)
        )
        for part in control.get("parts") or []:
            if part.get("name") not in _CARRIED:
                self._found.lost[f"parts of the kind {part.get('name')}"] += 1
        if control.get("params"):
            self._found.lost["parameters, which stand in the text as [words]"] += len(control["params"])
        text = {SOURCE: "\n".join(lines)}
        node = Node(
            key, parent, _label(control), title, text, assessable=True, guidance={SOURCE: guidance} if guidance else {}
        )
        self._found.nodes.append(node)

    def _statement(self, control: Mapping[str, Any]) -> Iterator[str]:
        for part in control.get("parts") or []:
            if part.get("name") == "statement":
                yield from self._prose(part)

    def _prose(self, part: Mapping[str, Any], depth: int = 0) -> Iterator[str]:
        """Yield the text of a part and of its items, depth first; a statement may have no prose of its own."""
        if part.get("prose"):
            label = _label(part, "")
            yield f"{label} {self._resolved(str(part['prose']))}".strip()
        if depth < _DEEPEST:
            for inner in part.get("parts") or []:
                yield from self._prose(inner, depth + 1)

    def _resolved(self, text: str, within: tuple[str, ...] = ()) -> str:
        """Put the words of parameters in their places, also within choices, and the titles of references."""
        text = _LINK.sub(lambda link: self._titles.get(link[2], link[1]) or link[1], text)
        return _INSERT.sub(lambda insert: self._words(insert[1], within), text)

    def _words(self, name: str, within: tuple[str, ...]) -> str:
        param = self._params.get(name)
        if param is None or name in within or len(within) >= _DEEPEST:
            self._found.lost["insertions that lead nowhere"] += 1
            return f"[{name}]"
        within = (*within, name)
        choices = (param.get("select") or {}).get("choice") or []
        if choices:
            return "[" + "; ".join(self._resolved(str(choice), within) for choice in choices) + "]"
        parts = [prop["value"] for prop in param.get("props") or [] if prop.get("name") == "aggregates"]
        if parts:
            return ", ".join(self._words(str(each), within) for each in parts)
        return f"[{self._resolved(str(param.get('label') or name), within)}]"


def _params(inside: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for param in inside.get("params") or []:
        yield str(param.get("id")), param
    for inner in (*(inside.get("groups") or []), *(inside.get("controls") or [])):
        yield from _params(inner)


def _titles(catalog: Mapping[str, Any]) -> dict[str, str]:
    resources = (catalog.get("back-matter") or {}).get("resources") or []
    return {str(each.get("uuid")): str(each.get("title") or "") for each in resources}


def _label(item: Mapping[str, Any], default: str | None = None) -> str:
    """Return the label without a class: the others are padded for sorting, or of another publication."""
    labels = [prop for prop in item.get("props") or [] if prop.get("name") == "label"]
    plain = [prop for prop in labels if not prop.get("class")] or labels
    return str(plain[0].get("value")) if plain else str(item.get("id") or "").upper() if default is None else default


def _is_withdrawn(control: Mapping[str, Any]) -> bool:
    props = control.get("props") or []
    links = control.get("links") or []
    return any(prop.get("name") == "status" and prop.get("value") == "withdrawn" for prop in props) or any(
        link.get("rel") in {"incorporated-into", "moved-to"} for link in links
    )
