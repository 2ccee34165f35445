"""Sealed documents as issued, and their archival copies."""
