"""Services that change an audit and its findings; the caller commits."""

from audits.inspections.services.attaching import PLACE_LIMIT, Taken, attach_file, withdraw_file
from audits.inspections.services.confirming import confirm_scope, housing_locations
from audits.inspections.services.corrective_action import (
    accept_corrective_action,
    add_corrective_action_file,
    keep_draft,
    remove_corrective_action_file,
    return_corrective_action,
    submit_corrective_action,
)
from audits.inspections.services.counting import count_unit
from audits.inspections.services.days import (
    DayPlan,
    change_day,
    drop_day,
    explain_time,
    find_day,
    plan_day,
    record_hours,
)
from audits.inspections.services.drafting import answer_comments, comment_draft, send_draft, write_conduct
from audits.inspections.services.drawing import About, declared_by, draw_list, fix_list, give_value
from audits.inspections.services.enrolling import Device, devices_of, enrol_device, revoke_device
from audits.inspections.services.fieldwork import (
    ReasonMissingError,
    TypedCell,
    VerdictsChangedError,
    record_cell,
    record_sheets,
)
from audits.inspections.services.in_bulk import record_in_bulk
from audits.inspections.services.listing import ask_list, offer_list
from audits.inspections.services.more_units import choose_unit, replace_unit
from audits.inspections.services.noting import keep_private_note
from audits.inspections.services.pictures import receive_picture
from audits.inspections.services.planning import plan_audit, plan_audit_of_holder
from audits.inspections.services.readings import read_again
from audits.inspections.services.receiving import Received, Sent, receive_entries
from audits.inspections.services.remarking import withdraw_remark, write_remark
from audits.inspections.services.replanning import replan_audit
from audits.inspections.services.reporting import open_urgent_task, report_audit
from audits.inspections.services.settling import settle_conflict
from audits.inspections.services.showing import (
    CAPTION_LIMIT,
    MOST_PRINTED,
    check_showable,
    leave_out_picture,
    show_picture,
)
from audits.inspections.services.transitions import (
    cancel_audit,
    conclude_audit,
    reopen_audit,
    reveal_audit,
    review_audit,
    send_back_audit,
    start_audit,
)
from audits.inspections.services.weighing import judge_requirement

__all__ = [
    "CAPTION_LIMIT",
    "MOST_PRINTED",
    "PLACE_LIMIT",
    "About",
    "DayPlan",
    "Device",
    "ReasonMissingError",
    "Received",
    "Sent",
    "Taken",
    "TypedCell",
    "VerdictsChangedError",
    "accept_corrective_action",
    "add_corrective_action_file",
    "answer_comments",
    "ask_list",
    "attach_file",
    "cancel_audit",
    "change_day",
    "check_showable",
    "choose_unit",
    "comment_draft",
    "conclude_audit",
    "confirm_scope",
    "count_unit",
    "declared_by",
    "devices_of",
    "draw_list",
    "drop_day",
    "enrol_device",
    "explain_time",
    "find_day",
    "fix_list",
    "give_value",
    "housing_locations",
    "judge_requirement",
    "keep_draft",
    "keep_private_note",
    "leave_out_picture",
    "offer_list",
    "open_urgent_task",
    "plan_audit",
    "plan_audit_of_holder",
    "plan_day",
    "read_again",
    "receive_entries",
    "receive_picture",
    "record_cell",
    "record_hours",
    "record_in_bulk",
    "record_sheets",
    "remove_corrective_action_file",
    "reopen_audit",
    "replace_unit",
    "replan_audit",
    "report_audit",
    "return_corrective_action",
    "reveal_audit",
    "review_audit",
    "revoke_device",
    "send_back_audit",
    "send_draft",
    "settle_conflict",
    "show_picture",
    "start_audit",
    "submit_corrective_action",
    "withdraw_file",
    "withdraw_remark",
    "write_conduct",
    "write_remark",
]
