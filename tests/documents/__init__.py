"""Documents as bytes: press, seal, and third-party validators."""
