"""The door of the public: register, verification, open data. No session, no cookie."""
