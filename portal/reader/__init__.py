"""Open untrusted files in a confined process, with limits on memory, CPU time and output.

`questions` is the interface for the portal; `room` holds the code that opens the files. Parsers of file formats are
imported in `room` alone (tests/house/test_parsers.py lists the exceptions).
"""
