"""Find the parts that cannot be reached, with their own words: `python -m portal.work.parts`.

Used at the start and by `keurwerk check`. Each part is asked for some seconds at most. Nothing is changed, and a
module (HSM) is opened without its PIN, because a wrong one counts.
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
from portal.settings import Settings, settings_or_exit
from portal.signing.remote import reach
from portal.stores.files import StorageDownError, open_store
from portal.stores.queue import open_queue

SECONDS = 3
_PORTS = {"smtp": 25, "smtps": 465, "http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Trouble:
    """A part that cannot be reached, and the message of its client. `/readyz` fails without a `needed` part."""

    part: str
    words: str
    needed: bool

    def __str__(self) -> str:
        return f"The {self.part} cannot be reached: {self.words}"


def troubles(settings: Settings) -> list[Trouble]:
    """Return every part that does not answer; all are asked at the same time."""
    with ThreadPoolExecutor(len(_PARTS)) as pool:
        asked = [(part, pool.submit(_words, ask, settings)) for part, ask in _PARTS.items()]
        return [Trouble(part, words, part in _NEEDED) for part, answer in asked if (words := answer.result())]


def _words(ask: Callable[[Settings], None], settings: Settings) -> str:
    """Return why a part cannot be reached, in one line, or an empty text."""
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


def _signer(settings: Settings) -> None:
    if settings.signer_url:
        reach(settings.signer_url)


def _key(settings: Settings) -> None:
    address = parse_key(settings.seal_key)
    if isinstance(address, TokenAddress):
        from certificates.seal.keyring.token import look_for  # noqa: PLC0415  # as in portal.signing.signer

        look_for(address)
    elif not isinstance(address, RingAddress):
        _knock(address.url)


def _stamps(settings: Settings) -> None:
    """Raise OSError unless one of the authorities answers."""
    refused = [why for url in settings.tsa_urls if (why := _refusal(url))]
    if refused and len(refused) == len(settings.tsa_urls):
        raise OSError("; ".join(refused))


def _knock(url: str) -> None:
    if why := _refusal(url):
        raise OSError(why)


def _refusal(url: str) -> str:
    """Return why no connection to the host of an address can be made, or an empty text."""
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
    "signer": _signer,
    "key of the seal": _key,
    "time-stamp authority": _stamps,
}
_NEEDED = frozenset({"database", "queue", "storage"})


def main() -> int:
    """Print what cannot be reached; return 1 if a needed part is among it."""
    found = troubles(settings_or_exit(os.environ))  # noqa: TID251 - an entry point
    for each in found:
        sys.stderr.write(f"{each}\n")
    return int(any(each.needed for each in found))


if __name__ == "__main__":
    sys.exit(main())
