"""The web application: one door (package of pages) per kind of person, and what the doors share."""
