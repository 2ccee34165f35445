"""The independent decision on an audit, and its reasons."""
