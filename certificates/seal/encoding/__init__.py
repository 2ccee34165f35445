"""Encode DER and CMS."""
