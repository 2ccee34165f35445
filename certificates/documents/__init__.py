"""Sealed documents as they were issued, and their archive."""
