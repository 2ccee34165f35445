"""The cache of public pages shows nothing that has changed, nothing of one visitor to another, and stays small."""

from datetime import date

import pytest

from portal.web import page_cache
from portal.web.page_cache import PageCache, Position

PUBLIC = [("Cache-Control", "public, max-age=0, s-maxage=30"), ("ETag", '"one"'), ("Vary", "Accept-Language")]


class House:
    """An application that counts how often it is asked, in a world whose clock and position tests move."""

    def __init__(self, headers=PUBLIC, status="200 OK", body=b"page"):
        self.headers, self.status, self.body = headers, status, body
        self.position, self.day, self.now, self.asked, self.looked = (1,), date(2026, 11, 30), 0.0, 0, 0
        self.next, self.running = 100, []  # transactions
        self.during = lambda: None
        self.cache = PageCache(self.app, self.look, lambda: self.day, most_bytes=100_000, clock=lambda: self.now)

    def look(self):
        self.looked += 1
        if self.position is None:
            return None
        return Position(self.position, min(self.running or [self.next]), self.next)

    def app(self, environ, start_response):
        self.asked += 1
        self.during()
        start_response(self.status, [*self.headers, ("X-Request-Id", str(self.asked)), ("Content-Length", "4")])
        return [self.body]

    def get(self, path="/register/nl-1", query="", **headers):
        told = {}
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, **headers}
        body = b"".join(self.cache(environ, lambda status, sent, *_: told.update(status=status, headers=dict(sent))))
        return told["status"], told["headers"], body


def test_a_page_is_made_once_and_shown_to_all():
    house = House()
    first, again = house.get(), house.get()
    assert house.asked == 1
    assert again[0] == "200 OK"
    assert again[2] == first[2] == b"page"
    assert "X-Request-Id" not in again[1]  # it was of the first request


def test_who_has_the_page_gets_only_the_word_that_it_is_still_good():
    house = House()
    house.get()
    status, headers, body = house.get(HTTP_IF_NONE_MATCH='"one"')
    assert (status, body, headers["ETag"]) == ("304 NOT MODIFIED", b"", '"one"')
    assert "Content-Length" not in headers
    assert house.get(HTTP_IF_NONE_MATCH='"other"')[0] == "200 OK"


@pytest.mark.parametrize("change", [{"position": (2,)}, {"day": date(2026, 12, 1)}])
def test_after_a_change_and_on_another_day_nothing_old_is_shown(change):
    house = House()
    house.get()
    vars(house).update(change, now=page_cache.ASK_SECONDS)
    house.get()
    assert house.asked == 2


def test_the_position_is_asked_a_few_times_a_second_whatever_comes():
    house = House()
    for _ in range(100):
        house.get()
    assert (house.asked, house.looked) == (1, 1)


def test_a_page_that_was_made_while_the_register_moved_is_not_kept():
    house = House()
    house.get("/register/nl-2")

    def move():
        house.position, house.now = (2,), house.now + 1
        house.during = lambda: None
        house.get("/register/nl-2")  # another visitor lets the cache see it

    house.during = move
    house.get()
    house.get()
    assert house.asked == 4  # nl-2 twice, and nl-1 twice


def test_a_page_is_shown_no_longer_than_its_header_says():
    house = House()
    house.get()
    house.now = page_cache.SHARED_SECONDS + 1
    house.get()
    assert house.asked == 2


def rest(house, seconds=page_cache.SHARED_SECONDS + 1):
    """Let time pass, and a visitor let the cache look."""
    house.now += seconds
    house.get("/register/nl-other")


def test_a_page_made_after_all_transactions_of_before_have_ended_holds_until_the_position_moves():
    house = House()
    house.get()
    rest(house)
    rest(house)
    made = house.asked
    house.get()  # the one kept before may be older than one of those transactions
    rest(house, 10_000)
    house.get()
    assert house.asked == made + 1
    house.position = (2,)
    rest(house, 1)
    house.get()
    assert house.asked == made + 3


