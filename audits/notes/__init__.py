"""Notes of the office about an agency and its cases. No agency ever sees them."""
