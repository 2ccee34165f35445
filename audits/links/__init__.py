"""What links an agency to others: a comeback under another name is found, explained, and judged by a person."""
