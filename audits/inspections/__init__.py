"""The audit: population, sample, verdicts, findings, repair and report."""
