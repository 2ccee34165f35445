"""What an operator does from a shell, a module for each subject; `portal.cli` joins them."""
