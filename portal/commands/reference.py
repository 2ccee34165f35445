"""Write the generated pages of docs/dev: `make docs`. A test compares them with the code."""

import inspect
import re
from collections.abc import Iterable, Iterator
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from audits.applications.workflow import APPLICATION_FLOW
from audits.changes.workflow import CHANGE_FLOW
from audits.conditions.workflow import CONDITION_FLOW
from audits.core.access import GRANTS, Permission
from audits.core.events import KINDS
from audits.core.flow import Flow
from audits.disputes.workflow import APPEAL_FLOW
from audits.inspections.workflow import AUDIT_FLOW, FINDING_FLOW
from certificates.lifecycle.workflow import CERTIFICATE_FLOW
from portal.app import DOORS
from portal.commands.cli import main as commands
from portal.settings import ROOT, Settings
from portal.stores.retention import KEPT
from portal.work.handlers import HANDLERS
from portal.work.schedule import PERIODIC_TASKS

DOCS = ROOT / "docs" / "dev"
FLOWS: dict[str, Flow[Any]] = {
    "Application": APPLICATION_FLOW,
    "Reported change": CHANGE_FLOW,
    "Audit": AUDIT_FLOW,
    "Finding": FINDING_FLOW,
    "Certificate": CERTIFICATE_FLOW,
    "Condition": CONDITION_FLOW,
    "Appeal": APPEAL_FLOW,
}
_OF_THE_MACHINE = {"seal_passphrase": "(secret)", "metrics_dir": "(a folder in memory)"}
_MADE = "<!-- Written by `make docs` from the code. Do not edit. -->\n\n"


def pages() -> dict[Path, str]:
    """Return path and text of the generated pages."""
    return {DOCS / "workflows.md": workflows(), DOCS / "reference.md": reference(), DOCS.parent / "kept.md": kept()}


def kept() -> str:
    """Return what is kept, how long and why, with its tables and the function that forgets it."""
    days = {"security": "`SECURITY_LOG_DAYS`", "lists": "`LISTS_KEPT_DAYS`"}
    head = ("What", "How long", "Why we may", "Tables", "Forgotten by")
    rows = ((each.what, each.term % days, each.ground, ", ".join(each.tables), _code(each.forgets)) for each in KEPT)
    introduction = (
        "# What we keep\n\nThe processing register of this software (GDPR article 30), made from"
        " `portal/stores/retention.py`; people read it at `/privacy/kept`.\nThe periodic task `data.forget` forgets,"
        " and leaves a row of count per kind and day in the table `forgotten`.\nWhat stays still verifies: digests are"
        " salted.\n\n"
    )
    return f"{_MADE}{introduction}{_table(head, rows)}"


def workflows() -> str:
    """Draw every `Flow` as a state diagram in Mermaid, with the permission for each move."""
    parts = [
        f"{_MADE}# State diagrams\n\nA service of the same name makes each move; `audits/core/flow.py` has the table.\n"
    ]
    parts += [f"\n## {name}\n\n```mermaid\n{diagram(flow)}\n```\n\n{_moves(flow)}" for name, flow in FLOWS.items()]
    return "".join(parts)


def diagram(flow: Flow[Any]) -> str:
    """Return one flow as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {flow.initial.value}"]
    lines += [
        f"    {source.value} --> {move.target.value}: {move.name}"
        for move in flow.moves.values()
        for source in sorted(move.sources)
    ]
    final = [state for state in flow.states if not flow.open_moves(state)]
    return "\n".join(lines + [f"    {state.value} --> [*]" for state in final])


def reference() -> str:
    """Return settings, commands, permissions, events, outbox kinds and periodic tasks, each in one table."""
    return "".join(
        [
            f"{_MADE}# Reference\n\nWhat the code declares. How to run it: [operations](../operations.md).\n",
            _section("Settings", ("Variable", "Default"), ((f"`{n}`", d) for n, d in settings())),
            _section("Commands of `bin/keurwerk`", ("Command", "What it does"), command_lines()),
            _section("Permissions", ("Permission", "Roles"), permissions()),
            _section("Outbox kinds", ("Kind", "What the handler does"), outbox_kinds()),
            _section("Periodic tasks", ("Task", "Every", "What it does"), periodic_tasks()),
            _section("Events", ("Event", "In words"), events()),
        ]
    )


def settings() -> Iterator[tuple[str, str]]:
    """Yield environment variable and default of every setting."""
    for each in fields(Settings):
        if each.name == "testing":
            continue
        shown = (
            "(required)"
            if each.default is inspect.Parameter.empty or _is_missing(each.default)
            else _plain(each.default)
        )
        yield each.name.upper(), _OF_THE_MACHINE.get(each.name, shown)


def command_lines(group: Any = commands, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield every command, including subcommands, with the first sentence of its help."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from command_lines(command, f"{prefix}{name} ")
        else:
            yield f"`{prefix}{name}`", _sentence(command.help or "")


def permissions() -> Iterator[tuple[str, str]]:
    """Yield every permission with the roles that grant it."""
    for permission in Permission:
        yield f"`{permission.value}`", ", ".join(role.value for role in GRANTS if permission in GRANTS[role])


def outbox_kinds() -> Iterator[tuple[str, str]]:
    """Yield every kind of outbox item with the first sentence of its handler."""
    for kind, handler in sorted(HANDLERS.items()):
        yield f"`{kind}`", _sentence(inspect.getdoc(handler) or "")


def periodic_tasks() -> Iterator[tuple[str, str, str]]:
    """Yield every periodic task, how often it runs, and what it does."""
    for task in PERIODIC_TASKS:
        yield f"`{task.name}`", f"{int(task.period.total_seconds())} s", _sentence(inspect.getdoc(task.work) or "")


def events() -> Iterator[tuple[str, str]]:
    """Yield every kind of event with its words for readers. Loads all doors, because importing registers events."""
    for door in DOORS:
        import_module(f"portal.doors.{door}.routes")
    for name, kind in sorted(KINDS.items()):
        if kind.__module__.partition(".")[0] in {"audits", "certificates", "portal"}:  # tests define kinds of their own
            yield f"`{name}`", kind.words


def _moves(flow: Flow[Any]) -> str:
    rows = (
        (f"`{move.name}`", ", ".join(sorted(move.sources)), move.target.value, f"`{move.permission.value}`")
        for move in flow.moves.values()
    )
    return _table(("Move", "From", "To", "Permission"), rows)


def _section(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return f"\n## {title}\n\n{_table(head, rows)}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |\n" for row in lines)


def _code(name: str) -> str:
    return f"`{name}`" if name else "-"


def _sentence(text: str) -> str:
    return re.split(r"(?<=[.])\s", " ".join(text.split()), maxsplit=1)[0]


def _is_missing(value: object) -> bool:
    return type(value).__name__ == "_MISSING_TYPE"


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "`on`" if value else "`off`"
    text = " ".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else str(value)
    return f"`{text.replace(str(ROOT), '.')}`" if text else "(empty)"


def main() -> None:
    """Write the pages that changed."""
    for path, text in pages().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            click.echo(f"written: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
