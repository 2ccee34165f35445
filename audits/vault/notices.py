"""Messages about the vault. They say nothing of what is in it, nor about which agency."""

from audits.core.notices import Notice


class VaultFilled(Notice, kind="vault_filled"):
    """To those who read the vault: somebody put a signal into it."""
