"""What is outside and reached only here: database, files, queue."""
