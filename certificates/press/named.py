"""Parts that the content of several documents shares: who speaks, about whom, by which norm."""

from typing import TypedDict


class Body(TypedDict):
    """The certification body. `address` may have several lines."""

    name: str
    address: str


class Seat(TypedDict):
    """The address of the legal entity; `country` in words."""

    street: str
    postcode: str
    city: str
    country: str


class Holder(TypedDict):
    """The agency that a report or letter is about. `register_label` names the number: "KvK number"."""

    legal_name: str
    register_label: str
    register_number: str
    seat: Seat


class Norm(TypedDict):
    """The scheme version that was applied; `sha256` of its text."""

    name: str
    version: str
    sha256: str
