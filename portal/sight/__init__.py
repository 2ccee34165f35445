"""Sight for whoever runs the portal: structured logs, and meters for `/metrics`."""
