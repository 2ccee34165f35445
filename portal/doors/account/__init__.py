"""Signing in and out, invitations, passwords and sessions."""
