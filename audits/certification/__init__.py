"""The cycle of certification: one agency under one scheme version, from its application to the next one."""
