"""What an agency submitted, as one canonical text with a digest, and as the facts of its receipt."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from audits.agencies.wording import holder_facts
from audits.applications.models import Answer, Application, Evidence, Submission
from audits.applications.queries import answers_of, evidence_of, language_of, self_assessment_of
from audits.core.canonical import canonical
from audits.core.clock import AMSTERDAM
from audits.core.languages import in_language
from audits.core.letters import numbered
from audits.questions.kinds import Question
from audits.questions.values import words
from audits.schemes.queries import scheme_of_version
from audits.schemes.text import Requirement, SchemeText

FORM = "keurwerk-submission-1"


def content_of(
    application: Application,
    scheme: SchemeText,
    answers: Mapping[str, Answer],
    files: Mapping[str, Sequence[Evidence]],
    agreement: str | None,
) -> str:
    """Return what is submitted as canonical JSON (RFC 8785).

    It holds what was said and nothing of how it came about: the same answers give the same text in any order of work.
    `scheme` is the self-assessment of this application; answers that it does not ask for are marked as not sent.
    """
    agency, asked = application.agency, {item.code for item in scheme.requirements}
    whole = scheme_of_version(application.scheme_version)
    plain = {
        "form": FORM,
        "application": application.reference,
        "agency": {"country": agency.country, "number": agency.register_number, "name": agency.legal_name},
        "scheme": {"id": whole.id, "version": whole.version, "sha256": whole.sha256},
        "scope": application.scope,
        "answers": [
            _answer(scheme.requirement(item.code), scheme, answers[item.code], files.get(item.code, ()))
            for item in whole.requirements
            if item.code in asked and item.code in answers
        ],
        "notAsked": sorted(code for code in answers if code not in asked),
        "declaredBy": application.declared_name,
        "agreement": agreement,
    }
    return canonical(plain).decode()


def content_now(session: Session, application: Application, agreement: str | None = None) -> str:
    """Return what would be submitted now. The caller must have access to the application."""
    return content_of(
        application,
        self_assessment_of(session, application),
        answers_of(session, application.id),
        evidence_of(session, application.id),
        agreement,
    )


def digest_of(content: str) -> str:
    """Return the SHA-256 (hex) of a content as it was sealed."""
    return hashlib.sha256(content.encode()).hexdigest()


def receipt_facts(session: Session, submission: Submission, *, body: Mapping[str, str]) -> dict[str, Any]:
    """Return the facts of the receipt, in the language of who declared it, in the shape that the press wants."""
    application = submission.application
    scheme, language = scheme_of_version(application.scheme_version), language_of(session, application)
    said = {each["code"]: each for each in json.loads(submission.content)["answers"]}
    chapters = [
        {
            "title": chapter.title.in_(language),
            "answers": [_printed(said[item.code], language) for item in scheme.in_chapter(code) if item.code in said],
        }
        for code, chapter in scheme.chapters.items()
    ]
    return {
        "language": language,
        "reference": f"{application.reference}-{submission.number}",
        "agency": holder_facts(application.agency, language),
        "norm": {"name": scheme.title.in_(language), "version": scheme.version, "sha256": scheme.sha256},
        "submitted_at": submission.submitted_at.astimezone(AMSTERDAM).isoformat(timespec="seconds"),
        "declared_by": submission.declared_name,
        "sha256": submission.sha256,
        "chapters": [chapter for chapter in chapters if chapter["answers"]],
        "body": dict(body),
    }


def _answer(item: Requirement, scheme: SchemeText, answer: Answer, files: Sequence[Evidence]) -> dict[str, Any]:
    return {
        "code": item.code,
        "question": dict(item.question),
        "answer": answer.value,
        "words": dict(scheme.verdicts[answer.value].name) if answer.value else {},
        "explanation": answer.explanation,
        "details": [_detail(each, answer.details[each.code]) for each in item.details if each.code in answer.details],
        "notAsked": sorted(set(answer.details) - {each.code for each in item.details}),
        "files": sorted(
            ({"name": file.filename, "sha256": file.sha256, "size": file.size} for file in files),
            key=lambda file: (str(file["sha256"]), str(file["name"])),
        ),
    }


def _detail(question: Question, value: Any) -> dict[str, Any]:
    """Return the value of a typed question, and how people read it in each language."""
    return {
        "code": question.code,
        "label": dict(question.label),
        "value": value,
        "words": {language: words(question, value, language) for language in question.label},
    }


def _printed(said: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Return an answer for print; letters that we cannot print are given by their numbers."""
    return {
        "code": said["code"],
        "question": said["question"].get(language) or next(iter(said["question"].values())),
        "answer": said["words"].get(language) or next(iter(said["words"].values()), "–"),
        "explanation": numbered(said["explanation"]),
        "details": [
            {
                "label": numbered(in_language(each["label"], language)),
                "words": numbered(in_language(each["words"], language)),
            }
            for each in said["details"]
        ],
        "files": [{"name": numbered(file["name"]), "sha256": file["sha256"]} for file in said["files"]],
    }
