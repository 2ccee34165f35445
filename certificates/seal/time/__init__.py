"""Time-stamps (RFC 3161): our own authority and external ones."""
