"""Write mail from a template in the reader's language, and send it to a folder or a mail server."""

import re
import smtplib
import ssl
from collections.abc import Mapping
from datetime import date, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID, uuid4

from flask import current_app
from flask_babel import force_locale
from sqlalchemy.orm import Session

from audits.core import clock, outbox
from audits.people.models import Person
from portal.doors.account import new_address
from portal.doors.account.notices import AddressAsked, AddressLeft
from portal.doors.account.services import mint_token
from portal.settings import Settings, current_settings
from portal.stores.messages import Delivery, held_for, note_message
from portal.stores.places import PRIVATE_FOLDER, sync_folder, write_through
from portal.work import links

_SECONDS = 20
_MOST_NAMED = 50  # subjects in the message of the day
_FOR_GOOD = 500  # answers of a mail server from here on
_STATUS = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b")


class UnsentError(Exception):
    """The mail server did not take a message. Neither the log nor the page of failed jobs learns whose it was."""


def send(settings: Settings, message: EmailMessage) -> None:
    """Hand a message over: `file:///folder` writes an .eml file, `smtp://[user:password@]host:port` speaks to a
    server that must know STARTTLS unless MAIL_TLS is off, `smtps://` is encrypted from the start. OSError or
    SMTPException when that fails.
    """
    if urlsplit(settings.mail_url).scheme == "file":
        _write(Path(unquote(urlsplit(settings.mail_url).path)), message)
    else:
        _transmit(settings.mail_url, message, clear=not settings.mail_tls)


def render(template: str, language: str, /, **values: object) -> tuple[str, str]:
    """Return subject and text of templates/mail/<template>.txt, whose first line is `Subject: …`."""
    settings = current_settings()
    named = {"body_name": settings.body_name, "body_address": settings.body_address}
    values = {**named, "reply_to": settings.mail_reply_to, **values}
    with force_locale(language):
        subject, _, text = _fill(template, values).partition("\n")
        text = _fill("_layout", {**values, "text": text.strip()})
    return " ".join(subject.removeprefix("Subject:").split()), f"{text}\n"


_DAYS = {"day", "first_day", "last_day"}
DAILY = "daily"
"""The message of the day, to people who chose it."""


def send_daily(session: Session, until: datetime) -> int:
    """Queue the message of the day to everybody for whom messages were held before a moment; return to how many.

    It names the subjects of what was held, and leads to the notices.
    """
    held = held_for(session, until)
    for person_id, notices in held.items():
        subjects = [each.subject for each in notices[:_MOST_NAMED]]
        more = len(notices) - len(subjects)
        outbox.enqueue(session, "mail", person_id=str(person_id), template=DAILY, subjects=subjects, more=more)
        for each in notices:
            each.state = Delivery.SENT
    return len(held)


def deliver(session: Session, payload: Mapping[str, Any]) -> None:
    """Send a message: {template, person_id, subject_id, …}. Somebody who left gets none.

    The templates see the payload's own values (days as dates), and `name`, `link`, `body_name`, `body_address`. Links
    with a secret get it here, at the last moment.
    """
    person = session.get(Person, UUID(payload["person_id"]))
    if person is None or person.retired_at:
        return
    settings = current_settings()
    template = payload["template"]
    address = (
        new_address.destination(session, template, UUID(payload["subject_id"])) if _moves(template) else person.email
    )
    if address is None:
        return
    link = settings.public_url + _path(session, person.id, payload)
    values: dict[str, object] = {"name": person.name, "link": link}
    values |= {name: date.fromisoformat(payload[name]) for name in _DAYS & set(payload)}
    text = render(template, person.language, **{**payload, **values})
    number = payload.get("item_id") or str(uuid4())
    path = "" if links.purpose_of(template) else link.removeprefix(settings.public_url)
    if person.daily_mail and path and template != DAILY:
        state, code = Delivery.HELD, ""
    else:
        state, code = _sent(settings, _message(settings, address, person.language, text, number, page=True))
    note_message(session, UUID(number), person_id=person.id, subject=text[0], path=path, state=state, code=code)


