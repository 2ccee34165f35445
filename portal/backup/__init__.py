"""Backup and restore of database, files and keys together; docs/backup.md is for operators."""
