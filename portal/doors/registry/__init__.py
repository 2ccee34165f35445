"""Public pages: register, verification, open data. No session, no cookie."""
