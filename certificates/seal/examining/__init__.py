"""Examine the seal of a document. Independent of the code that seals."""
