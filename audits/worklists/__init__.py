"""What waits for whom, and the clock that says so."""
