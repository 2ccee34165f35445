"""Readers that others wrote: they must understand what we sign, and find what was changed."""
