"""ClamAV itself is asked about files: what it finds, what it distrusts, what it will not take, and when it is gone."""

from io import BytesIO
from types import SimpleNamespace
from zipfile import ZipFile

import pikepdf
import pytest
from flask import Flask

from portal.stores import scanning
from tests.kit.clamd import MARK, STREAM_MAX, running


@pytest.fixture(scope="module")
def clamd(tmp_path_factory):
    with running(tmp_path_factory.mktemp("clamd")) as url:
        yield url


def ask(url, data, *, testing=True):
    app = Flask(__name__)
    app.extensions["settings"] = SimpleNamespace(clamd_url=url, testing=testing)
    with app.app_context():
        scanning.scan(BytesIO(data))


def zipped(data):
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("inside.txt", data)
    return out.getvalue()


def locked_pdf():
    out = BytesIO()
    document = pikepdf.new()
    document.add_blank_page()
    document.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    return out.getvalue()


def test_a_clean_file_passes_of_any_length_that_it_takes(clamd):
    for data in (b"fine", b"x" * (STREAM_MAX - 1), bytes(range(256)) * 999):
        ask(clamd, data)


@pytest.mark.parametrize("data", [MARK, b"before " + MARK + b" after", zipped(MARK)])
def test_our_signature_is_found_also_inside(clamd, data):
    with pytest.raises(scanning.InfectedError) as found:
        ask(clamd, data)
    assert (found.value.signature, found.value.is_heuristic) == ("Keurwerk.Test.UNOFFICIAL", False)


def test_what_it_cannot_open_is_distrusted(clamd):
    with pytest.raises(scanning.InfectedError) as found:
        ask(clamd, locked_pdf())
    assert found.value.is_heuristic


def test_more_than_it_takes_is_said_so_although_it_hangs_up(clamd):
    with pytest.raises(scanning.TooLargeError):
        ask(clamd, b"x" * (20 * STREAM_MAX))


def test_outside_tests_our_signature_alone_calls_nothing_clean(clamd):
    with pytest.raises(scanning.ScannerDownError) as down:
        ask(clamd, b"fine", testing=False)
    assert down.value.why.startswith("no official database: ClamAV")


def test_once_it_ended_every_file_is_held(tmp_path):
    with running(tmp_path) as url:
        ask(url, b"fine")
    with pytest.raises(scanning.ScannerDownError):
        ask(url, b"fine")
