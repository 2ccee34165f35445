"""Letters to agencies: about decisions and about terms, numbered, and posted where somebody has no account."""
