"""Shared by all pages: access, errors, headers, navigation, templates."""
