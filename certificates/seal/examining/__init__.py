"""Judges the seal of a document; knows nothing of sealing."""
