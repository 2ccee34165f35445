"""Commands for operators, a module per subject; `portal.commands.cli` joins them."""
