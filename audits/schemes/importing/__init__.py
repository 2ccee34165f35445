"""Norms of others: CISO Assistant framework libraries and OSCAL catalogs, read into the draft of a scheme."""
