"""Certification schemes: versions with requirements, severities, points, thresholds and terms, all as data."""
