"""Receive the bodies of requests in the event loop, within limits, so that a slow sender holds no thread."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Protocol

from werkzeug.exceptions import RequestTimeout

from audits.core.errors import N_
from portal.sidecar.lanes import BusyError
from portal.stores.files import StorageDownError

IN_MEMORY = 64 * 1024  # bytes of one body; the rest of it is in a temporary file
ON_DISK = 256 * 1024 * 1024  # bytes of all bodies of a process that are in temporary files
DEFAULT_LONGEST = 16 * 1024 * 1024

_BUSY = N_("Many people are sending us files at this moment. Wait a minute and send yours once more.")


class Sender(Protocol):
    """What a body comes from: the RSGI protocol of a request."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the pieces as they arrive."""


class GoneError(Exception):
    """The sender hung up before the end of the body."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a body must keep to. A sender has `seconds`, and one more for every `rate` bytes that have arrived."""

    longest: int = DEFAULT_LONGEST
    on_disk: int = ON_DISK
    seconds: float = 20
    rate: int = 16 * 1024


@dataclass(slots=True)
class Body:
    """A body that was received, or a length above the limit and nothing, or the `fault` to answer with."""

    file: IO[bytes]
    length: int = 0
    fault: Exception | None = None
    stored: int = 0  # bytes on disk


class Bodies:
    """The bodies of one process. For its event loop alone."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._on_disk = 0

    @asynccontextmanager
    async def receive(self, sender: Sender, declared: int | None) -> AsyncIterator[Body]:
        """Yield a body once it is complete, and remove it afterwards. GoneError.

        One that is too long is not read on: the application refuses it by its length.
        """
        with SpooledTemporaryFile(IN_MEMORY) as file:
            body = Body(file, declared or 0)
            try:
                if declared is None or 0 < declared <= self._terms.longest:
                    await self._fill(body, sender, declared or 0)
                yield body
            finally:
                self._on_disk -= body.stored

    async def _fill(self, body: Body, sender: Sender, least: int) -> None:
        body.length = 0
        begin = asyncio.get_running_loop().time() + self._terms.seconds
        try:
            async with asyncio.timeout_at(begin) as deadline:
                async for piece in sender:
                    body.length += len(piece)
                    if body.length > self._terms.longest:
                        break
                    self._store(body, piece)
                    deadline.reschedule(begin + body.length / self._terms.rate)
                else:
                    if body.length < least:
                        raise GoneError
        except TimeoutError:
            body.fault = RequestTimeout()
        except BusyError as error:
            body.fault = error
        except OSError as error:
            body.fault = StorageDownError("a body cannot be kept")
            body.fault.__cause__ = error
        body.file.seek(0)
        if body.fault or body.length > self._terms.longest:
            body.file.truncate()

    def _store(self, body: Body, piece: bytes) -> None:
        if body.length > IN_MEMORY:
            more = body.length - body.stored
            if self._on_disk + more > self._terms.on_disk:
                raise BusyError(_BUSY)
            self._on_disk += more
            body.stored += more
        body.file.write(piece)
