"""Render a template and plain values as a tagged PDF/A-3a and PDF/UA-1 file."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from weasyprint import CSS, HTML, Attachment, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError

from audits.core.languages import CATALOGUES, catalogue
from audits.core.letters import LETTERS
from certificates.documents.stages import DocumentKind
from certificates.lifecycle.rules import shape_of
from certificates.press import TEMPLATES, drawing
from certificates.press.attached import Attached, snapshot_json
from certificates.press.compiled import CompiledPress, Order, UnfitError
from certificates.press.compiled.slots import DAY
from certificates.press.conformance import claim_accessible
from certificates.press.documents import DOCUMENTS, facts_digest
from certificates.press.fetching import ClosedFetcher
from certificates.press.lettering import FACES, font_files, font_rules, letters, printable
from certificates.press.phrasing import PHRASES, phrased
from certificates.press.placing import Finisher
from certificates.press.words import Words, grouped
from certificates.seal.sealing.placeholder import Placeholder

_VARIANT = "pdf/a-3a"
_FAMILIES = frozenset(family for family, _, _ in FACES)

# The date in the metadata is that of the document, never the clock of the machine.
_DATED = {
    DocumentKind.CERTIFICATE: "valid_from",
    DocumentKind.REGISTER_EXTRACT: "asked_at",
    DocumentKind.AUDIT_REPORT: "reported_on",
    DocumentKind.REPORT_DRAFT: "reported_on",
    DocumentKind.DECISION_LETTER: "decided_on",
    DocumentKind.TERM_LETTER: "written_on",
    DocumentKind.SUBMISSION_RECEIPT: "submitted_at",
    DocumentKind.LIST_CHECK: "asked_at",
    DocumentKind.POSTER: "printed_on",
}


class PressError(Exception):
    """The document cannot be printed, because facts or fonts are missing or inconsistent."""


class Press:
    """Loaded fonts, style sheets and templates. Prints one document at a time."""

    def __init__(self, fonts: Path, *, templates: Path = TEMPLATES, translations: Path = CATALOGUES) -> None:
        files = font_files(fonts)
        missing = [path.name for path in files.values() if not path.is_file()]
        if missing:
            raise PressError(f"no {', '.join(missing)} in {fonts}: run bin/build-assets")
        self._translations = translations
        if not letters(fonts) >= LETTERS:
            raise PressError(f"the fonts in {fonts} lack letters that we promise to print: run bin/build-assets")
        self._files = files
        self._fetcher = ClosedFetcher(files)
        self._font_config = FontConfiguration()
        self._sheets = {kind: self._sheet(fonts, templates, kind) for kind in DOCUMENTS}
        self._loader = FileSystemLoader(templates)
        self._environments: dict[str, ImmutableSandboxedEnvironment] = {}
        self._words = lru_cache(maxsize=8)(Words)
        self.compiled = CompiledPress(fonts)
        self._lock = Lock()

    def render(
        self,
        kind: DocumentKind,
        snapshot: Mapping[str, Any],
        *,
        language: str,
        placeholder: Placeholder | None = None,
        attachments: Sequence[Attached] = (),
        offline_url: str = "",
        compiled: bool = True,
        pictures: Mapping[str, bytes] = {},
    ) -> bytes:
        """Render a document of a kind in `documents.DOCUMENTS` from the facts listed there.

        The facts are attached as `printed.json`. PressError when one is missing or the digest does not match, RuleError
        when one has letters that our fonts lack. Unless `compiled`, the typesetter makes every document. `pictures` are
        JPEG files by their hashes; the caption of one that is missing says so.
        """
        _check(kind, snapshot)
        files = [snapshot_json(snapshot), *attachments]
        if len({file.name for file in files}) < len(files):
            raise PressError("two attachments have the same name")
        texts = phrased(kind, printable(dict(snapshot)), self._words(language))
        texts["pictures"] = frozenset(pictures)
        dated = snapshot[_DATED[kind]][:10]
        with self._lock, _uncollected():
            try:
                if compiled and placeholder is not None and kind in PHRASES:
                    order = Order(kind, texts, language, dated, files, placeholder, offline_url)
                    with suppress(UnfitError):
                        return self.compiled.render(order, self._master)
                page = self._page(kind, texts, language, offline_url)
                return self._print(kind, page, dated, files, placeholder, pictures=pictures)
            except FatalURLFetchingError as error:
                raise PressError(str(error)) from error

    def _master(self, kind: DocumentKind, texts: Mapping[str, Any], language: str, offline_url: str) -> bytes:
        return self._print(kind, self._page(kind, texts, language, offline_url), DAY)

    def _page(self, kind: DocumentKind, texts: Mapping[str, Any], language: str, offline_url: str) -> str:
        template = self._environment(language).get_template(f"{_look(kind)}.html")
        return template.render(texts, language=language, offline_url=offline_url)

    def _print(
        self,
        kind: DocumentKind,
        page: str,
        dated: str,
        files: Sequence[Attached] = (),
        placeholder: Placeholder | None = None,
        *,
        pictures: Mapping[str, bytes] = {},
    ) -> bytes:
        fetcher = ClosedFetcher(self._files, pictures)
        source = HTML(string=page, base_url=None, url_fetcher=fetcher)
        document = source.render(stylesheets=[self._sheets[kind]], font_config=self._font_config, pdf_variant=_VARIANT)
        document.metadata.created = document.metadata.modified = dated
        document.metadata.attachments = [_attachment(file, dated) for file in files]
        claim_accessible(document)
        pdf = bytes(document.write_pdf(pdf_variant=_VARIANT, finisher=Finisher(files, placeholder)))
        _check_faces(document)
        return pdf

    def _sheet(self, fonts: Path, folder: Path, kind: DocumentKind) -> CSS:
        names = ("document", "sheet", kind) if kind in PHRASES else ("document", _look(kind))
        text = (
            font_rules(fonts) + drawing.status_rules() + "".join((folder / f"{name}.css").read_text() for name in names)
        )
        return CSS(string=text, font_config=self._font_config, url_fetcher=self._fetcher)

    def _environment(self, language: str) -> ImmutableSandboxedEnvironment:
        if language not in self._environments:
            self._environments[language] = self._new_environment(language)
        return self._environments[language]

    def _new_environment(self, language: str) -> ImmutableSandboxedEnvironment:
        env = ImmutableSandboxedEnvironment(
            loader=self._loader,
            autoescape=True,
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        texts, words = catalogue(language, self._translations), self._words(language)
        env.install_gettext_callables(texts.gettext, texts.ngettext, newstyle=True)  # type: ignore[attr-defined]
        env.globals.update(day=words.day, number=words.number, share=words.share, grouped=grouped)
        env.globals.update(rosette=drawing.rosette, qr=drawing.qr, titled=drawing.titled)
        env.globals.update(status_colour=drawing.status_colour, shape_of=shape_of)
        return env


@contextmanager
def _uncollected() -> Iterator[None]:
    """Disable the garbage collector: it would traverse the growing document repeatedly and find no garbage."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _look(kind: DocumentKind) -> DocumentKind:
    """Return the kind whose template and style sheet this one has: a draft looks as the report."""
    return DocumentKind.AUDIT_REPORT if kind == DocumentKind.REPORT_DRAFT else kind


def _check(kind: DocumentKind, snapshot: Mapping[str, Any]) -> None:
    if kind not in DOCUMENTS:
        raise PressError(f"there is no document called {kind}")
    missing = DOCUMENTS[kind].__required_keys__ - snapshot.keys()  # type: ignore[attr-defined]
    if missing:
        raise PressError(f"a {kind} needs {', '.join(sorted(missing))}")
    if "digest" in snapshot and snapshot["digest"] != facts_digest(snapshot):
        raise PressError("the digest does not belong to these facts")


def _check_faces(document: Document) -> None:
    """Raise PressError when a letter was set in a font that is not ours, or as a missing glyph."""
    for font in document.fonts.values():
        if font.family not in _FAMILIES or font.missing:
            lost = " ".join(f"U+{code:04X}" for code in font.missing)
            raise PressError(f"letters that our faces lack: {lost or font.family}")


def _attachment(file: Attached, dated: str) -> Attachment:
    moment = datetime.fromisoformat(dated).replace(tzinfo=UTC)
    return Attachment(
        string=file.data,
        name=file.name,
        description=file.description,
        relationship="Data",
        created=moment,
        modified=moment,
    )
