"""`bin/keurwerk mail`: send one message now, to see whether mail arrives."""

from smtplib import SMTPException, SMTPResponseException

import click
from flask import Flask

from audits.core.errors import RuleError
from audits.core.languages import DEFAULT, LANGUAGES
from audits.core.typed import clean_email
from portal.language.i18n import sentence
from portal.settings import current_settings
from portal.work.mail import send_test


@click.group("mail")
def mail() -> None:
    """Work with mail."""


@mail.command("test")
@click.argument("address")
@click.option("--language", type=click.Choice(list(LANGUAGES)), default=DEFAULT)
@click.pass_obj
def test(app: Flask, address: str, language: str) -> None:
    """Send a message to ADDRESS now, past the queue, and say what the mail server answered."""
    with app.app_context():
        try:
            send_test(clean_email(address), language)
        except RuleError as wrong:
            raise click.ClickException(sentence(wrong)) from wrong
        except SMTPResponseException as answer:
            said = (
                answer.smtp_error.decode(errors="replace")
                if isinstance(answer.smtp_error, bytes)
                else answer.smtp_error
            )
            raise click.ClickException(f"The mail server refused it: {answer.smtp_code} {said}") from answer
        except (SMTPException, OSError) as error:
            raise click.ClickException(f"It could not be sent: {error}") from error
        settings = current_settings()
        replies = settings.mail_reply_to or "nobody: MAIL_REPLY_TO is empty"
    click.echo(f"The mail server took it. From {settings.mail_from}; replies go to {replies}.")
