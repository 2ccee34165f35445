"""The public log: an append-only record of what happened to every certificate, in a provable order."""
