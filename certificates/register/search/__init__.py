"""Search the register by name or number."""
