"""Sign with the keys of this installation: documents, credentials, the public log."""
