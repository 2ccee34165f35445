"""The parts outside: which of them cannot be reached, in their own words. `python -m portal.work.parts` says it.

Asked at the start and by `keurwerk check`, so that nobody has to look for the reason in a log. No part is asked for
longer than some seconds, and nothing is changed: a module (HSM) is looked for without its PIN.
"""

import os
import smtplib
import socket
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg
from redis.exceptions import RedisError
from sqlalchemy import make_url

from certificates.seal.keyring.addresses import RingAddress, TokenAddress, parse_key
from certificates.seal.keyring.keys import KeysError
from certificates.seal.keyring.token import look_for
from portal.settings import Settings
from portal.stores.files import StorageDownError, open_store
from portal.stores.queue import open_queue

SECONDS = 3
_PORTS = {"smtp": 25, "smtps": 465, "http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Trouble:
    """A part that cannot be reached, and what it or the way to it says. Without a `needed` one no page is shown."""

    part: str
    words: str
    needed: bool

    def __str__(self) -> str:
        return f"The {self.part} cannot be reached: {self.words}"


def troubles(settings: Settings) -> list[Trouble]:
    """Every part that the settings name and that does not answer, all asked at once."""
    with ThreadPoolExecutor(len(_PARTS)) as pool:
        asked = [(part, pool.submit(_words, ask, settings)) for part, ask in _PARTS.items()]
        return [Trouble(part, words, part in _NEEDED) for part, answer in asked if (words := answer.result())]


def _words(ask: Callable[[Settings], None], settings: Settings) -> str:
    """Why a part cannot be reached, in one line; nothing if it can."""
    try:
        ask(settings)
    except (psycopg.Error, RedisError, StorageDownError, smtplib.SMTPException, KeysError, OSError) as error:
        return " ".join(str(error).split()) or type(error).__name__
    return ""


def _database(settings: Settings) -> None:
    url = make_url(settings.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    psycopg.connect(url, connect_timeout=SECONDS).close()


def _queue(settings: Settings) -> None:
    open_queue(settings.redis_url).connection.ping()


def _storage(settings: Settings) -> None:
    open_store(settings.storage_url, settings.storage_endpoint).check()


def _mail(settings: Settings) -> None:
    parts = urlsplit(settings.mail_url)
    if parts.scheme == "smtp":
        smtplib.SMTP(parts.hostname or "localhost", parts.port or _PORTS["smtp"], timeout=SECONDS).quit()
    elif parts.scheme == "smtps":
        _knock(settings.mail_url)


def _key(settings: Settings) -> None:
    address = parse_key(settings.seal_key)
    if isinstance(address, TokenAddress):
        look_for(address)
    elif not isinstance(address, RingAddress):
        _knock(address.url)


def _stamps(settings: Settings) -> None:
    """One of several authorities is enough."""
    refused = [why for url in settings.tsa_urls if (why := _refusal(url))]
    if refused and len(refused) == len(settings.tsa_urls):
        raise OSError("; ".join(refused))


def _knock(url: str) -> None:
    if why := _refusal(url):
        raise OSError(why)


def _refusal(url: str) -> str:
    """Why nobody opens at the host of an address; nothing if somebody does."""
    parts = urlsplit(url)
    host, port = parts.hostname or "localhost", parts.port or _PORTS[parts.scheme]
    try:
        socket.create_connection((host, port), SECONDS).close()
    except OSError as error:
        return f"{host}:{port}: {error}"
    return ""


_PARTS: dict[str, Callable[[Settings], None]] = {
    "database": _database,
    "queue": _queue,
    "storage": _storage,
    "mail server": _mail,
    "key of the seal": _key,
    "time-stamp authority": _stamps,
}
_NEEDED = frozenset({"database", "queue", "storage"})


def main() -> int:
    """Say what cannot be reached; the status is 1 if the portal cannot be ready without it."""
    found = troubles(Settings.from_env(os.environ))  # noqa: TID251 - an entry point
    for each in found:
        sys.stderr.write(f"{each}\n")
    return int(any(each.needed for each in found))


if __name__ == "__main__":
    sys.exit(main())
