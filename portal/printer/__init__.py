"""Print documents that people wait for in one process, so that no web process loads the press.

`client` is the interface for the portal. The process holds no keys: it prints the placeholder of a seal, and the portal
seals what comes back.
"""
