"""`bin/keurwerk shell`: a Python prompt inside the application."""

import code
from typing import Any

import click
import sqlalchemy
from flask import Flask

from audits.core.db import Base
from portal.stores import database


@click.command("shell")
@click.pass_obj
def shell(app: Flask) -> None:
    """Open Python with the application, a session and all tables. Changes are lost unless you commit them."""
    with app.app_context():
        names: dict[str, Any] = {mapper.class_.__name__: mapper.class_ for mapper in Base.registry.mappers}
        names |= {"app": app, "session": database.read(), "select": sqlalchemy.select}
        code.interact(banner=f"Keurwerk: {', '.join(sorted(names))}", local=names, exitmsg="")
