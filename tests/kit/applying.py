"""The verbs with which an agency fills in an application and submits it."""

from audits.applications import queries, services
from audits.core.files import StoredFile

FILE = StoredFile("a" * 64, 9, "application/pdf", "a.pdf")


def answer(session, actor, application, code="GOV-01", **values):
    return services.save_answer(session, actor, application.id, code, **({"value": "conform"} | values))


def submit(session, actor, application, name="Noor de Wit"):
    agreement = queries.agreement_of(application)
    seen = agreement.sha256 if agreement else None
    return services.submit_application(session, actor, application.id, declared_name=name, agreement=seen)
