"""Files to upload, made here: ordinary ones, and ones that try something."""

import io
import struct
import zipfile
import zlib
from base64 import b64decode
from email.message import EmailMessage
from pathlib import Path

import compressed_rtf
import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image

from tests.kit.compound import LEAST, compound, text


def pdf(change=lambda document: None, **save):
    document = pikepdf.new()
    document.add_blank_page()
    change(document)
    out = io.BytesIO()
    document.save(out, **save)
    return out.getvalue()


def picture(kind, size=(40, 30), **save):
    out = io.BytesIO()
    Image.new("RGB", size, (10, 20, 30)).save(out, kind, **save)
    return out.getvalue()


def png_claiming(width, height):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


def jpeg_claiming(scans):
    """Return a JPEG header that announces so many scans, without data."""
    whole = picture("JPEG")
    start = whole.index(b"\xff\xda")
    return whole[:start] + whole[start : start + 14] * scans + b"\xff\xd9"


def moving(frames, kind="PNG"):
    pictures = [Image.new("RGB", (9, 9), (place * 99 % 256, 0, 0)) for place in range(frames)]
    out = io.BytesIO()
    pictures[0].save(out, kind, save_all=True, append_images=pictures[1:])
    return out.getvalue()


def heic():
    """Return a picture as telephones make them; it was made once, as no library that we have writes any."""
    return b64decode((Path(__file__).parents[1] / "kit" / "picture.heic.txt").read_text())


TEMPLATE = (
    '<Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"'
    ' Target="https://x.nl/a.dotm" TargetMode="External"/>'
)


def document(text="Hello", rels=""):
    parts = {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": f"<w:document><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:document>",
        "word/_rels/settings.xml.rels": f"<Relationships>{rels}</Relationships>",
    }
    return archive_of(parts)


def opened(kind="application/vnd.oasis.opendocument.text", more=()):
    parts = {"mimetype": kind, "content.xml": "<office:body><text:p>Hello</text:p></office:body>"}
    return archive_of(parts | dict(more))


def archive_of(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def mail(*files):
    message = EmailMessage()
    message["From"], message["Subject"] = "jan@example.nl", "The lists"
    message.set_content("Here they are.")
    for name, data in files:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def outlook(*files, body="Here they are.", mails=()):
    """A mail as Outlook saves it, with files and other mails attached."""
    parts = {f"__attach_version1.0_#{place:08}": each for place, each in enumerate([*map(_attached, files), *mails])}
    return compound(_outlook(body) | parts)


def outlook_in_rich_text(body):
    """A mail whose words stand in compressed RTF alone, as older programs save them."""
    packed = compressed_rtf.compress(rb"{\rtf1\ansi{\fonttbl{\f0 Arial;}}\f0 Beste,\par %s\par}" % body)
    head = {"__properties_version1.0": bytes(LEAST), "__substg1.0_0037001F": text("The lists")}
    return compound(head | {"__substg1.0_10090102": packed.ljust(LEAST, b"\0")})


def outlook_inside(body, *inside):
    """A mail that is attached to another one, with mails attached to itself."""
    parts = {f"__attach_version1.0_#{place:08}": each for place, each in enumerate(inside)}
    return {"__substg1.0_3701000D": _outlook(body) | parts}


def _outlook(body):
    head = {"__properties_version1.0": bytes(LEAST), "__substg1.0_0037001F": text("The lists")}
    return head | {"__substg1.0_1000001F": text(body)}


def _attached(file):
    name, data = file
    return {"__substg1.0_3707001F": text(name), "__substg1.0_37010102": data.ljust(LEAST, b"\n")}


def zipped(names=("a.txt",)):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def script(action="/JavaScript", **more):
    return Dictionary(S=Name(action), **more)


def set_root(**entries):
    def change(document):
        for key, value in entries.items():
            document.Root[f"/{key}"] = value(document) if callable(value) else value

    return change


def set_page(**entries):
    def change(document):
        for key, value in entries.items():
            document.pages[0].obj[f"/{key}"] = value

    return change


def attach(name, data=b"<a/>"):
    def change(document):
        document.attachments[name] = data

    return change


def click(action):
    """An action that a person starts."""
    return set_page(Annots=Array([Dictionary(A=action)]))


def outside(document):
    stream = Stream(document, b"")
    stream.F = String("https://x.nl/a")
    document.pages[0].obj["/Resources"] = Dictionary(XObject=Dictionary(X=stream))


def hidden_deep(document):
    inner = Dictionary(AA=Dictionary(O=script(JS=String("1"))))
    document.pages[0].obj["/Annots"] = Array([Dictionary(Kids=Array([Array([inner])]))])


def in_object_stream(document):
    document.Root["/OpenAction"] = document.make_indirect(script(JS=String("app.alert(1)")))


EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
PLAIN, PNG, JPEG = pdf(), picture("PNG"), picture("JPEG")
