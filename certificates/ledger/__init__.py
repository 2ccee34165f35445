"""The public log: what happened to every certificate, in an order that nobody can change afterwards."""
