"""Pages on which an owner manages the people of an agency."""

from flask_babel import lazy_gettext as _l

from audits.core.access import Permission, Role
from portal.doors.people import Door, blueprint

bp = blueprint(
    Door(
        "agency.people",
        _l("People of your agency"),
        Permission.AGENCY_PEOPLE,
        (Role.AGENCY_OWNER, Role.AGENCY_EDITOR, Role.AGENCY_SIGNATORY),
    )
)
