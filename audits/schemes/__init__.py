"""The versioned norm: requirements, severities, points, thresholds and terms, all as data."""
