"""Words for people about parts that are down, from what drivers and systems say."""

import errno

import pytest
from psycopg import errors as refusals
from sqlalchemy.exc import InternalError, OperationalError

from portal.stores.files import StorageDownError
from portal.web import outages


def caused(error, cause):
    error.__cause__ = cause
    return error


def by_driver(kind, wrapped=OperationalError):
    return caused(wrapped("UPDATE …", {}, kind("no")), kind("no"))


FULL, NO_WRITING, STANDBY, STARTING = "no room left", "cannot be written", "another database server", "starting up"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (by_driver(refusals.DiskFull), FULL),
        (by_driver(refusals.ReadOnlySqlTransaction, InternalError), STANDBY),
        (by_driver(refusals.CannotConnectNow), STARTING),
        (OperationalError("", {}, Exception("FATAL:  the database system is starting up")), STARTING),
        (OperationalError("", {}, Exception("FATAL:  the database system is not yet accepting connections")), STARTING),
        (OperationalError("", {}, Exception("FATAL:  the database system is in recovery mode")), STARTING),
        (caused(StorageDownError(), OSError(errno.ENOSPC, "No space left on device")), FULL),
        (caused(StorageDownError(), OSError(errno.EDQUOT, "Disk quota exceeded")), FULL),
        (caused(StorageDownError(), OSError(errno.EROFS, "Read-only file system")), NO_WRITING),
        (caused(StorageDownError(), ValueError("Unable to write: No space left on device (os error 28)")), FULL),
        (caused(StorageDownError(), ValueError("Read-only file system (os error 30)")), NO_WRITING),
    ],
)
def test_each_has_its_word(error, words):
    assert words in str(outages.explain(error))


@pytest.mark.parametrize(
    "error",
    [
        by_driver(refusals.AdminShutdown),
        OperationalError("", {}, Exception("connection refused")),
        caused(StorageDownError(), OSError(errno.ECONNREFUSED, "refused")),
        StorageDownError("the stored bytes have changed"),
    ],
)
def test_what_is_not_known_gets_no_word(error):
    assert outages.explain(error) is None


def test_only_a_refused_change_counts_as_read_only():
    assert outages.is_read_only(by_driver(refusals.ReadOnlySqlTransaction, InternalError))
    assert not outages.is_read_only(by_driver(refusals.InFailedSqlTransaction, InternalError))
