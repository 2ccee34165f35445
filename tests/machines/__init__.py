"""State machines: lives with random people, repeated and lost work included; after each step, what must always hold."""
