-- Whether a file is ours may be asked by anybody who has it, of any kind of document; what it says may not.
CREATE OR REPLACE VIEW public_document AS SELECT id, kind, subject_id, sha256, size, created_at, replaces, because FROM document;
