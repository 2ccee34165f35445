"""Describe the open data after DCAT-AP-NL 3.0: one catalogue with one dataset, its distributions, and the API. Pure."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from audits.core.errors import N_
from audits.core.languages import LANGUAGES, say
from certificates.addresses import API

LICENCE = "http://creativecommons.org/publicdomain/zero/1.0/deed.nl"
_EU = "http://publications.europa.eu/resource/authority"
_IANA = "http://www.iana.org/assignments/media-types"
_PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_TITLE = N_("Register of the mark for fair agency work")
_ABOUT = N_("Which temporary employment agencies carry the mark, since when, and which lost it.")
_API_ABOUT = N_(
    "Search agencies, read their status and history, and follow what changes. No key is needed, and every answer is"
    " about today."
)
_KEYWORDS = (N_("temporary employment agency"), N_("quality mark"), N_("certificate"), N_("migrant workers"))
_LABELS = {"SOCI": N_("Population and society"), "GOVE": N_("Government and public sector")}
# What others have named is of these classes; a checker does not look there.
_CLASSES = {
    "dct:language": "dct:LinguisticSystem",
    "dct:license": "dct:LicenseDocument",
    "dct:accessRights": "dct:RightsStatement",
    "dct:accrualPeriodicity": "dct:Frequency",
    "dct:format": "dct:MediaTypeOrExtent",
    "dcat:mediaType": "dct:MediaType",
    "dcat:compressFormat": "dct:MediaType",
    "dcat:theme": "skos:Concept",
    "dcat:endpointURL": "rdfs:Resource",
    "dcat:endpointDescription": "rdfs:Resource",
    "dcat:accessURL": "rdfs:Resource",
    "dcat:landingPage": "foaf:Document",
    "foaf:page": "foaf:Document",
}


class Distribution(NamedTuple):
    """A form in which the data are given, with its type in the lists of the EU and of IANA."""

    name: str
    path: str
    file_type: str
    media_type: str
    title: str
    packed: str = ""  # the media type of what a client unpacks to read it


_FORMS = (
    Distribution("csv", "/dumps/agencies.csv", "CSV", "text/csv", N_("Everything as CSV")),
    Distribution("lines", "/dumps/agencies.jsonl", "JSON", "application/json", N_("Everything as JSON lines")),
    Distribution(
        "csv-gz",
        "/dumps/agencies.csv.gz",
        "CSV",
        "text/csv",
        N_("Everything as CSV, packed (gzip)"),
        "application/gzip",
    ),
    Distribution(
        "lines-gz",
        "/dumps/agencies.jsonl.gz",
        "JSON",
        "application/json",
        N_("Everything as JSON lines, packed (gzip)"),
        "application/gzip",
    ),
    Distribution(
        "parquet", "/dumps/agencies.parquet", "PARQUET", "application/vnd.apache.parquet", N_("Everything as Parquet")
    ),
    Distribution("json", f"{API}/agencies", "JSON", "application/json", N_("As JSON, page by page")),
    Distribution("changes", f"{API}/changes", "JSON", "application/json", N_("What changed")),
    Distribution("atom", "/changes.atom", "ATOM", "application/atom+xml", N_("What changed, as Atom feed")),
)


@dataclass(frozen=True, slots=True)
class Described:
    """What the description depends on."""

    base: str
    body: str
    email: str
    day: date


@dataclass(frozen=True, slots=True)
class Ref:
    """The address of another thing."""

    to: str


@dataclass(frozen=True, slots=True)
class Text:
    """A text in languages, or of a type."""

    words: str
    language: str = ""
    type: str = ""


Value = Ref | Text
Thing = tuple[str, dict[str, list[Value]]]


def things(of: Described) -> list[Thing]:
    """Return every thing with its properties, in a fixed order."""
    forms = (_distribution(of, form) for form in _FORMS)
    found = [_catalogue(of), _dataset(of), _service(of), *forms, _publisher(of), _contact(of)]
    return [*found, *_of_others(found)]


def _own(of: Described, name: str) -> str:
    return f"{of.base}/catalogue#{name}"


def _shared(of: Described, title: str, about: str) -> dict[str, list[Value]]:
    return {
        "dct:title": _in_each(title),
        "dct:description": _in_each(about),
        "dct:publisher": [Ref(_own(of, "publisher"))],
        "dct:creator": [Ref(_own(of, "publisher"))],
        "dcat:contactPoint": [Ref(_own(of, "contact"))],
        "dct:language": [Ref(f"{_EU}/language/{each.alpha3}") for each in LANGUAGES.values()],
    }


def _found_by(of: Described, name: str) -> dict[str, list[Value]]:
    return {
        "dct:identifier": [Text(_own(of, name))],
        "dct:accessRights": [Ref(f"{_EU}/access-right/PUBLIC")],
        "dcat:theme": [Ref(f"{_EU}/data-theme/SOCI"), Ref(f"{_EU}/data-theme/GOVE")],
        "dcat:keyword": [word for text in _KEYWORDS for word in _in_each(text)],
        "foaf:page": [Ref(f"{of.base}/open-data")],
    }


def _catalogue(of: Described) -> Thing:
    return f"{of.base}/catalogue", {
        "a": [Ref("dcat:Catalog")],
        **_shared(of, _TITLE, _ABOUT),
        "dct:license": [Ref(LICENCE)],
        "dcat:dataset": [Ref(_own(of, "dataset"))],
        "dcat:service": [Ref(_own(of, "api"))],
        "dct:modified": [_day(of.day)],
    }


def _dataset(of: Described) -> Thing:
    return _own(of, "dataset"), {
        "a": [Ref("dcat:Dataset")],
        **_shared(of, _TITLE, _ABOUT),
        **_found_by(of, "dataset"),
        "dct:accrualPeriodicity": [Ref(f"{_EU}/frequency/CONT")],
        "dcat:landingPage": [Ref(f"{of.base}/open-data")],
        "dct:modified": [_day(of.day)],
        "dcat:distribution": [Ref(_own(of, form.name)) for form in _FORMS],
    }


def _service(of: Described) -> Thing:
    return _own(of, "api"), {
        "a": [Ref("dcat:DataService")],
        **_shared(of, _TITLE, _API_ABOUT),
        **_found_by(of, "api"),
        "dct:license": [Ref(LICENCE)],
        "dcat:endpointURL": [Ref(f"{of.base}{API}")],
        "dcat:endpointDescription": [Ref(f"{of.base}{API}/openapi.json")],
        "dcat:servesDataset": [Ref(_own(of, "dataset"))],
    }


def _publisher(of: Described) -> Thing:
    return _own(of, "publisher"), {"a": [Ref("foaf:Agent")], "foaf:name": [Text(of.body)]}


def _contact(of: Described) -> Thing:
    return _own(of, "contact"), {
        "a": [Ref("vcard:Kind"), Ref("vcard:Organization")],
        "vcard:fn": [Text(of.body)],
        "vcard:hasEmail": [Ref(f"mailto:{of.email}")],
    }


def _of_others(found: Iterable[Thing]) -> Iterator[Thing]:
    """Yield what is referred to, with its class."""
    classes: dict[str, str] = {}
    for _, properties in found:
        for key, values in properties.items():
            if key in _CLASSES:
                classes |= {value.to: _CLASSES[key] for value in values if isinstance(value, Ref)}
    for name, kind in classes.items():
        label = _LABELS.get(name.rpartition("/")[2])
        words: dict[str, list[Value]] = {"skos:prefLabel": _in_each(label)} if label else {}
        yield name, {"a": [Ref(kind)], **words}


def _distribution(of: Described, form: Distribution) -> Thing:
    packed: dict[str, list[Value]] = {"dcat:compressFormat": [Ref(f"{_IANA}/{form.packed}")]} if form.packed else {}
    return _own(of, form.name), {
        "a": [Ref("dcat:Distribution")],
        "dct:title": _in_each(form.title),
        "dcat:accessURL": [Ref(f"{of.base}{form.path}")],
        "dcat:accessService": [Ref(_own(of, "api"))],
        "dct:license": [Ref(LICENCE)],
        "dct:format": [Ref(f"{_EU}/file-type/{form.file_type}")],
        "dcat:mediaType": [Ref(f"{_IANA}/{form.media_type}")],
        **packed,
    }


def turtle(of: Described) -> str:
    """Return the description as Turtle."""
    lines = [f"@prefix {name}: <{address}> ." for name, address in _PREFIXES.items()]
    for name, properties in things(of):
        said = " ;\n  ".join(f"{key} {', '.join(map(_turtle, values))}" for key, values in properties.items())
        lines.append(f"\n<{name}> {said} .")
    return "\n".join(lines) + "\n"


def json_ld(of: Described) -> str:
    """Return the description as JSON-LD."""
    graph = [{"@id": name} | dict(_json(properties)) for name, properties in things(of)]
    return json.dumps({"@context": _PREFIXES, "@graph": graph}, ensure_ascii=False, indent=1)


def _turtle(value: Value) -> str:
    if isinstance(value, Ref):
        return value.to if _is_short(value.to) else f"<{value.to}>"
    words = json.dumps(value.words, ensure_ascii=False)  # Turtle escapes as JSON does
    return words + (f"@{value.language}" if value.language else f"^^{value.type}" if value.type else "")


def _json(properties: dict[str, list[Value]]) -> Iterable[tuple[str, Any]]:
    for key, values in properties.items():
        if key == "a":
            yield "@type", [value.to for value in values if isinstance(value, Ref)]
        else:
            yield key, list(_json_values(values))


def _json_values(values: Iterable[Value]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, Ref):
            yield {"@id": value.to}
        elif value.language:
            yield {"@value": value.words, "@language": value.language}
        else:
            yield {"@value": value.words} | ({"@type": value.type} if value.type else {})


def _in_each(text: str) -> list[Value]:
    return [Text(say(text, language), language) for language in LANGUAGES]


def _day(day: date) -> Text:
    return Text(day.isoformat(), type="xsd:date")


def _is_short(name: str) -> bool:
    return name.split(":", 1)[0] in _PREFIXES
