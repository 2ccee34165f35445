"""Documents as bytes: press, seal, and the programs of others that judge them."""
