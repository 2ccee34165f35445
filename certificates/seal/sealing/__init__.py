"""Puts a seal on a document."""
