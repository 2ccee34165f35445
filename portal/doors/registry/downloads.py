"""The whole register as files, with what describes and proves them."""

import json
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core.errors import N_
from certificates.credentials import tokens
from certificates.register.lines import BETWEEN
from portal.doors.registry import dumps
from portal.doors.registry.catalogue import LICENCE
from portal.settings import current_settings
from portal.sidecar.lanes import BusyError
from portal.signing.keys import current_keys
from portal.signing.ledger_file import BeingMadeError
from portal.stores import database
from portal.stores.packed import ENDING
from portal.web.access import public
from portal.web.errors import answer
from portal.web.security import open_to_pages, public_for

TYPE = "keurwerk-dump+jwt"
_SECONDS = 300
_RETRY = 30
_BEING_MADE = N_("The files are being made. Ask again in half a minute.")
_PACKED = {f"{name}{ENDING}": "application/gzip" for name in (dumps.CSV, dumps.LINES)}
_MEDIA_TYPES = {
    dumps.CSV: "text/csv",
    dumps.LINES: "application/jsonl",
    dumps.PARQUET: "application/vnd.apache.parquet",
    **_PACKED,
}


def add_to(bp: Blueprint) -> None:
    """Register the routes of this module."""
    bp.get("/dumps/manifest.json")(manifest)
    bp.get("/dumps/manifest.jwt")(signed_manifest)
    bp.get(f"/dumps/{dumps.CSV}-metadata.json")(csv_metadata)
    bp.get(f"/dumps/<any({', '.join(map(repr, _MEDIA_TYPES))}):name>")(dump)


@public
def manifest() -> ResponseReturnValue:
    """Return day, position, sizes and digests of the files."""
    return _shared(jsonify(dumps.manifest(_newest())))


@public
def signed_manifest() -> ResponseReturnValue:
    """Return the same, signed as JWT with the key of the credentials, which the JWK set has."""
    if not current_keys().available:
        return answer(503, _("The register cannot sign here now. The register itself works."), retry_after=_RETRY)
    held = dumps.manifest(_newest()) | {"iss": current_settings().public_url}
    return _shared(Response(tokens.sign(held, current_keys().credential_key, typ=TYPE), mimetype="application/jwt"))


@public
def dump(name: str) -> ResponseReturnValue:
    """Send a file of the newest set."""
    return sent(_newest(), name)


def sent(folder: Path, name: str) -> Response:
    """Return a file of a set. One that is kept packed is sent so to who can unpack it on the way."""
    kept = f"{name}{ENDING}"
    unpacks = kept in _PACKED and request.accept_encodings["gzip"] > 0
    path = folder / kept if unpacks else dumps.as_read(folder, name)
    response = send_file(path, _MEDIA_TYPES[name], as_attachment=True, download_name=name, conditional=True)
    if unpacks:
        response.headers["Content-Encoding"] = "gzip"
    if kept in _PACKED:
        response.vary.add("Accept-Encoding")
    held = dumps.manifest(folder)
    response.set_etag(next(each["sha256"] for each in held["files"] if each["name"] == path.name))
    response.headers["Link"] = f'<{current_settings().public_url}/dumps/{dumps.CSV}-metadata.json>; rel="describedby"'
    return _shared(response)


@public
def csv_metadata() -> ResponseReturnValue:
    """Describe the columns (CSV on the Web): numbers are texts, and keep their zeros."""
    return _shared(Response(json.dumps(described(), indent=1), mimetype="application/csvm+json"))


def described() -> dict[str, Any]:
    """Return the description of the CSV file."""
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "url": f"{current_settings().public_url}/dumps/{dumps.CSV}",
        "dc:license": {"@id": LICENCE},
        "dialect": {
            "header": True,
            "delimiter": ",",
            "quoteChar": '"',
            "encoding": "utf-8",
            "lineTerminators": ["\r\n"],
        },
        "tableSchema": {
            "primaryKey": dumps.KEY,
            "columns": [_column(name, datatype) for name, datatype in dumps.COLUMNS.items()],
        },
    }


_LISTS = frozenset({"tradeNames", "formerNames", "conditions", "activities", "sectors", "recruitmentCountries"})


def _column(name: str, datatype: str) -> dict[str, Any]:
    column: dict[str, Any] = {"name": name, "titles": name, "datatype": datatype, "required": name == dumps.KEY}
    return column | ({"separator": BETWEEN} if name in _LISTS else {})


def _newest() -> Path:
    """Return the folder of the newest set. BusyError while somebody else makes it."""
    try:
        return dumps.newest(database.read(whole=True), current_settings())
    except BeingMadeError as error:
        raise BusyError(_BEING_MADE) from error


def _shared(response: Response) -> Response:
    return public_for(open_to_pages(response), _SECONDS)
