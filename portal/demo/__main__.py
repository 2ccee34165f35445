"""`python -m portal.demo`: run the demo on the configured portal; the exit status says whether all steps held.

`python -m portal.demo more` adds other agencies to the register, each in another state.
"""

import os
import sys

from portal.demo.story import populate, run
from portal.settings import Settings

settings = Settings.from_env(os.environ)  # noqa: TID251 - an entry point
if sys.argv[1:] == ["more"]:
    populate(settings)
else:
    sys.exit(0 if run(settings) else 1)
