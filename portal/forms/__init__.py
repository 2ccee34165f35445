"""Forms, their fields, and the files that come with them."""
