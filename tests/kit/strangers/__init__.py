"""Third-party libraries that must accept what we sign, and reject what was changed."""
