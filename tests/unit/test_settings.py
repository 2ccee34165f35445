"""The environment is validated as a whole before anything starts."""

from datetime import date
from pathlib import Path

import pytest

from portal.settings import Settings, SettingsError

GOOD = {
    "DATABASE_URL": "postgresql://keurwerk:pass-phrase@db/keurwerk",
    "REDIS_URL": "redis://:pass-phrase@queue",
    "SECRET_KEY": "nine words that nobody says in this order twice",
}


def problems(**changes):
    with pytest.raises(SettingsError) as refused:
        Settings.from_env({key: value for key, value in (GOOD | changes).items() if value is not None})
    return str(refused.value).splitlines()


def test_three_values_are_enough():
    settings = Settings.from_env(GOOD)
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.max_upload_bytes == 10 * 1024 * 1024
    assert settings.testing is False


def test_everything_that_is_wrong_is_said_at_once():
    said = problems(DATABASE_URL=None, REDIS_URL=None, SECRET_KEY="short", MAX_UPLOAD_BYTES="many", PROXIES="-1")
    assert [line.split()[0] for line in said] == [
        *("DATABASE_URL", "REDIS_URL", "MAX_UPLOAD_BYTES", "PROXIES", "SECRET_KEY"),
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "sqlite:///portal.db"),
        ("DATABASE_URL", "mysql://db/keurwerk"),
        ("REDIS_URL", "http://queue"),
        ("STORAGE_URL", "/var/files"),
        ("STORAGE_URL", "ftp://files"),
        ("MAIL_URL", "mail.example"),
        ("BASE_URL", "ftp://keurwerk.example"),
    ],
)
def test_an_unknown_kind_of_address_is_refused(name, value):
    assert [line.split()[0] for line in problems(**{name: value})] == [name]


@pytest.mark.parametrize(
    "base", ["http://keurwerk.example", "http://192.168.1.4:8000", "http://127.0.0.1.evil.example"]
)
def test_plain_http_is_for_this_machine_only(base):
    assert problems(BASE_URL=base) == ["BASE_URL must be https, except on this machine itself"]


@pytest.mark.parametrize("base", ["http://localhost:8000", "http://127.0.0.1:1", "http://[::1]:8000"])
def test_this_machine_may_be_reached_without_https(base):
    assert Settings.from_env(GOOD | {"BASE_URL": base}).base_url == base


def test_who_certifies_has_a_name_that_can_be_printed():
    assert problems(BODY_NAME="Stichting 漢字") == ["BODY_NAME holds characters that we cannot print: 漢 字"]
    assert Settings.from_env(GOOD | {"BODY_NAME": "Ίδρυμα", "BODY_ADDRESS": "Plein 1\nUtrecht"}).body_name == "Ίδρυμα"


def test_a_telephone_number_is_one():
    assert problems(CONTACT_PHONE="ring us") == ["CONTACT_PHONE may hold digits, blanks, hyphens and a + only"]
    assert Settings.from_env(GOOD | {"CONTACT_PHONE": "+31 30 123 45 67"}).contact_phone == "+31 30 123 45 67"


def test_a_public_portal_has_its_own_passphrase_for_the_seal():
    assert problems(BASE_URL="https://keurwerk.example") == [
        "SEAL_PASSPHRASE must be set; the one of the demo is known to everybody"
    ]
    assert Settings.from_env(GOOD | {"BASE_URL": "https://keurwerk.example", "SEAL_PASSPHRASE": "four words of mine"})


def test_the_clock_is_moved_on_this_machine_alone():
    public = {"BASE_URL": "https://keurwerk.example", "SEAL_PASSPHRASE": "four words of mine"}
    assert problems(CLOCK_FILE="/tmp/clock", **public) == [  # noqa: S108 - nothing is written
        "CLOCK_FILE moves the clock, which is for the demo on this machine alone"
    ]
    assert Settings.from_env(GOOD).clock_file is None


@pytest.mark.parametrize("name", ["SEAL_PASSPHRASE", "SEAL_PIN", "SEAL_TOKEN"])
def test_who_asks_a_signer_has_none_of_its_secrets(name):
    asks = GOOD | {"SIGNER_URL": "unix:///run/keurwerk/signer.sock", "BASE_URL": "https://keurwerk.example"}
    asks.pop("SEAL_PASSPHRASE", None)
    assert Settings.from_env(asks).seal_passphrase == ""
    with pytest.raises(SettingsError, match=f"^{name} is for the signer alone"):
        Settings.from_env(asks | {name: "p" * 20})


