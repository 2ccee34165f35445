"""The same register extract made as the manuals show: WeasyPrint prints, pyHanko signs, in the request."""

import tempfile
from itertools import cycle
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

from bench.papers import papers
from bench.rivals import pyhanko_tutorial, weasyprint_tutorial

_FOLDER = Path(tempfile.mkdtemp(prefix="keurwerk-rival-"))
_SIGN = pyhanko_tutorial(_FOLDER)
_PAPERS = cycle(papers(20))


def app(_environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """Print and sign one equivalent document."""
    pdf = _SIGN(weasyprint_tutorial(next(_PAPERS)))
    start_response("200 OK", [("Content-Type", "application/pdf"), ("Content-Length", str(len(pdf)))])
    return [pdf]
