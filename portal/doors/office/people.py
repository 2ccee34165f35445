"""Pages on which administrators manage staff."""

from flask_babel import lazy_gettext as _l

from audits.core.access import Permission, Role
from portal.doors.people import Door, blueprint

bp = blueprint(
    Door(
        "office.people",
        _l("Staff"),
        Permission.PERSON_MANAGE,
        (
            Role.PLANNER,
            Role.INSPECTOR,
            Role.REVIEWER,
            Role.DECIDER,
            Role.SCHEME_MANAGER,
            Role.ADMINISTRATOR,
        ),
    )
)
