"""All configuration, read once from the environment and validated as a whole."""

import hashlib
import hmac
import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self, cast
from urllib.parse import SplitResult, urlsplit

from flask import current_app

from audits.core.letters import unprintable
from certificates.ledger.notes import Algorithm, NoteError, Vkey
from certificates.seal.keyring.addresses import RingAddress, parse_key
from portal.help_numbers import HelpNumber, help_problems

ROOT = Path(__file__).parents[1]
VAR = ROOT / "var"
SECRET_MIN, PASSPHRASE_MIN = 32, 12
_KNOWN_TO_ALL = "demo"
LETTERS_MIN = 6  # different ones in a secret; chance gives more
REQUIRED = ("database_url", "redis_url", "secret_key")
SEAL_SECRETS = ("SEAL_PASSPHRASE", "SEAL_PIN", "SEAL_TOKEN")
MIB = 1024 * 1024
TRADE_REGISTER_HOSTS = frozenset({"api.kvk.nl"})
"""Where the key of the trade register may go, whatever the environment says."""
# In memory: a full disk would end every process that writes to it by mapping.
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  # the folder in it is private, and refused if somebody else made it
METRICS = (
    _SHARED_MEMORY / f"keurwerk-{os.geteuid()}-{hashlib.sha256(os.fsencode(ROOT)).hexdigest()[:12]}"
    if _SHARED_MEMORY.is_dir()
    else VAR / "run" / "metrics"
)


class SettingsError(RuntimeError):
    """The environment is invalid; the message lists everything that is wrong, one line each."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of an installation, named as in the environment but in lower case.

    `database_url`, `redis_url` and `secret_key` have no default: `make serve` fills them with embedded servers, a
    production environment sets its own.
    """

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    storage_url: str = (VAR / "files").as_uri()
    storage_endpoint: str = ""
    base_url: str = "http://127.0.0.1:8000"
    mail_url: str = field(default=(VAR / "mail").as_uri(), repr=False)
    mail_from: str = "Keurwerk <noreply@keurwerk.example>"
    mail_reply_to: str = ""
    mail_tls: bool = True
    bounces: Path | None = None
    security_txt: Path | None = None
    max_upload_bytes: int = 10 * MIB
    max_evidence_bytes: int = 50 * MIB
    clamd_url: str = ""
    trade_register_url: str = "https://api.kvk.nl/api"
    trade_register_key: str = field(default="", repr=False)
    trade_register_roots: Path | None = None
    proxies: int = 0
    log_format: str = "json"
    security_log_days: int = 180
    lists_kept_days: int = 730
    second_reading_percent: int = 5
    technical_managers: str = ""
    vault_key: str = field(default="", repr=False)
    metrics_token: str = field(default="", repr=False)
    metrics_dir: Path = METRICS
    extract_days: int = 365
    seal_dir: Path = VAR / "seal"
    seal_passphrase: str = field(default="demo", repr=False)
    seal_algorithm: str = "P-256"
    seal_level: str = "t"
    seal_key: str = "file:"
    seal_pin: str = field(default="", repr=False)
    seal_token: str = field(default="", repr=False)
    seal_chain: Path | None = None
    signer_url: str = ""
    tsa_urls: tuple[str, ...] = ()
    tsa_roots: Path | None = None
    fonts_dir: Path = VAR / "assets" / "fonts"
    cache_dir: Path = VAR / "cache"
    clock_file: Path | None = None
    compiled_press: bool = True
    body_name: str = "Stichting Keurwerk"
    body_address: str = "Waagplein 1, 3511 AB Utrecht"
    contact_email: str = "info@keurwerk.example"
    contact_phone: str = ""
    application_price: str = ""
    application_weeks: int = 0
    help_numbers: tuple[HelpNumber, ...] = ()
    help_checked: date | None = None
    exit_url: str = "https://www.knmi.nl/"
    ledger_witnesses: tuple[str, ...] = ()
    ledger_witnessed: tuple[str, ...] = ()
    testing: bool = False

    @property
    def bank_key(self) -> bytes:
        """Return the key with which bank accounts are hashed to compare them."""
        return hmac.digest(self.secret_key.encode(), b"bank accounts in links", "sha256")

    @property
    def managers(self) -> frozenset[str]:
        """Return the mail addresses of those who read figures per person; without any nobody does."""
        return frozenset(each.strip().casefold() for each in self.technical_managers.split(",") if each.strip())

    @property
    def public_url(self) -> str:
        """Return the address of the register, without a slash at the end: the base of all permanent addresses."""
        return self.base_url.rstrip("/")

    @property
    def is_local(self) -> bool:
        """Return whether this portal is for people at this machine alone."""
        return is_loopback(_split(self.base_url).hostname or "")

    @property
    def body(self) -> dict[str, str]:
        """Return the name and address of the certification body for documents."""
        return {"name": self.body_name, "address": self.body_address}

    @classmethod
    def from_env(cls, env: Mapping[str, str], *, needs: Collection[str] = REQUIRED) -> Self:
        """Read and validate; SettingsError with every problem at once."""
        problems = [f"{name.upper()} is missing" for name in needs if not env.get(name.upper())]
        names = [each.name for each in fields(cls)]
        values: dict[str, Any] = {name: env[name.upper()] for name in names if env.get(name.upper())}
        for name, (least, most) in _NUMBERS.items():
            if name in values and not _WHOLE.fullmatch(values[name]):
                problems.append(f"{name.upper()} is not a whole number")
            elif name in values:
                values[name] = int(values[name])
                if not least <= values[name] <= most:
                    problems.append(f"{name.upper()} must be from {least} to {most}")
        values |= {name: Path(values[name]) for name in _PATHS if name in values}
        values |= {name: tuple(values[name].split()) for name in ("tsa_urls", *_VKEYS) if name in values}
        values.pop("testing", None)
        problems += [line for line in _problems(values) if line]
        problems += help_problems(values)
        values |= {name: values[name] == "on" for name in _SWITCHES if name in values}
        if problems:
            raise SettingsError("\n".join(problems))
        if "signer_url" in values:
            values["seal_passphrase"] = ""
        return cls(**dict.fromkeys(REQUIRED, "") | values)


