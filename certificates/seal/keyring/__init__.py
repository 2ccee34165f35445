"""Keys and the certificates that vouch for them."""
