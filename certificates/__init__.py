"""Certificates: issue, seal, credentials, public log and public register."""