def settings_or_exit(env: Mapping[str, str], *, needs: Collection[str] = REQUIRED) -> Settings:
    """Read the settings of a process; end it with what is wrong instead of a traceback."""
    try:
        return Settings.from_env(env, needs=needs)
    except SettingsError as error:
        raise SystemExit(f"Keurwerk does not start. Its settings are wrong:\n{error}") from error


def current_settings() -> Settings:
    """Return the settings of the running application."""
    settings: Settings = current_app.extensions["settings"]
    return settings


_PATHS = (
    "seal_dir",
    "metrics_dir",
    "fonts_dir",
    "cache_dir",
    "seal_chain",
    "tsa_roots",
    "clock_file",
    "trade_register_roots",
)
_WHOLE = re.compile("[0-9]{1,18}")
_FORMS = {
    "contact_phone": (re.compile(r"(\+?[0-9][0-9 -]{4,20})?"), "digits, blanks, hyphens and a +"),
    "trade_register_key": (re.compile("[!-~]{0,200}"), "letters, digits and signs of ASCII"),  # it goes into a header
}
_NUMBERS = {
    "max_upload_bytes": (64 * 1024, 1024 * MIB),
    "max_evidence_bytes": (64 * 1024, 1024 * MIB),
    "proxies": (0, 10),
    "security_log_days": (30, 3650),
    "lists_kept_days": (180, 3650),
    "second_reading_percent": (0, 100),
    "extract_days": (1, 36500),
    "application_weeks": (1, 520),
}
_SWITCHES = ("compiled_press", "mail_tls")
_CHOICES = {
    "seal_algorithm": ("P-256", "RSA-3072"),
    "seal_level": ("t", "b", "lt"),
    "log_format": ("json", "text"),
    **dict.fromkeys(_SWITCHES, ("on", "off")),
}
_VKEYS = {"ledger_witnesses": Algorithm.COSIGNATURE, "ledger_witnessed": Algorithm.ED25519}
_SCHEMES = {
    "database_url": {"postgresql", "postgresql+psycopg"},
    "redis_url": {"redis", "rediss", "unix"},
    "storage_url": {"file", "s3"},
    "storage_endpoint": {"http", "https"},
    "mail_url": {"file", "smtp", "smtps"},
    "signer_url": {"unix"},
    "clamd_url": {"unix", "tcp"},
    "base_url": {"http", "https"},
    "exit_url": {"https"},
    "trade_register_url": {"https"},
}


