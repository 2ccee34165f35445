"""The result of a check in words for hirers, who must decide about a worker."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from certificates.register.bulk import Outcome
from certificates.register.files import KEY_LOST, Why
from certificates.seal import SealLevel, SealReason
from portal.doors.registry.verification import FileStatus

R = SealReason

TITLES: dict[FileStatus, LazyString] = {
    FileStatus.VALID: _l("Genuine, and valid today"),
    FileStatus.LAPSED: _l("Genuine, but not valid today"),
    FileStatus.EXTRACT: _l("This is an extract from our register"),
    FileStatus.OTHER: _l("This is a document of ours"),
    FileStatus.UNKNOWN: _l("We cannot vouch for this file"),
    FileStatus.ALTERED: _l("This file was changed after we sealed it"),
    FileStatus.NOT_OURS: _l("This file is not ours"),
    FileStatus.UNREADABLE: _l("We cannot read this file"),
}

# What was changed in the file, or what it lacks, in one sentence each.
REASONS: dict[SealReason, LazyString] = {
    R.BAD_RANGE: _l("Somebody made the seal useless: it no longer says which part of the file it protects."),
    R.REWRITTEN: _l("A program saved the file anew, or somebody moved parts of it. The seal no longer fits."),
    R.PADDING_USED: _l("Something was written into the space of the seal itself, where nothing may stand."),
    R.NOT_CERTIFIED: _l("The file no longer says that our seal forbids changes. We do not make such files."),
    R.SEAL_COPIED: _l("The seal in this file was cut out of another file of ours."),
    R.BYTES_CHANGED: _l("The content is not what we sealed. A name, a date or a number may be different."),
    R.TRAILING_BYTES: _l("Something was put behind the end of the file."),
    R.SIGNED_AGAIN: _l("Somebody added a signature to our file. What is under it may not be what we sealed."),
    R.PAGES_REPLACED: _l("The page that you see is not the page that we sealed. Our page is hidden in the file."),
    R.CONTENT_REPLACED: _l("What stands on the page was replaced after we sealed it."),
    R.OVERLAID: _l("Something was laid over the page after we sealed it: a note, a stamp or a field."),
    R.ATTACHMENTS_CHANGED: _l("The data attached to the file were replaced after we sealed it."),
    R.METADATA_CHANGED: _l("The title or the author of the file was changed after we sealed it."),
    R.LATER_REVISION: _l("Something was added to the file after we sealed it."),
    R.SIGNATURE_CHANGED: _l(
        "What it says is what we sealed, but the signature in it is not the one that we put there."
    ),
    R.NOT_RECORDED: _l("It carries our seal, but our records do not have it."),
    R.BROKEN_SIGNATURE: _l("There is a seal in the file, but it is broken or made up."),
    R.COMPROMISED_KEY: _l("The seal was made with a key that we have declared unsafe. Ask for the new file."),
    R.KEY_NOT_VALID: _l("The seal was made at a time at which its key was not valid."),
    R.IMPOSTOR: _l("Somebody else sealed this file and uses our name. This is a forgery."),
    R.OTHER_SIGNER: _l("The file is signed, but not by us."),
    R.SEAL_REMOVED: _l("Our seal, or an imitation of it, was taken off this file."),
    R.SEAL_MISSING: _l("The file presents itself as a certificate of ours, but it has no seal."),
    R.NO_SIGNATURE: _l("The file has no seal. A print, a scan or a copy that was saved again carries none either."),
    R.NOT_A_PDF: _l("The file is not a PDF."),
    R.ENCRYPTED: _l("The file is protected with a password. Our files never are."),
    R.TOO_LARGE: _l("The file is too large. A certificate of ours is smaller than one megabyte."),
    R.TOO_COMPLEX: _l("The file is made so that opening it takes too much time. Our files never are."),
    R.DAMAGED: _l("The file is damaged, or only a part of it."),
}

ENDINGS: dict[Why, LazyString] = {
    Why.SUSPENDED: _l("The certificate is suspended."),
    Why.WITHDRAWN: _l("The certificate was withdrawn."),
    Why.ENDED: _l("The agency gave up the certificate."),
    Why.REPLACED: _l("The certificate was replaced by a newer one."),
    Why.EXPIRED: _l("The certificate has expired."),
    Why.RESEALED: _l("This file was replaced. The certificate itself counts: use the new file."),
}

NEXT_STEPS: dict[Why, LazyString] = {
    Why.SUSPENDED: _l("A suspension can end. Look in the register again before you do business with this agency."),
    Why.WITHDRAWN: _l("This certificate will not count again. Look in the register whether the agency has a new one."),
    Why.ENDED: _l("This certificate will not count again. Look in the register whether the agency has a new one."),
    Why.EXPIRED: _l("Ask the agency whether it has a newer certificate, and look in the register."),
    Why.REPLACED: _l("Ask the agency for the newer certificate, or look in the register."),
}

# Reasons are the words of grounds, or, from before these, a text of the decider. These are standard texts of our own.
SAID: dict[str, LazyString] = {
    KEY_LOST: _l(KEY_LOST),
    "The key of the old seal is no longer trusted.": _l("The key of the old seal is no longer trusted."),
}

FACTS: dict[str, LazyString] = {
    "number": _l("Certificate number"),
    "legal_name": _l("Agency"),
    "register_number": _l("Trade register number"),
    "valid_until": _l("Valid until"),
}

# Why a number of a list has not one agency.
NOT_FOUND: dict[Outcome, LazyString] = {
    Outcome.UNKNOWN: _l("Not in the register"),
    Outcome.SEVERAL: _l("Several agencies have this number"),
    Outcome.UNREADABLE: _l("Not a number"),
}

LEVELS: dict[SealLevel, LazyString] = {
    SealLevel.BASIC: _l("signature without a time-stamp"),
    SealLevel.TIME_STAMPED: _l("signature with a time-stamp"),
    SealLevel.LONG_TERM: _l("signature with a time-stamp and proof that the key was valid"),
    SealLevel.ARCHIVED: _l("signature with a time-stamp, renewed for keeping"),
}
