"""`python -m portal.demo`: run the demo on the configured portal; the exit status says whether all steps held.

`python -m portal.demo more` adds other agencies, each in another stage of its case.
"""

import os
import sys

from portal.demo.others import populate
from portal.demo.story import run
from portal.settings import Settings

settings = Settings.from_env(os.environ)  # noqa: TID251 - an entry point
if sys.argv[1:] == ["more"]:
    populate(settings)
else:
    sys.exit(0 if run(settings) else 1)
