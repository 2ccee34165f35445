"""A local HTTP server with scripted responses that records its requests."""

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, Self

Answer = tuple[int, dict[str, str], bytes]


class Answering:
    """Listens while it is entered. `answer` is what it says, or a function of the body that came."""

    def __init__(self, answer: Answer | Callable[[bytes], Answer] = (200, {}, b"{}")) -> None:
        self.answer = answer
        self.came: list[tuple[str, dict[str, str], bytes]] = []
        self._server = HTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler(it: Answering) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            it.came.append((self.path, dict(self.headers), body))
            status, headers, data = it.answer(body) if callable(it.answer) else it.answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
