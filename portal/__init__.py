"""The ways in: one door per kind of person, and what they share."""
