"""Who is told when agencies change in the register: an address, a list of agencies, and nothing else of anybody."""
