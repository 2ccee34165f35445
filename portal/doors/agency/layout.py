"""How a person wants to see the questions: those of a chapter together, or one at a time. The browser keeps it."""

from flask import Response, after_this_request, current_app, request, url_for

from portal.doors.agency.door import Case

COOKIE = "questions"
ONE, CHAPTER = "one", "chapter"
_YEAR = 365 * 24 * 3600


def note_choice() -> None:
    """Keep the choice that the address of this page names, if it does."""
    choice = request.args.get("layout")
    if choice not in {ONE, CHAPTER}:
        return

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(
            COOKIE,
            choice,
            max_age=_YEAR,
            secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
            httponly=True,
            samesite="Lax",
        )
        return response


def one_at_a_time() -> bool:
    """Return whether the person chose to see one question at a time."""
    return request.cookies.get(COOKIE) == ONE


def address(case: Case, chapter: str, code: str | None = None) -> str:
    """Return the page on which a chapter is answered, at a question of it if `code` names one."""
    application_id = case.application.id
    if one_at_a_time():
        first = code or case.scheme.in_chapter(chapter)[0].code
        return url_for("agency.question", application_id=application_id, code=first)
    return url_for("agency.chapter", application_id=application_id, chapter=chapter, _anchor=code)
