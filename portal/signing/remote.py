"""Ask the signer in another process: one JSON object per message on a local socket, one answer to each.

Connections are kept. One that breaks (the signer was killed, or restarted) is replaced and the message repeated, which
does no harm.
"""

import json
import os
import socket
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from certificates.ledger.memory import Head, LedgerError
from certificates.seal.keyring.keys import KeysError
from certificates.seal.sealing.revocation import Evidence
from portal.sight.meters import asking
from portal.signing.signer import Signer

LARGEST = 1024 * 1024
SECONDS = 30.0  # a service that signs for us may take its time
PAUSES = (0.0, 0.05, 0.1, 0.2, 0.4, 0.75, 1.0, 1.0, 1.0)  # a signer is started again in about three seconds
_ERRORS: Mapping[str, type[Exception]] = {"keys": KeysError, "ledger": LedgerError}


class RemoteSigner:
    """See `Signer`. KeysError if nobody answers."""

    def __init__(self, url: str) -> None:
        self._path = socket_path(url)
        self._idle: list[socket.socket] = []
        self._owner = os.getpid()
        self._down = False  # whether nobody answered the last message

    def close(self) -> None:
        """Close the kept connections; the next question opens another."""
        while self._idle:
            self._idle.pop().close()

    def ensure(self) -> None:
        """See `Signer.ensure`."""
        self._ask("ensure")

    def check(self, key_id: str) -> None:
        """See `Signer.check`."""
        self._ask("check", key=key_id)

    def sign(self, key_id: str, data: bytes) -> bytes:
        """See `Signer.sign`."""
        return b64decode(self._ask("sign", key=key_id, data=_text(data)))

    def remembered(self) -> Head | None:
        """See `Signer.remembered`."""
        found = self._ask("remembered")
        return Head(found[0], b64decode(found[1])) if found else None

    def numbers(self) -> dict[str, int] | None:
        """See `Signer.numbers`."""
        found: dict[str, int] | None = self._ask("numbers")
        return found

    def use_number(self, series: str, number: int) -> None:
        """See `Signer.use_number`."""
        self._ask("use_number", series=series, number=number)

    def sign_head(self, key_id: str, text: str, old: int, proof: Sequence[bytes]) -> bytes:
        """See `Signer.sign_head`."""
        return b64decode(self._ask("sign_head", key=key_id, text=text, old=old, proof=list(map(_text, proof))))

    def revocations(self, moment: datetime) -> bytes:
        """See `Signer.revocations`."""
        return b64decode(self._ask("revocations", moment=moment.isoformat()))

    def evidence(self, key_ids: Sequence[str], moment: datetime) -> Evidence:
        """See `Signer.evidence`."""
        found = self._ask("evidence", keys=list(key_ids), moment=moment.isoformat())
        return Evidence(*(tuple(map(b64decode, each)) for each in found))

    def _ask(self, what: str, **words: Any) -> Any:
        with asking("signer", what):
            answer = json.loads(self._exchange(json.dumps({"ask": what, **words}).encode()))
            if "error" in answer:
                raise _ERRORS[answer["error"]](answer["words"])
            return answer["found"]

    def _exchange(self, message: bytes) -> bytes:
        """Return the answer. While nobody answers, only the first message waits; those after it try once."""
        for pause in PAUSES[:1] if self._down else PAUSES:
            time.sleep(pause)
            try:
                found = self._once(message)
            except TimeoutError as error:
                raise KeysError("the signer takes too long") from error
            except OSError:
                continue
            self._down = False
            return found
        self._down = True
        raise KeysError("the signer does not answer")

    def _once(self, message: bytes) -> bytes:
        """Send and receive. A kept connection that broke is followed by a fresh one at once."""
        if self._owner != os.getpid():  # forked: the connections are the parent's
            self._idle, self._owner = [], os.getpid()
        while True:
            kept = self._idle.pop() if self._idle else None
            connection = kept or self._connect()
            try:
                connection.send(message)
                found = connection.recv(LARGEST)
                if found:
                    self._idle.append(connection)
                    return found
            except TimeoutError:
                connection.close()
                raise
            except OSError:
                if kept is None:
                    connection.close()
                    raise
            connection.close()
            if kept is None:
                raise ConnectionResetError

    def _connect(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        connection.settimeout(SECONDS)
        try:
            connection.connect(self._path)
        except OSError:
            connection.close()
            raise
        return connection


def answer(signer: Signer, message: bytes) -> bytes:
    """Let a signer answer a message. Whatever is wrong with the message is said in the answer."""
    try:
        asked = json.loads(message)
        found = {"found": _ANSWERS[asked["ask"]](signer, asked)}
    except KeysError as error:
        found = {"error": "keys", "words": str(error)}
    except LedgerError as error:
        found = {"error": "ledger", "words": str(error)}
    except (ValueError, KeyError, TypeError, AttributeError):
        found = {"error": "keys", "words": "the signer does not understand"}
    return json.dumps(found).encode()


def socket_path(url: str) -> str:
    """Return the path in `unix:///path`."""
    return unquote(urlsplit(url).path)


def reach(url: str) -> None:
    """Raise OSError unless a signer listens there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as probe:
        probe.connect(socket_path(url))


def _sign_head(signer: Signer, asked: Mapping[str, Any]) -> str:
    proof = [b64decode(each, validate=True) for each in asked["proof"]]
    return _text(signer.sign_head(asked["key"], asked["text"], asked["old"], proof))


def _remembered(signer: Signer, _: Mapping[str, Any]) -> tuple[int, str] | None:
    head = signer.remembered()
    return (head.size, _text(head.root)) if head else None


def _evidence(signer: Signer, asked: Mapping[str, Any]) -> list[list[str]]:
    found = signer.evidence(asked["keys"], _moment(asked))
    return [list(map(_text, each)) for each in (found.certificates, found.ocsps, found.crls)]


def _moment(asked: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(asked["moment"])


def _text(data: bytes) -> str:
    return b64encode(data).decode()


_ANSWERS: Mapping[str, Callable[[Signer, Mapping[str, Any]], Any]] = {
    "ensure": lambda signer, _: signer.ensure(),
    "check": lambda signer, asked: signer.check(asked["key"]),
    "sign": lambda signer, asked: _text(signer.sign(asked["key"], b64decode(asked["data"], validate=True))),
    "remembered": _remembered,
    "numbers": lambda signer, _: signer.numbers(),
    "use_number": lambda signer, asked: signer.use_number(str(asked["series"]), int(asked["number"])),
    "sign_head": _sign_head,
    "revocations": lambda signer, asked: _text(signer.revocations(_moment(asked))),
    "evidence": _evidence,
}
