"""The people of an agency, managed by its owner."""

from flask_babel import lazy_gettext as _l

from audits.core.access import Permission, Role
from portal.doors.people import people_blueprint

bp = people_blueprint(
    "agency_people",
    _l("People of your agency"),
    "/agency/people",
    Permission.AGENCY_PEOPLE,
    (Role.AGENCY_OWNER, Role.AGENCY_EDITOR, Role.AGENCY_SIGNATORY),
)
