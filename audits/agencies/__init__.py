"""Agencies: the legal entities that are certified, with their branches, people in control and contacts."""
