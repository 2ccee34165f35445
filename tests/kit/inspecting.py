"""Where the pages of an audit are, what it samples, and what a page asks of the database."""

from sqlalchemy import event

FILES = [f"F-{number:03d}" for number in range(1, 6)]
UNIT = "units/personnel_file/1"  # the page of the first of them


def path(audit, *parts):
    return "/".join((f"/inspector/audits/{audit.id}", *parts))


FIX, MIX = "Fix the list", "Mix it in and draw"


def fix_and_draw(browser, **fields):
    """Fix the list that was looked at, and type what the agency says for the draw."""
    browser.submit(button=FIX, **fields)
    return browser.submit(button=MIX, value="6 1 3")


def statements(engine, browser, address):
    return statements_of(engine, lambda: browser.open(address))


def statements_of(engine, act):
    """Return the statements that something sends, without those that open, check and close transactions."""
    seen = []
    event.listen(engine, "before_cursor_execute", note := lambda *call: seen.append(call[2]))
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return [text for text in seen if not text.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "SET CONSTRAINTS"))]
