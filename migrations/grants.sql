-- What each role may do, table by table and column by column; run as a whole at the end of each upgrade.
-- Nobody but the owner may TRUNCATE, make triggers, refer to a table, or change a column that is not named here.
-- A lock (SELECT FOR UPDATE) needs UPDATE on some column: that is all that "lock" below is for.
DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC, kw_app, kw_worker, kw_register', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO kw_app, kw_worker, kw_register', current_database());
END $$;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, kw_app, kw_worker, kw_register;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO kw_app, kw_worker, kw_register;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO kw_app, kw_worker;

-- Agencies and people: which legal entity and which side somebody is on never change, and the address that signs in only
-- by the functions of walls/address.sql.
GRANT INSERT ON agency, branch, controller, contact, person, person_role, tie TO kw_app, kw_worker;
GRANT UPDATE (legal_name, trade_names, former_names, street, postcode, city, phone, website, activities, sectors,
  recruitment_countries, headcount, own_housing, housing_places, iban, account_holder, version)
  ON agency TO kw_app, kw_worker;
GRANT UPDATE (name, street, postcode, city, country, version) ON branch TO kw_app, kw_worker;
GRANT UPDATE (name, function, share_percent, since, other_agencies, version) ON controller TO kw_app, kw_worker;
GRANT UPDATE (name, function, email, phone, version) ON contact TO kw_app, kw_worker;
GRANT DELETE ON branch, controller, contact TO kw_app, kw_worker;
GRANT UPDATE (name, language, daily_mail, invited_at, retired_at, version) ON person TO kw_app, kw_worker;
GRANT UPDATE (role) ON person_role TO kw_app, kw_worker;  -- lock
GRANT DELETE ON person_role TO kw_app, kw_worker;
GRANT INSERT (agency_id, name, source, stated_by, stated_at) ON group_statement TO kw_app, kw_worker;

GRANT INSERT ON agency_change, agency_change_file TO kw_app, kw_worker;
GRANT UPDATE (state, checked_by, checked_at, checked_against, consequences, reason, decision_id, version)
  ON agency_change TO kw_app, kw_worker;

GRANT INSERT ON hearing_statement TO kw_app, kw_worker;
GRANT INSERT ON link_trace, link_report, link_hit TO kw_worker;
GRANT INSERT, UPDATE (inspector_id, people, reported_at, reported_on, is_initial, required, spent, verdicts, assessed, nonconforming,
  bulk, notes, repeated) ON audit_tally TO kw_worker;
