"""`python -m portal.demo`: tell the story on the portal that the environment names; the status says how it went."""

import os
import sys

from portal.demo.story import run
from portal.settings import Settings

sys.exit(0 if run(Settings.from_env(os.environ)) else 1)  # noqa: TID251 - an entry point
