"""How long a test waits for what must come: on a busy machine a second of work takes many. Only a failure lasts it."""

PATIENCE = 120
"""Seconds. Nothing is judged by them; a process, a page or a mail that has not come by then will not come."""
