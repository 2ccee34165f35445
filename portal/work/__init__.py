"""What happens after the commit: outbox handlers, periodic tasks, mail."""
