"""The press itself: a template and plain values in, a tagged PDF/A-3a and PDF/UA-1 file out."""

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
from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError

from certificates.press import TEMPLATES, drawing
from certificates.press.attached import Attached, snapshot_json
from certificates.press.compiled import CompiledPress, Order, UnfitError
from certificates.press.compiled.slots import DAY
from certificates.press.conformance import claim_accessible
from certificates.press.documents import DOCUMENTS, facts_digest
from certificates.press.fetching import ClosedFetcher
from certificates.press.lettering import Lettering, font_files, font_rules
from certificates.press.phrasing import PHRASES, phrased
from certificates.press.placing import Finisher
from certificates.press.words import Words, catalogue, grouped
from certificates.seal.sealing.placeholder import Placeholder

_ROOT = Path(__file__).resolve().parents[2]
TRANSLATIONS = _ROOT / "portal" / "translations"

_VARIANT = "pdf/a-3a"

# The date of a document, for its metadata: never the time of the machine.
_DATED = {
    "certificate": "valid_from",
    "register_extract": "asked_at",
    "audit_report": "reported_on",
    "decision_letter": "decided_on",
}


class PressError(Exception):
    """The facts or the set-up do not allow this document to be printed."""


class Press:
    """Fonts, style sheets and templates, read once and kept warm. One document at a time."""

    def __init__(self, fonts: Path, *, templates: Path = TEMPLATES, translations: Path = TRANSLATIONS) -> None:
        files = font_files(fonts)
        missing = [path.name for path in files.values() if not path.is_file()]
        if missing:
            raise PressError(f"no {', '.join(missing)} in {fonts}: run bin/build-assets")
        self._translations = translations
        self._lettering = Lettering(fonts)
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
        kind: str,
        snapshot: Mapping[str, Any],
        *,
        language: str,
        placeholder: Placeholder | None = None,
        attachments: Sequence[Attached] = (),
        offline_url: str = "",
    ) -> bytes:
        """A document of one of the kinds in `documents.DOCUMENTS`, from the facts that it lists there.

        The facts go along as `printed.json`. PressError when one is missing or the digest is not theirs.
        """
        _check(kind, snapshot)
        files = [snapshot_json(snapshot), *attachments]
        if len({file.name for file in files}) < len(files):
            raise PressError("two attachments have the same name")
        texts = phrased(kind, self._lettering.printable(dict(snapshot)), self._words(language))
        dated = snapshot[_DATED[kind]][:10]
        with self._lock, _uncollected():
            try:
                if placeholder is not None and kind in PHRASES:
                    order = Order(kind, texts, language, dated, files, placeholder, offline_url)
                    with suppress(UnfitError):
                        return self.compiled.render(order, self._master)
                return self._print(kind, self._page(kind, texts, language, offline_url), dated, files, placeholder)
            except FatalURLFetchingError as error:
                raise PressError(str(error)) from error

    def _master(self, kind: str, texts: Mapping[str, Any], language: str, offline_url: str) -> bytes:
        return self._print(kind, self._page(kind, texts, language, offline_url), DAY)

    def _page(self, kind: str, texts: Mapping[str, Any], language: str, offline_url: str) -> str:
        template = self._environment(language).get_template(f"{kind}.html")
        return template.render(texts, language=language, offline_url=offline_url)

    def _print(
        self, kind: str, page: str, dated: str, files: Sequence[Attached] = (), placeholder: Placeholder | None = None
    ) -> bytes:
        source = HTML(string=page, base_url=None, url_fetcher=self._fetcher)
        document = source.render(stylesheets=[self._sheets[kind]], font_config=self._font_config, pdf_variant=_VARIANT)
        document.metadata.created = document.metadata.modified = dated
        document.metadata.attachments = [_attachment(file, dated) for file in files]
        claim_accessible(document)
        return bytes(document.write_pdf(pdf_variant=_VARIANT, finisher=Finisher(files, placeholder)))

    def _sheet(self, fonts: Path, folder: Path, kind: str) -> CSS:
        names = ("document", "sheet", kind) if kind in PHRASES else ("document", kind)
        text = font_rules(fonts) + "".join((folder / f"{name}.css").read_text() for name in names)
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
        texts, words = catalogue(self._translations, language), self._words(language)
        env.install_gettext_callables(texts.gettext, texts.ngettext, newstyle=True)  # type: ignore[attr-defined]
        env.globals.update(day=words.day, number=words.number, share=words.share, grouped=grouped)
        env.globals.update(rosette=drawing.rosette, qr=drawing.qr, titled=drawing.titled)
        env.globals.update(status_colour=drawing.status_colour)
        return env


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the garbage collector: it would walk a growing document again and again, and nothing in it is garbage."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _check(kind: str, snapshot: Mapping[str, Any]) -> None:
    if kind not in DOCUMENTS:
        raise PressError(f"there is no document called {kind}")
    missing = DOCUMENTS[kind].__required_keys__ - snapshot.keys()  # type: ignore[attr-defined]
    if missing:
        raise PressError(f"a {kind} needs {', '.join(sorted(missing))}")
    if "digest" in snapshot and snapshot["digest"] != facts_digest(snapshot):
        raise PressError("the digest does not belong to these facts")


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
