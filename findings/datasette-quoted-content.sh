#!/usr/bin/env bash
# Datasette searches a table only if the name of the table stands in double quotes or brackets in the index's SQL.
# Why it matters: SQLite takes content='agency' and content=agency just as well. Then `_search` is ignored without a word:
# the answer to a search for one agency is the whole register, status 200. A measurement beside it measures nothing.
# What we did: whoever measures our register beside this one quotes the name twice and counts the rows that come back.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile --disable-pip-version-check datasette==0.65.5
venv/bin/python - <<'PY'
import json
import sqlite3
import subprocess
import sys
from importlib.metadata import version

FORMS = {"double": 'content="agency"', "brackets": "content=[agency]", "single": "content='agency'", "bare": "content=agency"}


def make(name, content):
    with sqlite3.connect(f"{name}.db") as database:
        database.executescript(
            f"""CREATE TABLE agency (id INTEGER PRIMARY KEY, name TEXT);
            INSERT INTO agency (name) VALUES ('Zuid Werkt'), ('Noord Werkt'), ('West Werkt');
            CREATE VIRTUAL TABLE agency_fts USING fts5 (name, {content}, content_rowid=id);
            INSERT INTO agency_fts (agency_fts) VALUES ('rebuild');"""
        )
        [[hits]] = database.execute("SELECT count(*) FROM agency_fts WHERE agency_fts MATCH 'zuid'")
    return hits


def search(name):
    address = f"/{name}/agency.json?_search=zuid&_shape=array"
    done = subprocess.run(["venv/bin/datasette", f"{name}.db", "--get", address], capture_output=True, check=True)
    return len(json.loads(done.stdout))


seen = {name: (make(name, content), search(name)) for name, content in FORMS.items()}
print("subject: datasette", version("datasette"))
print("expected: one of three rows for the word, by SQLite and by Datasette, however the option is quoted")
print("seen:    ", "; ".join(f"{FORMS[name]}: {own} by SQLite, {rows} by Datasette" for name, (own, rows) in seen.items()))
sys.exit(seen != {"double": (1, 1), "brackets": (1, 1), "single": (1, 3), "bare": (1, 3)})
PY
