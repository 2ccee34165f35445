#!/usr/bin/env bash
# striprtf leaves footnotes, headers and footers out of the text, and lets hidden text in.
# Why it matters: whoever searches a letter for numbers that must not be in it looks at other words than a reader of the
# letter does: what stands at the foot of the page is never seen, and nothing says that something was left out.
# What we did: the controls of the RTF are taken out and every letter stays, wherever it stands.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check striprtf==0.0.35
"$work/venv/bin/python" - <<'PY'
import sys
from importlib.metadata import version

from striprtf.striprtf import rtf_to_text

LETTER = (
    r"{\rtf1\ansi{\header Own letter paper}{\footer Valid from 1 January}"
    r"The wage is 14.71 per hour{\footnote Less 2.00 for housing.}.{\v Not shown.}\par}"
)
seen = rtf_to_text(LETTER).split("\n")[0]
print("subject: striprtf", version("striprtf"))
print("expected: the footnote, the header and the footer, and no hidden text (Rich Text Format 1.9.1: footnotes; headers")
print("          and footers; \\v is hidden text)")
print(f"seen:     {seen!r}")
sys.exit(seen != "The wage is 14.71 per hour.Not shown.")
PY
