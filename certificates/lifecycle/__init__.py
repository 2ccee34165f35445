"""The life cycle of certificates, from numbering to expiry, withdrawal or replacement."""
