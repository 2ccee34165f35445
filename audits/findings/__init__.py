"""Findings after the report: how their grade, their term and they themselves can change, by two people each time."""
