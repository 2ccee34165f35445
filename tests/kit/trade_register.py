"""A trade register on this machine: answers as the API "Basisprofiel" of the KvK does, or badly."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

NUMBER = "12345678"


def company(**changes: Any) -> dict[str, Any]:
    """Return an answer as the documentation of the API shows it, with other values at the top."""
    address = {"straatnaam": "Havenstraat", "huisnummer": 12, "huisletter": "a", "postcode": "5911CA"}
    shielded = {"type": "correspondentieadres", "indAfgeschermd": "Ja", "volledigAdres": "Postbus 1"}
    visited = {"type": "bezoekadres", "indAfgeschermd": "Nee", **address, "plaats": "Venlo", "land": "Nederland"}
    seat = {"vestigingsnummer": "000012345678", "adressen": [shielded, visited], "websites": ["www.groen.example"]}
    known = {
        "kvkNummer": NUMBER,
        "indNonMailing": "Nee",
        "naam": "Groen Werk",
        "statutaireNaam": "Groen Werk B.V.",
        "formeleRegistratiedatum": "20150101",
        "materieleRegistratie": {"datumAanvang": "20150101"},
        "handelsnamen": [{"naam": "Groen Tuin", "volgorde": 1}, {"naam": "Groen Werk B.V.", "volgorde": 0}],
        "_embedded": {"hoofdvestiging": seat, "eigenaar": {"rechtsvorm": "BesloteVennootschap"}},
    }
    return known | changes


def http(body: bytes, status: str = "200 OK", *heads: str) -> bytes:
    """Return an answer of HTTP."""
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *heads, "", ""]
    return "\r\n".join(lines).encode() + body


def said(answer: Any) -> bytes:
    """Return an answer of HTTP with this JSON."""
    return http(json.dumps(answer).encode())


@contextmanager
def standing_in(*answers: bytes | None) -> Iterator[tuple[str, list[bytes]]]:
    """Serve these answers in turn, the last one again and again; None: never say anything. Yield address, requests."""
    server, asked, stopped = socket.create_server(("127.0.0.1", 0)), list[bytes](), threading.Event()

    def serve() -> None:
        left = list(answers)
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                asked.append(connection.recv(4096))
                answer = left.pop(0) if len(left) > 1 else left[0]
                if answer is None:
                    stopped.wait()
                else:
                    connection.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/api", asked
    finally:
        stopped.set()
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()
