"""Finish WeasyPrint's objects just before it writes the file: attachment names, reading order, placeholder."""

from collections.abc import Iterable, Sequence
from typing import Any

import pydyf
from weasyprint import Document

from certificates.press.attached import Attached
from certificates.seal.sealing import placeholder as seal_placeholder
from certificates.seal.sealing.placeholder import Placeholder


class Finisher:
    """A finisher that WeasyPrint calls with its objects."""

    def __init__(self, files: Sequence[Attached], placeholder: Placeholder | None) -> None:
        self._types = {file.name: file.subtype for file in files}
        self._room = placeholder

    def __call__(self, _document: Document, pdf: Any) -> None:
        """Name each attachment once and set its type, fix the reading order, and insert the placeholder of the seal."""
        if files := pdf.catalog.get("AF"):
            # WeasyPrint writes a file both for the name tree and for the /AF array.
            pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(files))
        for item in pdf.objects:
            if isinstance(item, dict) and item.get("Type") == "/Filespec":
                stream = pdf.objects[int(item["EF"]["F"].split()[0])]
                stream.extra["Subtype"] = self._types[item["UF"].string]
        _read_articles_last(pdf)
        if self._room is not None:
            _place(self._room, pdf)


def _read_articles_last(pdf: Any) -> None:
    """Move articles to the end of the structure tree, for screen readers; on paper they stay in place."""
    elements = {item.reference: item for item in pdf.objects if isinstance(item, pydyf.Dictionary) and "S" in item}
    for element in elements.values():
        if element["S"] == "/Document":
            element["K"].sort(key=lambda reference: elements[reference]["S"] == "/Art")


def _place(placeholder: Placeholder, pdf: Any) -> None:
    page = pdf.objects[pdf.pages["Kids"][0]]
    signature = _added(pdf, _Written(seal_placeholder.signature_dictionary(placeholder)))
    field = _added(pdf, _Written(seal_placeholder.widget(page.number, signature.number)))
    page["Annots"] = pydyf.Array([*page.get("Annots", ()), field.reference])
    pdf.catalog["AcroForm"] = seal_placeholder.form(field.number)
    pdf.catalog["Perms"] = seal_placeholder.permissions(signature.number)
    if placeholder.certificates:
        numbers = (_streams(pdf, each) for each in (placeholder.certificates, placeholder.ocsps, placeholder.crls))
        pdf.catalog["DSS"] = seal_placeholder.security_store(*numbers)


def _streams(pdf: Any, contents: Iterable[bytes]) -> list[int]:
    return [_added(pdf, pydyf.Stream([der], compress=True)).number for der in contents]


def _added(pdf: Any, item: Any) -> Any:
    pdf.add_object(item)
    return item


class _Written(pydyf.Object):  # type: ignore[misc]  # pydyf is untyped
    """A serialised object, kept out of compressed object streams, where `fill` could not find it."""

    compressible = False

    def __init__(self, text: bytes) -> None:
        super().__init__()
        self._text = text

    @property
    def data(self) -> bytes:
        """Return its bytes."""
        return self._text
