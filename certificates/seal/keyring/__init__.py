"""Keys and their certificates."""
