"""The migrations of the database, the text of its walls, and what puts both up."""
