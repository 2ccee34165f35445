"""DER and CMS, written and read."""
