-- Why a deletion was asked for, in a word of the vocabulary (include/tombstone/deletion_reason.def) beside the free text.
-- The words themselves stand in the program: a request keeps its word when the vocabulary changes.
alter table deletion_request add reason_code text not null default '' check (reason_code ~ '^[a-z_]{0,40}$');
