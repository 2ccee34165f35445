"""A bucket of an S3-compatible server as a place for bytes; imported where one is used, as its library takes 4 MB."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, BinaryIO

from obstore.exceptions import BaseError, NotFoundError
from obstore.store import ObjectStore, from_url

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

# Short timeouts, because a person waits.
CONNECT, ANSWER = timedelta(seconds=3), timedelta(seconds=20)
RETRIES: "RetryConfig" = {"max_retries": 2, "retry_timeout": timedelta(seconds=15)}


class Bucket:
    """A bucket of an S3-compatible server, optionally below a prefix. The server answers when the bytes are durable."""

    errors: tuple[type[Exception], ...] = (BaseError,)

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    @classmethod
    def at(cls, url: str, endpoint: str) -> "Bucket":
        """Open `s3://bucket/prefix`; without an endpoint at Amazon, or where AWS_* variables say.

        An endpoint that begins with http:// allows plain http.
        """
        options: ClientConfig = {
            "connect_timeout": CONNECT,
            "timeout": ANSWER,
            "allow_http": endpoint.startswith("http://"),
        }
        named = {"endpoint": endpoint} if endpoint else {}
        return cls(from_url(url, client_options=options, retry_config=RETRIES, **named))  # type: ignore[call-overload]

    def check(self) -> None:
        """See `Place`."""
        self._objects.list_with_delimiter()

    def write(self, name: str, data: bytes | BinaryIO) -> None:
        """See `Place`."""
        if not isinstance(data, bytes):
            data.seek(0)
        self._objects.put(name, data)

    def read(self, name: str) -> bytes:
        """See `Place`."""
        try:
            return bytes(self._objects.get(name).bytes())
        except NotFoundError as error:
            raise FileNotFoundError(name) from error

    def has(self, name: str) -> bool:
        """See `Place`."""
        try:
            self._objects.head(name)
        except (NotFoundError, FileNotFoundError):
            return False
        return True

    def names(self, below: str) -> Iterator[tuple[str, datetime]]:
        """See `Place`."""
        for chunk in self._objects.list(below):
            for each in chunk:
                yield each["path"], each["last_modified"]

    def remove(self, name: str) -> None:
        """See `Place`."""
        self._objects.delete(name)

    def tidy(self, before: datetime) -> None:
        """See `Place`. Unfinished uploads are never visible here."""
