"""Who goes along in an audit besides its inspector, who leads it."""
