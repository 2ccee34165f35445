"""Terms that began with an event and end with an act: a row each."""
