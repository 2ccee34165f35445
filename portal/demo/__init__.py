"""The story that `make demo` tells: made-up people, a real case through the same services as the pages."""
