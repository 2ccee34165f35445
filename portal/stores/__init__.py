"""Access to external stores: database, files, queue."""