def test_a_signer_needs_no_database():
    assert Settings.from_env({"SEAL_PASSPHRASE": "p" * 20}, needs=()).seal_passphrase == "p" * 20


def test_the_compiled_press_can_be_turned_off():
    assert Settings.from_env(GOOD).compiled_press
    assert Settings.from_env(GOOD | {"COMPILED_PRESS": "on"}).compiled_press
    assert not Settings.from_env(GOOD | {"COMPILED_PRESS": "off"}).compiled_press


def test_no_environment_switches_the_tests_on():
    assert Settings.from_env(GOOD | {"TESTING": "1"}).testing is False


def test_no_secret_is_printed():
    assert "pass-phrase" not in repr(Settings.from_env(GOOD))
    assert "nobody says" not in repr(Settings.from_env(GOOD))


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"SEAL_ALGORITHM": "Ed25519"}, "SEAL_ALGORITHM must be P-256 or RSA-3072"),
        ({"COMPILED_PRESS": "no"}, "COMPILED_PRESS must be on or off"),
        ({"SEAL_LEVEL": "lta"}, "SEAL_LEVEL must be t or b or lt"),
        ({"SEAL_KEY": "vault:x"}, "SEAL_KEY must be file:, pkcs11:… or csc+https://…"),
        (
            {"SEAL_KEY": "csc+https://seal.example/csc/v2?credential=1"},
            "SEAL_CHAIN must name the certificates of SEAL_KEY, its own first and the root last",
        ),
        ({"TSA_URLS": "https://tsa.example"}, "TSA_ROOTS must name the root certificates of TSA_URLS"),
        *(
            (
                {"TSA_URLS": f"https://tsa.example {url}", "TSA_ROOTS": "/x"},
                "TSA_URLS must be http or https addresses without a password, with blanks between them",
            )
            for url in (
                "ftp://x.example",
                "https://me:word@x.example",
                "https://:word@x.example",
                "https://x.example:99999",
                "https://[x",
            )
        ),
        (
            {"TSA_URLS": "https://tsa.example", "TSA_ROOTS": "/x", "SEAL_LEVEL": "lt"},
            "SEAL_LEVEL lt is for the authority of the keyring: others do not let us speak for them",
        ),
    ],
)
def test_settings_of_the_seal_that_do_not_go_together_are_told(given, problem):
    assert problems(**given) == [problem]


def test_a_key_elsewhere_and_several_authorities_can_be_set():
    found = Settings.from_env(
        GOOD
        | {
            "SEAL_KEY": "pkcs11:token=keurwerk;object=seal?module-path=/usr/lib/module.so",
            "SEAL_PIN": "4711-pin",
            "SEAL_CHAIN": "/etc/keurwerk/chain.pem",
            "TSA_URLS": "https://one.example/tsa http://two.example/tsa",
            "TSA_ROOTS": "/etc/keurwerk/tsa.pem",
        }
    )
    assert found.tsa_urls == ("https://one.example/tsa", "http://two.example/tsa")
    assert found.seal_chain == Path("/etc/keurwerk/chain.pem")
    assert "4711-pin" not in repr(found)


# Settings that cannot be meant

REPEATS = "repeats a few characters; make one by chance, for example with: openssl rand -hex 32"
TOGETHER = "the day on which somebody tried them, belong together"
HELP = (
    "must be kind:number or kind:number:languages, with a kind of helpline, inspectorate, legal, shelter, as in"
    " helpline:0800-0000000:pl,ro"
)
UNREADABLE_NUMBERS = ["0800-0000000", "friend:0800-0000000", "legal:call us", "legal:0800:xx", "legal:0800:pl:ro"]
PUBLIC = {"BASE_URL": "https://keurwerk.example", "SEAL_PASSPHRASE": "four words of mine"}


@pytest.mark.parametrize("secret", ["s" * 40, "ab" * 20, "abcdefgh" * 5, "abcde" + "e" * 40])
def test_a_secret_that_is_no_secret_is_refused(secret):
    assert problems(SECRET_KEY=secret) == [f"SECRET_KEY {REPEATS}"]
    assert problems(**PUBLIC | {"SEAL_PASSPHRASE": secret}) == [f"SEAL_PASSPHRASE {REPEATS}"]


