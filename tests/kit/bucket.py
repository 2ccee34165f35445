"""An S3 server (moto) on loopback, behind plain http."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import Request, urlopen

import pytest
from moto.server import ThreadedMotoServer

NAME = "keurwerk"
KEYS = {"AWS_ACCESS_KEY_ID": "somebody", "AWS_SECRET_ACCESS_KEY": "anything", "AWS_REGION": "eu-west-1"}


@contextmanager
def served() -> Iterator[str]:
    """Yield the endpoint of a server with one empty bucket."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        endpoint = "http://{}:{}".format(*server.get_host_and_port())
        with urlopen(Request(f"{endpoint}/{NAME}", method="PUT")):
            pass
        yield endpoint
    finally:
        server.stop()


def give_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the credentials in the environment; moto accepts any."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
