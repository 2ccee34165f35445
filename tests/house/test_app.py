"""Rules about the assembled application: access, addresses, outbox kinds, texts."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from flask import request

from audits.applications.workflow import APPLICATION_FLOW
from audits.changes.workflow import CHANGE_FLOW
from audits.conditions.workflow import CONDITION_FLOW
from audits.core import notices
from audits.core.access import Permission
from audits.core.events import KINDS, Moved
from audits.disputes.workflow import APPEAL_FLOW
from audits.inspections.workflow import AUDIT_FLOW, FINDING_FLOW
from audits.links.workflow import LINK_FLOW
from certificates.lifecycle.workflow import CERTIFICATE_FLOW
from portal.app import DOORS, create_app
from portal.language import labels
from portal.web import errors
from portal.web.access import PUBLIC, SIGNED_IN, access_of
from portal.work import links
from portal.work.handlers import HANDLERS

ROOT = Path(__file__).parents[2]
ACCESS = Path(__file__).with_name("access.txt")
PACKAGES = ("audits", "certificates", "portal")


def python():
    """Return the source of all our packages."""
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


def test_every_notice_has_a_template_and_a_page_and_none_is_left_over():
    there = {path.stem for path in (ROOT / "templates" / "mail").glob("[a-z]*.txt")}
    assert set(notices.KINDS) == there == {notice.kind for notice in links.PAGES}


def test_every_state_and_role_has_a_word():
    enums = {type(member) for member, _ in labels.LABELS}
    named = {(type(member), member) for member, _ in labels.LABELS}
    assert all((enum, member) in named for enum in enums for member in enum)


def test_every_domain_error_has_a_status():
    def family(error):
        return [error, *(child for each in error.__subclasses__() for child in family(each))]

    for error in family(errors.DomainError)[1:]:
        assert any(issubclass(error, known) for known in errors.STATUS), error


def test_every_move_of_a_case_has_an_event_and_every_event_of_a_move_is_one():
    assert moves() == {name for name, kind in KINDS.items() if issubclass(kind, Moved)}


def moves():
    flows = {
        "application": APPLICATION_FLOW,
        "audit": AUDIT_FLOW,
        "certificate": CERTIFICATE_FLOW,
        "change": CHANGE_FLOW,
        "condition": CONDITION_FLOW,
        "appeal": APPEAL_FLOW,
        "finding": FINDING_FLOW,
        "link_report": LINK_FLOW,
    }
    return {f"{subject}.{name}" for subject, flow in flows.items() for name in flow.moves}


@pytest.mark.long
def test_all_templates_compile(app):
    for template in app.jinja_env.list_templates(filter_func=lambda found: found.endswith((".html", ".txt"))):
        if not template.startswith(("govuk_", "press/")):
            app.jinja_env.get_template(template)


@pytest.mark.long
def test_a_web_process_loads_late_what_few_pages_need():
    doors = ", ".join(f"portal.doors.{door}.routes" for door in DOORS)
    code = f"import sys, portal.app, portal.work.schedule, portal.commands.cli, {doors}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    printing = {"pyhanko", "pyhanko_certvalidator", "weasyprint", "pikepdf", "PIL", "xlsxwriter"}
    others = {"cel_expr_python", "jsonschema", "obstore", "pkcs11", "rapidfuzz"}
    assert not (printing | others) & set(done.stdout.split())


@pytest.mark.long
def test_the_register_alone_loads_no_queue():
    code = "import sys, portal.app, portal.doors.registry.routes, portal.web.kept_pages; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not {"redis", "rq"} & set(done.stdout.split())
