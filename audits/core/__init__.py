"""Building blocks that all parts of the case file share."""