def test_while_a_transaction_of_before_runs_no_page_is_shown_longer_than_its_header_says():
    house = House()
    house.running = [99]
    house.get()
    for _ in range(5):
        rest(house)
        made = house.asked
        house.get()
        assert house.asked == made + 1
    house.running = []
    rest(house)
    house.get()
    rest(house, 10_000)
    made = house.asked
    house.get()
    assert house.asked == made


def test_a_server_gets_what_is_kept_without_waiting():
    house = House()
    key = ("/register/nl-1", "", "nl")
    assert house.cache.at_hand(key, None) is None
    first = house.get(HTTP_ACCEPT_LANGUAGE="nl")
    status, headers, body = house.cache.at_hand(key, None)
    assert (status, body) == (200, first[2])
    assert dict(headers) == {name: value for name, value in first[1].items() if name != "X-Request-Id"}
    assert house.cache.at_hand(key, '"one"')[::2] == (304, b"")
    looked, house.now = house.looked, page_cache.ASK_SECONDS
    assert house.cache.at_hand(key, None) is None  # the position is to be asked: that is for a thread
    assert house.looked == looked
    assert house.cache.at_hand(("/office", "", "nl"), None) is None


def test_the_position_is_known_for_a_moment_after_it_was_asked():
    house = House()
    assert house.cache.known() is None
    house.get()
    assert house.cache.known() == (house.position, house.day)
    house.now = page_cache.ASK_SECONDS
    assert house.cache.known() is None


@pytest.mark.parametrize(
    "request_of",
    [
        {"HTTP_COOKIE": "keurwerk=x"}, {"HTTP_AUTHORIZATION": "Bearer x"}, {"HTTP_RANGE": "bytes=0-1"},
        {"REQUEST_METHOD": "POST"}, {"REQUEST_METHOD": "HEAD"}, {"path": "/login"}, {"path": "/office"},
        {"query": "q=" + "x" * 600}, {page_cache.FAULT: ValueError()},
    ],
)  # fmt: skip
def test_what_may_be_of_one_visitor_goes_to_the_application(request_of):
    house = House()
    house.get(**request_of)
    house.get(**request_of)
    assert house.asked == 2


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([("Cache-Control", "no-store")], "200 OK"), ([*PUBLIC, ("Set-Cookie", "a=b")], "200 OK"),
        ([*PUBLIC[:2], ("Vary", "Accept-Language, Accept")], "200 OK"), (PUBLIC, "404 NOT FOUND"),
        (PUBLIC, "302 FOUND"), (PUBLIC, "503 SERVICE UNAVAILABLE"),
    ],
)  # fmt: skip
def test_what_is_not_for_everybody_is_not_kept(headers, status):
    house = House(headers, status)
    house.get()
    house.get()
    assert house.asked == 2


def test_languages_and_queries_are_pages_of_their_own():
    house = House()
    for language in ("nl", "en"):
        for query in ("q=a", "q=b"):
            house.get(query=query, HTTP_ACCEPT_LANGUAGE=language)
    assert house.asked == 4


def test_it_stays_within_its_bytes_and_forgets_the_least_wanted():
    house = House(body=b"x" * 10_000)
    for number in range(50):
        house.get("/register/nl-0")
        house.get(f"/register/nl-{number}")
    assert house.cache._bytes <= 100_000
    assert len(house.cache._pages) < 10
    assert ("/register/nl-0", "", "") in house.cache._pages
    house.get(body := "/register/huge")
    house.body = b"x" * (page_cache.LARGEST_PAGE + 1)
    house.get("/register/huger")
    assert {path for path, *_ in house.cache._pages} & {body, "/register/huger"} == {body}


def test_while_nobody_knows_the_position_every_page_is_made():
    house = House()
    house.position = None
    house.get()
    house.get()
    assert house.asked == 2
