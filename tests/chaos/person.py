"""Somebody with a browser, who tries again when a page does not come."""

import time
from collections import Counter
from collections.abc import Callable
from http.client import HTTPException
from http.cookiejar import CookieJar
from io import BytesIO
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPCookieProcessor, Request, build_opener

from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from tests.kit.browser import PASSWORD, _typed
from tests.kit.pages import read_page
from tests.kit.waiting import PATIENCE

AWAY = (502, 503, 504)


class AwayError(Exception):
    """The portal did not answer, or said that it cannot now."""


class Person:
    """One person, with a session that lasts."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))
        self._email = ""  # of who is signed in
        self.refused: Counter[str] = Counter()

    def sign_in(self, email: str) -> "Person":
        """Through the form, as everybody. From then on anew whenever the portal asks for it."""
        self._email = ""

        def enter() -> bool:
            self.send("/login", email=email, password=PASSWORD)
            return "Sign in" not in self.page("/account")[1]

        until(enter)
        self._email = email
        return self

    def page(self, path: str) -> tuple[int, str]:
        """The status of a page, and the page; AwayError if there is none."""
        status, data = self._ask(Request(self._base + path, headers={"Accept-Language": "en"}))
        return status, data.decode()

    def download(self, path: str) -> bytes:
        """What is downloaded."""
        return self._ask(Request(self._base + path))[1]

    def send(self, path: str, file: tuple[str, bytes] | None = None, **values: str) -> tuple[int, str]:
        """Open a page, fill in the first form of its main part and send it."""
        status, page = self.page(path)
        form = read_page(page).select_one("main form[method=post]")
        if form is None:
            return status, page
        fields: MultiDict[str, Any] = MultiDict(_typed(form, values))
        if file:
            fields.add("files", FileStorage(BytesIO(file[1]), filename=file[0], content_type="image/png"))
        boundary, body = encode_multipart(fields)
        headers = {"Content-Type": f'multipart/form-data; boundary="{boundary}"', "Accept-Language": "en"}
        status, data = self._ask(Request(self._base + path, body, headers | {"Referer": self._base + path}))
        return status, data.decode()

    def _ask(self, request: Request) -> tuple[int, bytes]:
        try:
            with self._opener.open(request, timeout=PATIENCE) as answer:
                status, data, url = answer.status, answer.read(), answer.url
        except HTTPError as error:
            with error:
                if error.code in AWAY:
                    raise self._away(str(error.code)) from error
                if not (data := error.read()):
                    raise self._away(f"{error.code} without a page") from error
                return error.code, data
        except (OSError, HTTPException) as error:
            raise self._away(type(error).__name__) from error
        if self._email and urlsplit(url).path == "/login":
            self.sign_in(self._email)
            raise self._away("signed out")
        return status, data

    def _away(self, why: str) -> AwayError:
        self.refused[why] += 1
        return AwayError(why)


def until(act: Callable[[], bool]) -> None:
    """Do something again until it is done."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            if act():
                return
            why = "not done"
        except AwayError as error:
            why = str(error)
        assert time.monotonic() < end, why
        time.sleep(0.1)
