"""The archive of a log that the first edition wrote, with its older entries and lists: it still verifies.

`first-edition-log.zip` was downloaded from the demo of that release: the story of five made-up agencies.
"""

from pathlib import Path

import pytest

from tests.database.stand_alone.test_stand_alone import run

OLD_LOG, ITS_DAY = Path(__file__).parent / "first-edition-log.zip", "2026-11-30"
ROOT = "386d507a057793be838dab2683d98011b911dd95c1db1492c491837b35c01b67"


@pytest.mark.parametrize(
    ("number", "status", "told"),
    [
        ("KW-2026-00001-58", 0, "issued 2026-11-30T07:29:08Z; suspended 2026-11-30T07:29:18Z; lifted"),
        ("KW-2026-00002-55", 0, "genuine and valid"),
        ("KW-2026-00003-52", 2, "suspended"),
        ("KW-2026-00004-49", 2, "withdrawn"),
    ],
)
def test_a_log_of_the_first_edition_still_verifies(number, status, told):
    done, words = run(OLD_LOG, "--number", number, "--on", ITS_DAY)
    assert done == status, words
    assert f"log: 9 entries, 6 signed checkpoints, root {ROOT}" in words
    assert told in words


def test_a_changed_entry_of_it_is_found(tmp_path):
    data = bytearray(OLD_LOG.read_bytes())
    changed = tmp_path / "log.zip"
    place = data.index(b"ledger/tile/entries") + 200
    data[place] ^= 1
    changed.write_bytes(data)
    assert run(changed)[0] != 0
