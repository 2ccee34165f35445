"""Applications: an agency applies for the certificate, with its self-assessment and evidence."""
