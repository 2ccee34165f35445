"""Seal documents."""