REVOKE ALL ON FUNCTION count_findings(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION count_findings(uuid) TO kw_worker;
GRANT INSERT, DELETE ON requirement_tally, note_tally TO kw_worker;
GRANT UPDATE (state, judged_by, judged_at, reason, version) ON link_report TO kw_app, kw_worker;
GRANT UPDATE (asked_by, asked_at, answer_by, answer, answered_by, answered_at, verdict, reason, judged_by, judged_at)
  ON link_hit TO kw_app, kw_worker;

GRANT INSERT ON role_request TO kw_app, kw_worker;
GRANT UPDATE (answered_by, answered_at, granted) ON role_request TO kw_app, kw_worker;

-- Signing in.
GRANT INSERT ON credential, login_session, login_brake, held_form TO kw_app, kw_worker;
GRANT INSERT ON mail_token TO kw_worker;  -- a link is made at the moment of mailing
GRANT INSERT ON address_change TO kw_app;
REVOKE ALL ON FUNCTION take_address(text, timestamptz), keep_address(text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION take_address(text, timestamptz), keep_address(text, timestamptz) TO kw_app;
GRANT UPDATE (password_hash, changed_at) ON credential TO kw_app, kw_worker;
GRANT UPDATE (seen_at, ended_at) ON login_session TO kw_app, kw_worker;
GRANT UPDATE (used_at) ON mail_token TO kw_app, kw_worker;
GRANT UPDATE (failures, open_at) ON login_brake TO kw_app, kw_worker;
GRANT DELETE ON login_brake TO kw_app;
GRANT DELETE ON held_form, login_session, mail_token, address_change, login_brake TO kw_worker;

-- The norm.
GRANT INSERT ON scheme_version, requirement TO kw_app, kw_worker;
GRANT INSERT ON scheme_proposal TO kw_app, kw_worker;
GRANT UPDATE (answered_by, answered_at, published) ON scheme_proposal TO kw_app, kw_worker;
GRANT UPDATE (simulation, simulated_at) ON scheme_proposal TO kw_worker;

-- Who is there: only these functions say so. Nobody but the owner calls the first two.
REVOKE ALL ON FUNCTION become(uuid, uuid, text), actor_proof(text, text, text), is_genuine(), approach(text),
  approach_by_link(text), begin_registration(uuid), end_unconfirmed(text, text, text),
  act_as(text, timestamptz, timestamptz), first_drafts(),
  audits_in_hand(uuid), my_audits(), my_led_audits(), my_judged_audits(), my_cases(), my_findings(), my_led_findings(),
  my_decisions()
  FROM PUBLIC, kw_app, kw_worker, kw_register;
GRANT EXECUTE ON FUNCTION is_genuine(), approach(text), approach_by_link(text), begin_registration(uuid),
  end_unconfirmed(text, text, text),
  act_as(text, timestamptz, timestamptz), first_drafts(), audits_in_hand(uuid),
  my_audits(), my_led_audits(), my_judged_audits(), my_cases(), my_findings(), my_led_findings(), my_decisions() TO kw_app, kw_worker;

-- What a page of the register adds; its role has no other way to write.
REVOKE ALL ON FUNCTION keep_signal(uuid, uuid, text, text, text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keep_signal(uuid, uuid, text, text, text, text, timestamptz)
  TO kw_app, kw_worker, kw_register;
REVOKE ALL ON FUNCTION keep_complaint(uuid, text, text, text, text, timestamptz), complaint_state(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keep_complaint(uuid, text, text, text, text, timestamptz), complaint_state(uuid)
  TO kw_app, kw_worker, kw_register;
REVOKE ALL ON FUNCTION keep_follow(uuid, text, text, boolean, text[], timestamptz, uuid, integer), follow_state(uuid),
  confirm_follow(uuid, timestamptz), change_follow(uuid, boolean, text[]), forget_follow(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keep_follow(uuid, text, text, boolean, text[], timestamptz, uuid, integer), follow_state(uuid),
  confirm_follow(uuid, timestamptz), change_follow(uuid, boolean, text[]), forget_follow(uuid)
  TO kw_app, kw_worker, kw_register;
GRANT UPDATE (told_upto, digested_on), DELETE ON follow TO kw_worker;
REVOKE ALL ON FUNCTION set_webhook(uuid, uuid, text, timestamptz), webhook_state(uuid), renew_webhook(uuid, timestamptz),
  drop_webhook(uuid), webhook_calls(uuid, integer), replay_call(uuid, uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION set_webhook(uuid, uuid, text, timestamptz), webhook_state(uuid), renew_webhook(uuid, timestamptz),
  drop_webhook(uuid), webhook_calls(uuid, integer), replay_call(uuid, uuid, timestamptz) TO kw_app, kw_worker, kw_register;
GRANT UPDATE (told_upto) ON webhook TO kw_worker;
GRANT INSERT, UPDATE (due_at, attempts, outcome, arrived_at), DELETE ON webhook_call TO kw_worker;
REVOKE ALL ON FUNCTION keep_extract(uuid, uuid, text, jsonb, text, integer, timestamptz),
  keep_cosignature(bigint, text, text, text, timestamptz), last_witnessed(text, bytea),
  keep_witnessed(text, bigint, bytea, text), holders_of_account(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keep_extract(uuid, uuid, text, jsonb, text, integer, timestamptz),
  keep_cosignature(bigint, text, text, text, timestamptz), last_witnessed(text, bytea),
  keep_witnessed(text, bigint, bytea, text), holders_of_account(text) TO kw_app, kw_worker, kw_register;

-- Cases.
GRANT INSERT ON application, agreement_acceptance, submission, answer, evidence, audit, audit_requirement,
  audit_participant, population, sampled_unit,
  verdict, requirement_judgement, finding, decision, decision_ground, decision_basis TO kw_app, kw_worker;
GRANT UPDATE (state, submitted_at, declared_by, declared_name, reviewed_at, review_note, version)
  ON application TO kw_app, kw_worker;
GRANT UPDATE (value, explanation, details, answered_by, answered_at, version) ON answer TO kw_app, kw_worker;
GRANT INSERT, UPDATE (text, written_by, written_at, sent_at, reply, replied_by, replied_at) ON question_remark
  TO kw_app, kw_worker;
GRANT INSERT, UPDATE (person_id, given_by, given_at) ON question_task TO kw_app, kw_worker;
GRANT INSERT, UPDATE (granted, answer, answered_by, answered_at) ON file_plea TO kw_app, kw_worker;
GRANT INSERT ON question_comment TO kw_app, kw_worker;
GRANT UPDATE (removed_at, covers_from, covers_until) ON evidence TO kw_app, kw_worker;
GRANT UPDATE (inspector_id, planned_on, state, revealed_at, started_at, reported_at, summary, score, insufficient, confirmed_scope,
  reviewer_id, reviewed_at, recommendation, strengths, version) ON audit TO kw_app, kw_worker;
GRANT INSERT, UPDATE (comments, commented_by, commented_at, answers, answered_by, answered_at) ON report_draft
  TO kw_app, kw_worker;
GRANT INSERT, UPDATE (opened_on, opening, closed_on, closing, languages, deviations, written_by, written_at, version)
  ON audit_conduct TO kw_app, kw_worker;
GRANT INSERT, UPDATE (reader_id, read_at, agrees, note) ON second_reading TO kw_app, kw_worker;
GRANT INSERT, UPDATE (withdrawn_by, withdrawn_at, reason, caption, printed_sha256) ON cell_file TO kw_app, kw_worker;
REVOKE ALL ON FUNCTION forget_cell_files(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_cell_files(timestamptz) TO kw_worker;
GRANT INSERT, UPDATE (text, written_at) ON private_note TO kw_app, kw_worker;
GRANT UPDATE (value, note, reason, method, bulk, recorded_by, recorded_at, version) ON verdict TO kw_app, kw_worker;
GRANT INSERT (id, audit_id, person_id, public_key, label, opening, digest, opened_at), UPDATE (revoked_at, revoked_by, written)
  ON entry_chain TO kw_app, kw_worker;
GRANT INSERT (audit_id, chain_id, number, cell, data, digest, signature, received_at) ON sealed_entry TO kw_app, kw_worker;
GRANT INSERT ON fixed_list, draw_secret, draw_value, population_list TO kw_app, kw_worker;
GRANT INSERT, DELETE, UPDATE (content, file_name, dropped, source, first_day, last_day, given_by, given_at)
  ON list_offer TO kw_app, kw_worker;
GRANT INSERT, UPDATE (answer, answered_by, answered_at, withdrawn_at) ON evidence_request TO kw_app, kw_worker;
GRANT INSERT ON case_message TO kw_app, kw_worker;
GRANT INSERT, UPDATE (upheld, answer, answered_by, answered_at) ON team_objection TO kw_app, kw_worker;
GRANT INSERT ON sent_plan TO kw_app, kw_worker;
GRANT INSERT, UPDATE (withdrawn_at) ON proposed_day TO kw_app, kw_worker;
REVOKE ALL ON FUNCTION erase_lists(timestamptz), draws_for_agency() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION draws_for_agency() TO kw_app, kw_worker;
GRANT EXECUTE ON FUNCTION erase_lists(timestamptz) TO kw_worker;
GRANT INSERT ON entry_content TO kw_app, kw_worker;
GRANT INSERT (audit_id, upto, token, received_at) ON entry_receipt TO kw_app, kw_worker;
REVOKE ALL ON FUNCTION forget_entry(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_entry(text) TO kw_worker;
GRANT UPDATE (agency_text, extent, extent_reason, written_by, written_at, version) ON requirement_judgement TO kw_app, kw_worker;
GRANT UPDATE (state, cause, extent, solution, operation, answered_by, answered_at, verified_by, verified_at,
  verification_note, draft, version) ON finding TO kw_app, kw_worker;
GRANT INSERT, UPDATE (granted, answer, answered_by, answered_at) ON grade_change TO kw_app, kw_worker;
GRANT INSERT, UPDATE (granted, answer, answered_by, answered_at) ON dispute TO kw_app, kw_worker;
GRANT INSERT ON review_check TO kw_app, kw_worker;
GRANT INSERT, UPDATE (withdrawn_at) ON remark TO kw_app, kw_worker;
GRANT INSERT, UPDATE (granted, granted_until, answer, answered_by, answered_at) ON extension TO kw_app, kw_worker;
REVOKE ALL ON FUNCTION is_outsider(uuid, uuid), found_before(uuid), judged_before(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION found_before(uuid), judged_before(uuid) TO kw_app, kw_worker;
GRANT INSERT, UPDATE (outcome, verified_by, verified_at, note) ON corrective_action TO kw_app, kw_worker;
GRANT INSERT ON decision_proposal TO kw_app, kw_worker;
GRANT UPDATE (answered_by, answered_at, confirmed) ON decision_proposal TO kw_app, kw_worker;
GRANT UPDATE (outcome) ON decision TO kw_worker;  -- lock
GRANT UPDATE (number) ON submission TO kw_worker;  -- lock

GRANT INSERT ON condition, condition_proof, condition_file TO kw_app, kw_worker;
GRANT UPDATE (state, met_by, version) ON condition TO kw_app, kw_worker;
GRANT UPDATE (answer, answered_by, answered_at) ON condition_proof TO kw_app, kw_worker;
GRANT INSERT ON deadline TO kw_app, kw_worker;
GRANT INSERT ON authority_signal TO kw_app, kw_worker;
GRANT UPDATE (ended_by, ended_at, ended_because) ON authority_signal TO kw_app, kw_worker;
GRANT DELETE ON authority_signal TO kw_worker;
GRANT INSERT ON staff_note TO kw_app, kw_worker;
GRANT UPDATE (withdrawn_at) ON staff_note TO kw_app, kw_worker;
GRANT DELETE ON staff_note TO kw_worker;
GRANT INSERT ON handling TO kw_app, kw_worker;
GRANT UPDATE (handler_id, taken_at, verdict, answer, answered_at) ON handling TO kw_app, kw_worker;
GRANT INSERT ON appeal TO kw_app, kw_worker;
GRANT UPDATE (state, handler_id, taken_at, late_answer, hearing_on, heard, outcome, decided_by, version) ON appeal TO kw_app, kw_worker;
REVOKE ALL ON FUNCTION judges_appeal(uuid, uuid), appeal_runs(uuid), held_back(uuid, text) FROM PUBLIC;
GRANT INSERT ON audit_day TO kw_app, kw_worker;
GRANT INSERT (audit_id, computed, planned, reason, said_by, said_at) ON audit_time TO kw_app, kw_worker;
GRANT INSERT ON absence TO kw_app, kw_worker;
GRANT INSERT ON competence TO kw_app, kw_worker;
GRANT UPDATE (ended_at) ON competence TO kw_app, kw_worker;
GRANT INSERT (allowed, because, said_at) ON small_body TO kw_worker;
GRANT UPDATE (ended_at) ON absence TO kw_app, kw_worker;
REVOKE ALL ON FUNCTION stands_in_for(uuid), hands_on(uuid), leads_audit(uuid, uuid), work_in_hand(uuid),
  cannot_take(uuid, uuid), hand_over(uuid, uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stands_in_for(uuid), hands_on(uuid), work_in_hand(uuid), cannot_take(uuid, uuid),
  hand_over(uuid, uuid, timestamptz) TO kw_app, kw_worker;
GRANT INSERT ON team_member TO kw_app, kw_worker;
GRANT UPDATE (left_at) ON team_member TO kw_app, kw_worker;
GRANT UPDATE (owner_id, done_at) ON deadline TO kw_app, kw_worker;
-- The clock.
GRANT INSERT ON deadline_step TO kw_worker;
GRANT UPDATE (next_on) ON deadline TO kw_worker;

-- Who took part in which audits, and which certificate lives, is asked by code and triggers alike.
REVOKE ALL ON FUNCTION cycle_audits(uuid), holder_cycle(uuid), living_certificate(uuid, date),
  awaits_certificate(uuid), fixed_parts(uuid), provisional_suspension(uuid), waiting_decision(uuid), tied_team(uuid),
  audit_in_the_way(uuid), cases_of_versions(date),
  group_of(uuid), interests_in(uuid, date), has_interest(uuid, uuid, date), rotated_out(uuid, uuid, uuid)
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cycle_audits(uuid), holder_cycle(uuid), living_certificate(uuid, date),
  awaits_certificate(uuid), fixed_parts(uuid), provisional_suspension(uuid), waiting_decision(uuid), tied_team(uuid),
  audit_in_the_way(uuid), cases_of_versions(date),
  group_of(uuid), interests_in(uuid, date), has_interest(uuid, uuid, date), rotated_out(uuid, uuid, uuid)
  TO kw_app, kw_worker;

-- Certificates: numbered and issued by a worker, changed by a decider through the web.
GRANT INSERT ON certificate, document_stamp TO kw_worker;
GRANT UPDATE (state, version) ON certificate TO kw_app;
GRANT UPDATE (state, issued_at, credential, badge, version) ON certificate TO kw_worker;
GRANT INSERT (certificate_id, agency_id, move, state, reason, grounds, provisional, excepted, changed_at, decision_id, actor_id)
  ON certificate_change TO kw_app, kw_worker;
GRANT INSERT ON document, letter TO kw_worker;
GRANT UPDATE (by_post, posted_on, posted_by, noted_at) ON letter TO kw_app, kw_worker;
GRANT INSERT, UPDATE (token, bits_sha256, kid, signed_at) ON status_list TO kw_worker;
GRANT INSERT ON register_entry TO kw_app, kw_worker;
GRANT UPDATE (legal_name, trade_names, former_names, city, listed, applied_on, applied_months, state, conditional,
  provisional, under_appeal, since, certificate_id, certificate_number, valid_from, valid_until, conditions, condition_terms, excepted, scope, scheme,
  details, sort_name, folded, near, words, tags, form, numbers, updated_at) ON register_entry TO kw_app, kw_worker;
GRANT INSERT ON register_slip TO kw_app, kw_worker;
GRANT DELETE ON register_slip TO kw_worker;  -- words that no entry has any more

-- The public log.
GRANT INSERT ON ledger_entry, ledger_node TO kw_app, kw_worker;
GRANT INSERT ON checkpoint, case_log_leaves TO kw_worker;

-- Trail, outbox, numbers, periodic tasks. The trail numbers itself; notes are forgotten one by one, by a command.
GRANT INSERT (format, happened_at, name, subject_id, actor_kind, actor_id, agency_id, data, note_sha256)
  ON event TO kw_app, kw_worker;
GRANT INSERT ON event_note TO kw_app, kw_worker;
REVOKE ALL ON FUNCTION forget_note(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_note(bigint) TO kw_worker;
REVOKE ALL ON FUNCTION forget_words(timestamptz), forget_told(timestamptz), forget_addresses(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_words(timestamptz), forget_told(timestamptz), forget_addresses(timestamptz) TO kw_worker;
GRANT INSERT, UPDATE (rows) ON forgotten TO kw_worker;
GRANT INSERT, DELETE ON calendar_feed TO kw_app, kw_worker;
REVOKE ALL ON FUNCTION calendar_is_there(bytea), calendar_of(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION calendar_is_there(bytea), calendar_of(bytea) TO kw_app, kw_worker;
GRANT DELETE ON outbox, sent_message TO kw_worker;
GRANT INSERT, UPDATE (state, code, sent_at) ON sent_message TO kw_worker;
GRANT UPDATE (read_at) ON sent_message TO kw_app, kw_worker;
GRANT INSERT ON outbox TO kw_app, kw_worker;
GRANT UPDATE (attempts, due_at, failed_at) ON outbox TO kw_app;
GRANT UPDATE (attempts, last_error, due_at, done_at, failed_at) ON outbox TO kw_worker;
GRANT INSERT, UPDATE (last) ON counter TO kw_app, kw_worker;
GRANT INSERT, UPDATE (due_at, ran_at, failed_at, last_error, failures) ON chore TO kw_worker;
GRANT INSERT, UPDATE (state, checked_at), DELETE ON file_check TO kw_worker;
REVOKE ALL ON FUNCTION files_in_trouble() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION files_in_trouble() TO kw_app, kw_worker;

-- The vault: nobody selects what it says; `read_vault` hands it out and writes that down. A command names its readers.
REVOKE SELECT ON vault_entry, vault_passing FROM kw_app, kw_worker;
GRANT INSERT, SELECT (id, audit_id, agency_id, key, may_leave, written_at), UPDATE (may_leave) ON vault_entry TO kw_app;
GRANT SELECT, INSERT (entry_id, receiver, passed_by, passed_at) ON vault_passing TO kw_app;
GRANT INSERT, UPDATE (named_at, ended_at) ON vault_reader TO kw_worker;
REVOKE ALL ON FUNCTION read_vault(uuid, timestamptz), forget_vault(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION read_vault(uuid, timestamptz) TO kw_app;
GRANT EXECUTE ON FUNCTION forget_vault(timestamptz) TO kw_worker;

-- The security log. Lines number themselves; a worker clears them after their term.
GRANT INSERT (happened_at, kind, person_id, subject_id, detail, visitor, request_id) ON security_event
  TO kw_app, kw_worker;
GRANT DELETE ON security_event TO kw_worker;

-- What is public, as the register reads it.
GRANT SELECT (id, certificate_id, agency_id, move, state, reason, grounds, provisional, excepted, changed_at)
  ON certificate_change TO kw_register;
GRANT SELECT ON register_entry, register_slip, certificate, document, document_stamp, scheme_version, requirement,
  status_list, ledger_entry, ledger_node, checkpoint, cosignature, alembic_version, public_document TO kw_register;
