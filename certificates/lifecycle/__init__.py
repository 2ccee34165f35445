"""A certificate from its number to its end."""
