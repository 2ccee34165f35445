"""Making room for a seal in a PDF that was printed without one. The file is written anew, in one revision."""

from io import BytesIO

import pikepdf

from certificates.seal.room import FIELD, READ_ALOUD, Room, SealError, signature_dictionary

# Written by the library in another way than by us, and as long: the first is replaced by the second.
_NUMBERS = (9_999_999_999, 9_999_999_999, 99_999_999)
_WRITTEN = b"/ByteRange [ 0 %d %d %d ] /Contents <" % _NUMBERS
_EMPTY = b"/ByteRange [0 @@@@@@@@@@ @@@@@@@@@@ @@@@@@@@@@] /Contents <"


def make_room(pdf: bytes, room: Room) -> bytes:
    """The same document with this room. SealError if it is no PDF or has a form already."""
    try:
        with pikepdf.open(BytesIO(pdf)) as opened:
            if "/AcroForm" in opened.Root:
                raise SealError("the file has a form, or a seal, already")
            _add(opened, room)
            target = BytesIO()
            opened.save(target, object_stream_mode=pikepdf.ObjectStreamMode.disable, deterministic_id=True)
    except pikepdf.PdfError as error:
        raise SealError(str(error)) from error
    return target.getvalue().replace(_WRITTEN, _EMPTY)


def _add(pdf: pikepdf.Pdf, room: Room) -> None:
    written = signature_dictionary(room).replace(_EMPTY, _WRITTEN)
    signature = pdf.make_indirect(pikepdf.Object.parse(written))
    page = pdf.pages[0]
    widget = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Widget,
            FT=pikepdf.Name.Sig,
            T=FIELD,
            TU=READ_ALOUD,
            Rect=[0, 0, 0, 0],
            F=132,
            P=page.obj,
            V=signature,
        )
    )
    if "/Annots" not in page:
        page.Annots = pikepdf.Array()
    page.Annots.append(widget)
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[widget], SigFlags=3)
    pdf.Root.Perms = pikepdf.Dictionary(DocMDP=signature)
    if room.certificates:
        lists = {"Certs": room.certificates, "OCSPs": room.ocsps, "CRLs": room.crls}
        pdf.Root.DSS = pikepdf.Dictionary(Type=pikepdf.Name.DSS)
        for name, group in lists.items():
            pdf.Root.DSS[f"/{name}"] = pikepdf.Array([pdf.make_stream(each) for each in group])