def test_a_short_passphrase_is_refused_where_the_public_comes():
    assert problems(**PUBLIC | {"SEAL_PASSPHRASE": "short"}) == ["SEAL_PASSPHRASE must have at least 12 characters"]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"MAX_UPLOAD_BYTES": "0"}, "MAX_UPLOAD_BYTES must be from 65536 to 1073741824"),
        ({"MAX_UPLOAD_BYTES": "9" * 5000}, "MAX_UPLOAD_BYTES is not a whole number"),
        ({"PROXIES": "99"}, "PROXIES must be from 0 to 10"),
        ({"SECURITY_LOG_DAYS": "1"}, "SECURITY_LOG_DAYS must be from 30 to 3650"),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT must be json or text"),
        ({"MAIL_TLS": "no"}, "MAIL_TLS must be on or off"),
        (PUBLIC | {"BASE_URL": "https://"}, "BASE_URL must have a host, and no password, no ? and no #"),
        (
            PUBLIC | {"BASE_URL": "https://me:word@x.example"},
            "BASE_URL must have a host, and no password, no ? and no #",
        ),
        (PUBLIC | {"BASE_URL": "https://x.example/?a=1"}, "BASE_URL must have a host, and no password, no ? and no #"),
        ({"BASE_URL": "https://[x"}, "BASE_URL is no address that can be read"),
        ({"BASE_URL": "https://x.example:99999"}, "BASE_URL is no address that can be read"),
        ({"STORAGE_URL": "file://"}, "STORAGE_URL must name a place, as in file:///srv/keurwerk"),
        ({"STORAGE_URL": "file:///"}, "STORAGE_URL must name a place, as in file:///srv/keurwerk"),
        ({"STORAGE_URL": "file://var/files"}, "STORAGE_URL must name a place, as in file:///srv/keurwerk"),
        ({"STORAGE_URL": "s3://"}, "STORAGE_URL must name a bucket, as in s3://name"),
        ({"MAIL_URL": "file://"}, "MAIL_URL must name a place, as in file:///srv/keurwerk"),
        ({"MAIL_URL": "smtp://"}, "MAIL_URL must name a host, as in smtp://name"),
        ({"MAIL_FROM": "Keurwerk"}, "MAIL_FROM has no e-mail address"),
        ({"CONTACT_EMAIL": "ask us"}, "CONTACT_EMAIL has no e-mail address"),
        ({"HELP_NUMBERS": "legal:0800-0000000"}, f"HELP_NUMBERS and HELP_CHECKED, {TOGETHER}"),
        ({"HELP_CHECKED": "2026-11-01"}, f"HELP_NUMBERS and HELP_CHECKED, {TOGETHER}"),
        (
            {"HELP_NUMBERS": "legal:0800-0000000", "HELP_CHECKED": "1-11-2026"},
            "HELP_CHECKED must be a day, as in 2027-11-15",
        ),
        *(
            ({"HELP_NUMBERS": text, "HELP_CHECKED": "2026-11-01"}, f"HELP_NUMBERS {HELP}")
            for text in UNREADABLE_NUMBERS
        ),
        ({"EXIT_URL": "http://weather.example"}, "EXIT_URL must begin with one of https"),
        ({"DATABASE_URL": "postgresql://db"}, "DATABASE_URL must name a database, as in postgresql://host/keurwerk"),
        ({"REDIS_URL": "redis://"}, "REDIS_URL must name a host, as in redis://name"),
    ],
)
def test_a_setting_that_cannot_be_meant_stops_the_start_with_a_sentence(given, problem):
    assert problems(**given) == [problem]


def test_settings_that_are_meant_are_taken():
    helping = Settings.from_env(
        GOOD | {"HELP_NUMBERS": "helpline:0800-0000000:pl,ro legal:+31200000000", "HELP_CHECKED": "2026-11-01"}
    )
    assert [(each.kind, each.digits, each.languages) for each in helping.help_numbers] == [
        ("helpline", "08000000000", ("pl", "ro")),
        ("legal", "+31200000000", ()),
    ]
    assert helping.help_checked == date(2026, 11, 1)
    given = PUBLIC | {"STORAGE_URL": "s3://bucket/prefix", "MAIL_URL": "smtps://me:word@mail.example:465"}
    assert Settings.from_env(GOOD | given)
    assert Settings.from_env(GOOD | {"REDIS_URL": "unix:///run/valkey.sock?db=0", "MAIL_URL": "smtp://localhost"})


def test_mail_goes_under_tls_unless_somebody_says_no():
    assert Settings.from_env(GOOD).mail_tls
    assert not Settings.from_env(GOOD | {"MAIL_TLS": "off", "MAIL_URL": "smtp://localhost"}).mail_tls
    assert problems(MAIL_TLS="off", MAIL_URL="smtp://me:word@mail.example") == [
        "MAIL_URL has a password, which MAIL_TLS=off would send in the clear"
    ]
