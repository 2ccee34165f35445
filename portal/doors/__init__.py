"""One package for each kind of person, and what doors share."""
