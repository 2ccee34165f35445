"""Changes that an agency reports once somebody relies on its details, and what the office makes of them."""
