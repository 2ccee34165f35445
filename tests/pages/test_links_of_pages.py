"""Links are built with fewer steps than Flask takes, and come to the same."""

from uuid import UUID

import pytest
from flask import Flask, url_for
from werkzeug.routing import BuildError

from portal.web.requests import Application

VALUES = {"UUIDConverter": UUID(int=7), "IntegerConverter": 7, "PathConverter": "a/b ü", "Words": "P 1/ü&?"}


@pytest.mark.parametrize("root", ["", "/under/here"])
@pytest.mark.parametrize("query", ["", "?lang=en", "?q=1", "?q=1&lang=nl", "?lang=none", "?lang=pl"])
def test_each_route_is_linked_as_by_flask(built_app: Application, root: str, query: str) -> None:
    with built_app.test_request_context(f"/{query}", environ_overrides={"SCRIPT_NAME": root}):
        for rule in built_app.url_map.iter_rules():
            values = {name: VALUES.get(type(it).__name__, "x") for name, it in rule._converters.items()}
            unsaid = {"_method": None, "_scheme": None, "_external": None}  # as flask.url_for passes them
            more: tuple[dict[str, object], ...] = ({}, {"more": "a b"}, {"more": None}, {"_anchor": "a b%/ü"}, unsaid)
            for given in (values | each for each in more):
                ours, flasks = (_built(by, rule.endpoint, given) for by in (built_app, super(Application, built_app)))
                assert ours == flasks


def test_a_link_from_code_takes_the_short_way_too(built_app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    with built_app.test_request_context("/"):
        monkeypatch.setattr(Flask, "url_for", None)
        assert url_for("registry.entry", public_id="nl-1") == "/register/nl-1"
        assert url_for("inspector.jump", audit_id=UUID(int=7)).endswith("7/jump")
    with built_app.test_request_context("/register?q=1&lang=en"):
        assert url_for("registry.entry", public_id="nl-1", _anchor="x") == "/register/nl-1?lang=en#x"


def test_a_link_to_no_route_is_refused(built_app: Application) -> None:
    with built_app.test_request_context("/"):
        for endpoint, values in (("nowhere", {}), ("registry.entry", {}), ("agency.question", {"application_id": 1})):
            with pytest.raises(BuildError):
                built_app.url_for(endpoint, **values)


def _built(by: Flask, endpoint: str, values: dict[str, object]) -> str:
    try:
        return by.url_for(endpoint, **values)
    except (BuildError, ValueError) as refused:
        return type(refused).__name__
