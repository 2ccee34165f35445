"""Which columns name a stored file, and which hold another digest."""

from audits.core.db import Base
from portal.stores import checking


def test_every_column_that_names_a_file_is_looked_after():
    """Who adds a table of files adds its column to NAMING: else its files are collected as if nobody named them."""
    other = {
        "scheme_version.sha256",
        "scheme_version.agreement_sha256",
        "scheme_proposal.sha256",
        "agreement_acceptance.sha256",
        "file_check.sha256",
        "file_plea.sha256",  # of a file that we do not have
        "decision.basis_sha256",
        "status_list.bits_sha256",
        "event.note_sha256",
        "submission.sha256",  # of a text that its row holds
        "follow.digested_on",  # a day
    }
    columns = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if "sha256" in column.name or "digest" in column.name
    }
    digests = {name for name in columns if name.endswith("digest")}
    assert columns - other - digests == {f"{each.class_.__tablename__}.{each.key}" for each in checking.NAMING}
