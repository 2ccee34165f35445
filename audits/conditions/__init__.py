"""Conditions of a grant: what the holder must still do, by when, with what proof, and whether it was met."""
