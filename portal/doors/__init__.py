"""The doors: one package of pages per kind of person, and what they share."""
