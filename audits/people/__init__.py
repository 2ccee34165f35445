"""People: their identity, their roles, and the interests that they declared in agencies."""
