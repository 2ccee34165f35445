"""What signs for this installation: keys, credentials, the public log."""
