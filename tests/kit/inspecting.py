"""Where the pages of an audit are, and what it samples."""

FILES = [f"F-{number:03d}" for number in range(1, 6)]


def path(audit, *parts):
    return "/".join((f"/inspector/audits/{audit.id}", *parts))
