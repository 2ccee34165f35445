"""What tests of the agency's pages share."""

from io import BytesIO

import pikepdf
from sqlalchemy import select

from audits.core.access import Role
from audits.core.outbox import OutboxItem

EVERYTHING = [Role.AGENCY_OWNER, Role.AGENCY_SIGNATORY]


def mails(session):
    items = session.scalars(select(OutboxItem).where(OutboxItem.kind.in_(["mail", "mail.agency"])))
    return [item.payload["template"] for item in items]


def questions(application):
    return f"/agency/applications/{application.id}/questions"


def pdf_file():
    out = BytesIO()
    document = pikepdf.new()
    document.add_blank_page()
    document.save(out)
    return out.getvalue()
