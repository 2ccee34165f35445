"""Background work: outbox handlers, periodic tasks, mail."""
