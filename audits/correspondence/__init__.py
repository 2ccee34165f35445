"""What an office and an agency ask and tell each other about a case, beside answers and findings."""
