"""Rules about the assembled application: access, addresses, promises, words."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import request

from audits.applications.workflow import APPLICATION_FLOW
from audits.core.access import Permission
from audits.inspections.workflow import AUDIT_FLOW
from certificates.lifecycle.workflow import CERTIFICATE_FLOW
from portal.app import create_app
from portal.language import labels
from portal.web import errors
from portal.web.access import PUBLIC, SIGNED_IN, access_of
from portal.work.handlers import HANDLERS

ROOT = Path(__file__).parents[2]
ACCESS = Path(__file__).with_name("access.txt")
PACKAGES = ("audits", "certificates", "portal")


def python():
    """The source of all our packages."""
    return "".join(path.read_text() for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def routes(app):
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, sorted(rule.methods))):
        methods = ",".join(sorted(rule.methods - {"HEAD", "OPTIONS"}))
        yield f"{methods:5} {rule.rule}  {rule.endpoint}  {access_of(app, rule.endpoint)}"


def test_every_route_declares_who_may_come_and_the_list_is_reviewed(app):
    # A changed line here is a decision about access or about a public address: make it on purpose, then renew the file.
    assert "\n".join(routes(app)) + "\n" == ACCESS.read_text()


@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.9")])
def test_the_address_of_a_visitor_is_only_what_our_own_proxies_say(settings, proxies, seen):
    app, found = create_app(replace(settings, proxies=proxies), doors=("registry",)), []
    app.before_request(lambda: found.append(request.remote_addr))
    app.test_client().get("/healthz", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})
    assert found == [seen]


def test_every_rule_is_a_permission_or_a_known_word(app):
    known = {permission.value for permission in Permission} | {PUBLIC, SIGNED_IN}
    assert {access_of(app, endpoint) for endpoint in app.view_functions} <= known


def test_every_permission_opens_something_or_guards_a_service(app):
    opened = {access_of(app, endpoint) for endpoint in app.view_functions}
    source = python()
    unused = [
        p for p in Permission if p.value not in opened and len(re.findall(rf"\bPermission\.{p.name}\b", source)) == 0
    ]
    assert unused == []


def test_every_outbox_kind_has_a_handler_and_every_handler_a_kind():
    enqueued = set(re.findall(r"outbox\.enqueue\(\s*session,\s*\"([a-z_.]+)\"", python()))
    assert enqueued == set(HANDLERS)


def test_every_mail_that_is_promised_has_a_template_and_none_is_left_over():
    source = python()
    used = set(re.findall(r"template=\"([a-z_]+)\"", source))
    there = {path.stem for path in (ROOT / "templates" / "mail").glob("[a-z]*.txt")}
    assert used <= there
    assert [name for name in there if f'"{name}"' not in source] == []


def test_every_state_and_role_has_a_word():
    enums = {type(member) for member, _ in labels.LABELS}
    named = {(type(member), member) for member, _ in labels.LABELS}
    assert all((enum, member) in named for enum in enums for member in enum)


def test_every_domain_error_has_a_status():
    def family(error):
        return [error, *(child for each in error.__subclasses__() for child in family(each))]

    for error in family(errors.DomainError)[1:]:
        assert any(issubclass(error, known) for known in errors.STATUS), error


def test_every_move_of_a_case_has_words():
    flows = {"application": APPLICATION_FLOW, "audit": AUDIT_FLOW, "certificate": CERTIFICATE_FLOW}
    moves = {f"{subject}.{name}" for subject, flow in flows.items() for name in flow.moves}
    assert moves - set(labels.EVENTS) == set()


def test_all_templates_compile(app):
    for template in app.jinja_env.list_templates(filter_func=lambda found: found.endswith((".html", ".txt"))):
        if not template.startswith(("govuk_", "press/")):
            app.jinja_env.get_template(template)
