"""Time-stamps: our own authority and those of others (RFC 3161)."""
