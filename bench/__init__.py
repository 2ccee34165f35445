"""Benchmarks: us and a peer in the same run, figures to var/bench/NAME.json."""
