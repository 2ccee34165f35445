"""Where the pages of an audit are, and what it samples."""

FILES = [f"F-{number:03d}" for number in range(1, 6)]


def path(audit, *parts):
    return "/".join((f"/inspector/audits/{audit.id}", *parts))


FIX, MIX = "Fix the list", "Mix it in and draw"


def fix_and_draw(browser, **fields):
    """Fix the list that was looked at, and type what the agency says for the draw."""
    browser.submit(button=FIX, **fields)
    return browser.submit(button=MIX, value="6 1 3")
