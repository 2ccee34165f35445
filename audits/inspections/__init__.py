"""Audits: population, sample, verdicts, findings, corrective actions and report."""
