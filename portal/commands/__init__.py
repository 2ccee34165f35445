"""What an operator does from a shell, a module for each subject; `portal.commands.cli` joins them."""