def _sent(settings: Settings, message: EmailMessage) -> tuple[Delivery, str]:
    """Send a message; return what became of it. An address that is refused for good is not tried again."""
    try:
        send(settings, message)
    except smtplib.SMTPRecipientsRefused as refusal:
        [(number, said)] = refusal.recipients.values()
        if number < _FOR_GOOD:
            raise
        found = _STATUS.search(said.decode(errors="replace"))
        return Delivery.REFUSED, found[0] if found else str(number)
    return Delivery.SENT, ""


def send_to(address: str, language: str, text: tuple[str, str], *, number: str, stop_url: str) -> None:
    """Send a message to an address that is nobody's account; mail programs end such messages through `stop_url`.

    UnsentError, which does not name the address, when that fails.
    """
    settings = current_settings()
    message = _message(settings, address, language, text, number)
    message["List-Unsubscribe"] = f"<{stop_url}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    try:
        send(settings, message)
    except (OSError, smtplib.SMTPException) as error:
        raise UnsentError(type(error).__name__) from None


def send_test(address: str, language: str) -> None:
    """Send a message that says that mail arrives, now. OSError or SMTPException when that fails."""
    settings = current_settings()
    text = render("_test", language, name="", link=settings.public_url)
    send(settings, _message(settings, address, language, text, str(uuid4()), page=True))


def _moves(template: str) -> bool:
    """Return whether a message is about a change of address: it goes to one of the two, and its link is about it."""
    return template in {AddressAsked.kind, AddressLeft.kind}


def _path(session: Session, person_id: UUID, payload: Mapping[str, Any]) -> str:
    if "path" in payload:  # queued by the previous release, which named the page itself
        return str(payload["path"])
    purpose = links.purpose_of(payload["template"])
    about = UUID(payload["subject_id"]) if _moves(payload["template"]) else None
    token = mint_token(session, person_id, purpose, about) if purpose else None
    return links.path_of(payload["template"], payload.get("subject_id"), token)


def _fill(template: str, values: Mapping[str, object]) -> str:
    # Straight from the environment, because context processors need a request.
    return current_app.jinja_env.get_template(f"mail/{template}.txt").render(values).strip()


def _message(
    settings: Settings, address: str, language: str, text: tuple[str, str], number: str, *, page: bool = False
) -> EmailMessage:
    """Return a message with subject and text, and with `page` the same as a page. Its language is said in its head."""
    subject, plain = text
    # EmailMessage rejects line breaks in headers; the subject's own were removed.
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = address
    if settings.mail_reply_to:
        message["Reply-To"] = settings.mail_reply_to
    message["Subject"] = subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{number}@{urlsplit(settings.base_url).hostname}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(plain)
    if page:
        message.add_alternative(_as_html(settings, language, subject, plain), subtype="html")
    message["Content-Language"] = language  # setting the content takes away what is said about it before
    return message


def _as_html(settings: Settings, language: str, subject: str, text: str) -> str:
    """Return the same text as a page: its paragraphs, and the link as a link."""
    paragraphs = [part.splitlines() for part in text.split("\n\n") if part.strip()]
    values = {"language": language, "subject": subject, "paragraphs": paragraphs, "base": settings.public_url}
    return str(current_app.jinja_env.get_template("mail/_layout.html").render(values))


def _write(folder: Path, message: EmailMessage) -> None:
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    folder.chmod(PRIVATE_FOLDER)  # messages hold links with secrets
    number = message["Message-ID"].strip("<>").partition("@")[0]
    unfinished = folder / f".{number}"
    unfinished.unlink(missing_ok=True)
    write_through(unfinished, bytes(message))
    unfinished.replace(folder / f"{number}.eml")  # a repeated delivery overwrites the first file
    sync_folder(folder)


def _transmit(url: str, message: EmailMessage, *, clear: bool) -> None:
    parts = urlsplit(url)
    host, trust = parts.hostname or "localhost", ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=_SECONDS, context=trust)
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=_SECONDS)
    with server:
        if parts.scheme == "smtp" and not clear:
            server.starttls(context=trust)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)