def _problems(values: Mapping[str, object]) -> list[str]:
    given = {name: str(value) for name, value in values.items()}
    wrong = [
        f"{name.upper()} has {text}, which is no verifier key of type {algorithm.value}"
        for name, algorithm in _VKEYS.items()
        for text in cast(tuple[str, ...], values.get(name, ()))
        if not _is_vkey(text, algorithm)
    ]
    wrong += _address_problems(given)
    wrong += [
        f"{name.upper()} holds characters that we cannot print: {letters}"
        for name in ("body_name", "body_address")
        if (letters := unprintable(given.get(name, "")))
    ]
    if secret := given.get("secret_key"):
        wrong += _secret_problems("SECRET_KEY", secret, SECRET_MIN)
    for name in ("metrics_token", "vault_key"):
        if secret := given.get(name):
            wrong += _secret_problems(name.upper(), secret, SECRET_MIN)
    wrong += _register_problems(given)
    wrong += [
        f"{name.upper()} may hold {what} only"
        for name, (form, what) in _FORMS.items()
        if not form.fullmatch(given.get(name, ""))
    ]
    if given.get("vault_key") and given["vault_key"] == given.get("secret_key"):
        wrong.append("VAULT_KEY must be another one than SECRET_KEY")
    wrong += [
        f"{name.upper()} must be {' or '.join(known)}"
        for name, known in _CHOICES.items()
        if given.get(name, known[0]) not in known
    ]
    base = _split(given.get("base_url", ""))
    if base.scheme == "http" and not is_loopback(base.hostname or ""):
        wrong.append("BASE_URL must be https, except on this machine itself")
    if "clock_file" in given and "base_url" in given and not is_loopback(base.hostname or ""):
        wrong.append("CLOCK_FILE moves the clock, which is for the demo on this machine alone")
    if base.scheme == "https" and "signer_url" not in given:
        wrong += _passphrase_problems(given.get("seal_passphrase", "demo"))
    return wrong + _mail_problems(given) + _seal_problems(values, given)


def _register_problems(given: Mapping[str, str]) -> list[str]:
    """Return why the trade register cannot be asked: another host than we know."""
    if (url := given.get("trade_register_url")) and _split(url).hostname not in TRADE_REGISTER_HOSTS:
        return [f"TRADE_REGISTER_URL must be at {' or '.join(sorted(TRADE_REGISTER_HOSTS))}"]
    return []


def _passphrase_problems(passphrase: str) -> list[str]:
    if passphrase == _KNOWN_TO_ALL:
        return ["SEAL_PASSPHRASE must be set; the one of the demo is known to everybody"]
    return _secret_problems("SEAL_PASSPHRASE", passphrase, PASSPHRASE_MIN)


def _secret_problems(name: str, secret: str, least: int) -> list[str]:
    """Return why a secret is too short, or made of a few characters that repeat, as a placeholder is."""
    if len(secret) < least:
        return [f"{name} must have at least {least} characters"]
    repeats = (secret + secret).find(secret, 1) < len(secret)
    if repeats or len(set(secret)) < LETTERS_MIN:
        return [f"{name} repeats a few characters; make one by chance, for example with: openssl rand -hex 32"]
    return []


