"""What to tell people about a part that is down, where more is known than that."""

import errno
import re
from collections.abc import Iterator

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

READ_ONLY = "25006"  # SQLSTATE read_only_sql_transaction: a standby, or set so by hand
_FULL = _l(
    "There is no room left where we keep data, so nothing new can be saved. You can still read everything. "
    "Keep your text, and your files, until we have made room."
)
_NO_WRITING = _l(
    "The disk where we keep data cannot be written to, so nothing new can be saved. You can still read everything. "
    "Keep your text, and your files, until we have repaired it."
)
_STANDBY = _l(
    "We are moving to another database server. Until that is done you can read everything, but nothing can be saved. "
    "Keep your text and send it again later."
)
_STARTING = _l("Our database is starting up. That takes a moment.")

_OF_STATE = {READ_ONLY: _STANDBY, "53100": _FULL, "57P03": _STARTING}
_OF_NUMBER = {errno.ENOSPC: _FULL, errno.EDQUOT: _FULL, errno.EROFS: _NO_WRITING}
# A server that refuses to be connected with sends words only, and so does the library that stores files.
_OF_WORDS = {
    re.compile("the database system is (starting up|not yet accepting|in recovery)"): _STARTING,
    re.compile(rf"\(os error ({errno.ENOSPC}|{errno.EDQUOT})\)"): _FULL,
    re.compile(rf"\(os error {errno.EROFS}\)"): _NO_WRITING,
}


def is_read_only(error: BaseException) -> bool:
    """Return whether the database refused a change because it takes none."""
    return any(getattr(each, "sqlstate", None) == READ_ONLY for each in _chain(error))


def explain(error: BaseException) -> LazyString | None:
    """Return a sentence for people about an error and its causes, or None if they only need to try again."""
    for each in _chain(error):
        if told := _OF_STATE.get(getattr(each, "sqlstate", None) or ""):
            return told
        if isinstance(each, OSError) and (told := _OF_NUMBER.get(each.errno or 0)):
            return told
        if told := next((told for words, told in _OF_WORDS.items() if words.search(str(each))), None):
            return told
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error, what the database driver said, and what caused it."""
    while error is not None:
        yield error
        error = error.__cause__
