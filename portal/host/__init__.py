"""Run the portal and its servers on one machine."""