def _address_problems(given: Mapping[str, str]) -> list[str]:
    """Return addresses of another kind than we use, or that lead nowhere."""
    asked = ((name, _address_problem(given[name], known)) for name, known in _SCHEMES.items() if name in given)
    return [f"{name.upper()} {problem}" for name, problem in asked if problem]


def _address_problem(url: str, known: Collection[str]) -> str:
    """Return what is wrong with one address, as the rest of a sentence, or an empty string."""
    parts = _split(url)
    scheme, host, path = parts.scheme, parts.hostname, parts.path.strip("/")
    if not scheme and "://" in url:
        return "is no address that can be read"
    if scheme not in known:
        return f"must begin with one of {', '.join(sorted(known))}"
    if scheme in {"http", "https"}:
        ends = not _is_plain_address(url) or parts.query or parts.fragment
        return "must have a host, and no password, no ? and no #" if ends else ""
    if scheme in {"file", "unix"}:
        return "" if path and host in {None, "localhost"} else f"must name a place, as in {scheme}:///srv/keurwerk"
    if scheme.startswith("postgresql"):
        return "" if path else "must name a database, as in postgresql://host/keurwerk"
    return "" if host else f"must name a {'bucket' if scheme == 's3' else 'host'}, as in {scheme}://name"


def _split(url: str) -> SplitResult:
    """Split an address; one that cannot be split has no scheme."""
    try:
        parts = urlsplit(url)
        return parts if parts.port != 0 else SplitResult("", "", "", "", "")
    except ValueError:
        return SplitResult("", "", "", "", "")


def _mail_problems(given: Mapping[str, str]) -> list[str]:
    """Return what is wrong with senders, and whether a password would travel in the clear."""
    wrong = [
        f"{name.upper()} has no e-mail address"
        for name in ("mail_from", "mail_reply_to", "contact_email")
        if name in given and "@" not in parseaddr(given[name])[1]
    ]
    parts = _split(given.get("mail_url", ""))
    if parts.scheme == "smtp" and given.get("mail_tls") == "off" and parts.password:
        wrong.append("MAIL_URL has a password, which MAIL_TLS=off would send in the clear")
    return wrong


def _seal_problems(values: Mapping[str, Any], given: Mapping[str, str]) -> list[str]:
    """Return contradictions in the settings of seal and time-stamps."""
    urls = values.get("tsa_urls", ())
    wrong = [
        f"{name} is for the signer alone: take it out of the environment of a process with SIGNER_URL"
        for name in SEAL_SECRETS
        if "signer_url" in given and name.lower() in given
    ]
    try:
        own_key = isinstance(parse_key(given.get("seal_key", "file:")), RingAddress)
    except ValueError as error:
        return [f"SEAL_KEY {error}"]
    if not own_key and "seal_chain" not in given:
        wrong.append("SEAL_CHAIN must name the certificates of SEAL_KEY, its own first and the root last")
    if not all(map(_is_plain_address, urls)):
        wrong.append("TSA_URLS must be http or https addresses without a password, with blanks between them")
    if urls and "tsa_roots" not in given:
        wrong.append("TSA_ROOTS must name the root certificates of TSA_URLS")
    if given.get("seal_level") == "lt" and (urls or not own_key):
        wrong.append("SEAL_LEVEL lt is for the authority of the keyring: others do not let us speak for them")
    return wrong


def _is_plain_address(url: str) -> bool:
    """Return whether it has a valid host and port, and no secret: addresses are printed and logged."""
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
        )
    except ValueError:
        return False


def _is_vkey(text: str, algorithm: Algorithm) -> bool:
    try:
        return Vkey.parse(text).algorithm is algorithm
    except NoteError:
        return False


def is_loopback(host: str) -> bool:
    """Return whether a host, by name or number, is this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
