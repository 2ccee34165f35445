"""The public register: read model and search."""
