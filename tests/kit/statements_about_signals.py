"""Statements about signals from authorities that must not pass, whoever sends them."""

from tests.kit.statement_parts import NO_RIGHT, Attack

NOTE = (
    "INSERT INTO authority_signal (id, agency_id, source, reference, about, text, received_on, until, noted_by,"
    " noted_at, ended_by, ended_at, ended_because)"
    " VALUES (gen_random_uuid(), :{}, 'tax', '', 'pay', 'x', now(), now(), :{}, now(), {})"
)
END = "UPDATE authority_signal SET ended_by = :{}, ended_at = now(), ended_because = 'x' WHERE id = :{}"
OPEN, SIGNALS = "NULL, NULL, ''", "SELECT FROM authority_signal"
ABOUT_SIGNALS = [
    Attack("a signal read by its agency", SIGNALS, "none", "rows", by="agency holder"),
    Attack("a signal read by an inspector", SIGNALS, "none", "rows", by="inspector"),
    Attack("a signal read by a decider", SIGNALS, "none", "rows", by="decider"),
    Attack("a signal about an agency with an interest", f"{SIGNALS} WHERE agency_id = :other", "none", "rows",
           by="planner"),
    Attack("a signal by an agency", NOTE.format("holder", "holder_person", OPEN), "authority_signal_noted",
           by="agency holder"),
    Attack("a signal in the name of another", NOTE.format("holder", "decider", OPEN), NO_RIGHT, "rows", by="planner"),
    Attack("a signal by who has an interest", NOTE.format("other", "planner", OPEN), NO_RIGHT, "rows", by="planner"),
    Attack("a signal that ended when noted", NOTE.format("holder", "planner", ":planner, now(), 'x'"),
           "authority_signal_noted", by="planner"),
    Attack("a signal ended in the name of another", END.format("decider", "authority_signal"), NO_RIGHT, "rows",
           by="planner"),
    Attack("a signal ended by an agency", END.format("holder_person", "authority_signal"), "none",
           "authority_signal_ended", by="agency holder"),
    Attack("a signal that goes on", "UPDATE authority_signal SET ended_at = NULL, ended_by = NULL, ended_because = ''"
           " WHERE id = :ended_authority_signal", "authority_signal_ended", by="planner"),
    Attack("a signal in other words", "UPDATE authority_signal SET text = 'y' WHERE id = :authority_signal", NO_RIGHT,
           by="planner"),
    Attack("a signal that counts longer", "UPDATE authority_signal SET until = until + 1 WHERE id = :authority_signal",
           NO_RIGHT, by="planner"),
    Attack("a signal deleted", "DELETE FROM authority_signal WHERE id = :authority_signal", NO_RIGHT, "rows",
           by="planner"),
]  # fmt: skip
