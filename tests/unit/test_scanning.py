"""The protocol of clamd, spoken with a small server that stands in for it: nothing passes unless it is called clean."""

import socket
import struct
from contextlib import contextmanager
from io import BytesIO
from threading import Thread
from types import SimpleNamespace

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage

from portal.forms import uploads
from portal.stores import scanning
from tests.unit.strange_files import PLAIN

OURS = b"a mark that our own signature knows"
DATED = b"ClamAV 1.4.6/27467/Mon Nov 30 09:26:34 2026\0"
MEGA = 1024 * 1024


@contextmanager
def standing_in(folder, answer, *, version=DATED, limit=None):
    """A server on a socket that answers like clamd; yields its address and what it received."""
    path, received = folder / "clamd.ctl", []
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen(8)

    def serve():
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                command = connection.recv(10)
                if command.startswith(b"zVERSION"):
                    connection.sendall(version)
                    continue
                data = _stream(connection, limit)
                received.append(data)
                connection.sendall(b"INSTREAM size limit exceeded. ERROR\0" if data is None else answer(data))

    thread = Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"unix://{path}", received
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


def _stream(connection, limit):
    """The bytes of the pieces; None as soon as they are more than the limit."""
    data = b""
    while length := struct.unpack("!I", _exactly(connection, 4))[0]:
        data += _exactly(connection, length)
        if limit is not None and len(data) > limit:
            return None
    return data


def _exactly(connection, length):
    data = b""
    while len(data) < length:
        data += connection.recv(length - len(data))
    return data


def ask(url, data=PLAIN, *, testing=False):
    app = Flask(__name__)
    app.extensions["settings"] = SimpleNamespace(clamd_url=url, testing=testing, max_evidence_bytes=MEGA)
    with app.app_context():
        scanning.scan(BytesIO(data))


def clean(_):
    return b"stream: OK\0"


def by_signature(data):
    return b"stream: Keurwerk.Test.UNOFFICIAL FOUND\0" if OURS in data else b"stream: OK\0"


def test_every_byte_is_sent_and_a_clean_file_passes(tmp_path):
    large = bytes(range(256)) * 2000
    with standing_in(tmp_path, clean) as (url, received):
        ask(url, large)
    assert received == [large]


def test_what_is_found_is_named_and_distrust_is_told_apart(tmp_path):
    with standing_in(tmp_path, by_signature) as (url, _), pytest.raises(scanning.InfectedError) as found:
        ask(url, b"x" + OURS)
    assert (found.value.signature, found.value.is_heuristic) == ("Keurwerk.Test.UNOFFICIAL", False)
    (tmp_path / "clamd.ctl").unlink()
    answer = b"stream: Heuristics.Encrypted.PDF FOUND\0"
    with standing_in(tmp_path, lambda _: answer) as (url, _), pytest.raises(scanning.InfectedError) as found:
        ask(url)
    assert found.value.is_heuristic


def test_a_file_above_its_limit_is_not_taken_for_a_scanner_that_is_down(tmp_path):
    with standing_in(tmp_path, clean, limit=100_000) as (url, _), pytest.raises(scanning.TooLargeError):
        ask(url, b"x" * 5_000_000)


@pytest.mark.parametrize("answer", [b"", b"UNKNOWN COMMAND\0", b"stream: OK but\0", b"ERROR\0", b"OK\0"])
def test_an_answer_that_we_do_not_know_is_no_clean_file(tmp_path, answer):
    with standing_in(tmp_path, lambda _: answer) as (url, _), pytest.raises(scanning.ScannerDownError):
        ask(url)


@pytest.mark.parametrize("url", ["unix:///nowhere/clamd.ctl", "tcp://127.0.0.1:9"])
def test_a_scanner_that_is_down_holds_every_file(url):
    with pytest.raises(scanning.ScannerDownError):
        ask(url)


@pytest.mark.parametrize("version", [b"ClamAV 1.4.6\0", b"ClamAV 1.4.6/\0", b"\0", b"OK\0"])
def test_without_an_official_database_nothing_is_called_clean(tmp_path, version):
    with standing_in(tmp_path, clean, version=version) as (url, received), pytest.raises(scanning.ScannerDownError):
        ask(url)
    assert received == []


def test_a_signature_of_our_own_is_for_tests_alone(tmp_path):
    with standing_in(tmp_path, by_signature, version=b"ClamAV 1.4.6\0") as (url, _):
        ask(url, testing=True)
        with pytest.raises(scanning.InfectedError):
            ask(url, OURS, testing=True)
        with pytest.raises(scanning.ScannerDownError):
            ask(url, OURS)


def test_without_an_address_nothing_is_scanned():
    ask("")


def test_an_upload_says_what_is_wrong_and_keeps_the_good_ones(tmp_path):
    app = Flask(__name__)

    def sift(url, *contents):
        app.extensions["settings"] = SimpleNamespace(clamd_url=url, testing=True, max_evidence_bytes=MEGA)
        with app.app_context():
            return uploads.sift([FileStorage(BytesIO(each), f"{place}.txt") for place, each in enumerate(contents)])

    with standing_in(tmp_path, by_signature) as (url, _):
        good, refused = sift(url, b"fine", OURS)
    assert [each.filename for each in good] == ["0.txt"]
    assert "1.txt holds a virus" in str(refused[0])
    good, refused = sift("unix:///nowhere", b"fine")
    assert good == []
    assert refused[0].retry_after > 0
