"""A workbook (.xlsx) as a program writes it, small enough to be made by hand."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = (
    f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)

OPEN_TEXT = 'office:value-type="string" calcext:value-type="string"'
Rows = Sequence[Sequence[object]]


def workbook(*sheets: Rows, more: Mapping[str, bytes] | None = None) -> bytes:
    """The bytes of a workbook with these sheets; `more` adds parts to the archive."""
    numbers = range(1, len(sheets) + 1)
    book = "".join(f'<sheet name="Sheet{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_LINKS}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _related(f'<Relationship Id="rId1" Type="{_LINKS}/officeDocument" Target="xl/workbook.xml"/>'),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>{book}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _related(links),
    } | {f"xl/worksheets/sheet{n}.xml": _sheet(rows) for n, rows in zip(numbers, sheets, strict=True)}
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in {**parts, **(more or {})}.items():
            archive.writestr(name, content)  # type: ignore[arg-type]
    return out.getvalue()


def open_document(rows: Sequence[Sequence[str]], *, token: str = "", places: Mapping[str, str] = {}) -> bytes:
    """The bytes of a spreadsheet (.ods) as LibreOffice saves one; `places` are attributes of cells, by name as "C4"."""
    lines = []
    for number, row in enumerate(rows, 1):
        cells = (_open_cell(value, places.get(f"{chr(65 + place)}{number}", "")) for place, value in enumerate(row))
        lines.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    lines.append('<table:table-row table:number-rows-repeated="1048000"><table:table-cell'
                 ' table:number-columns-repeated="16384"/></table:table-row>')  # fmt: skip
    named = (
        f'<table:named-expression table:name="keurwerk_version" table:expression="of:=&quot;{escape(token)}&quot;"/>'
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "meta")
    )
    spaces += ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    sheet = f'<table:table table:name="Keurwerk">{"".join(lines)}</table:table>'
    body = f"<office:body><office:spreadsheet>{sheet}<table:named-expressions>{named}</table:named-expressions>"
    content = f"<office:document-content {spaces}>{body}</office:spreadsheet></office:body></office:document-content>"
    meta = f'<meta:user-defined meta:name="keurwerk_version">{escape(token)}</meta:user-defined>'
    parts = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": f'<?xml version="1.0" encoding="UTF-8"?>{content}',
        "meta.xml": f"<office:document-meta {spaces}><office:meta>{meta}</office:meta></office:document-meta>",
        "META-INF/manifest.xml": "<manifest/>",
    }
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def _open_cell(value: str, attributes: str) -> str:
    if not value and not attributes:
        return "<table:table-cell/>"
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in value.split("\n"))
    return f"<table:table-cell {attributes or OPEN_TEXT}>{lines}</table:table-cell>"


def _related(links: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


def _sheet(rows: Rows) -> str:
    data = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{data}</sheetData></worksheet>'


def _cell(value: object) -> str:
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{value}</t></is></c>'
