"""A process with wrong settings ends at once and says why."""

import os
import subprocess
import sys

import pytest

from portal.settings import ROOT
from tests.unit.test_settings import GOOD, REPEATS


@pytest.mark.parametrize("module", ["wsgi", "portal.work.worker", "portal.work.parts"])
def test_a_process_ends_with_the_sentences_alone(module):
    env = GOOD | {"SECRET_KEY": "s" * 40, "MAX_UPLOAD_BYTES": "0", "PATH": os.defpath}
    done = subprocess.run(
        [sys.executable, "-m", module], env=env, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "Keurwerk does not start. Its settings are wrong:",
        "MAX_UPLOAD_BYTES must be from 65536 to 1073741824",
        f"SECRET_KEY {REPEATS}",
    ]
