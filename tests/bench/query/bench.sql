-- What ledger_drive asks beside the ledger's own verbs.

-- The batches of a deletion that nobody has done.
-- :name batches :many
-- :arg deletion_id int8
-- :col id int8
select id from batch where deletion_id = $1::bigint and state <> 'done' order by id;

-- :name person :one
-- :arg email text
-- :col id int8
-- :col institution_id int8
select id, institution_id from user_account where email = $1::text;

-- A request by its object's identifier, and the files of one, in order.
-- :name object :one
-- :arg identifier text
-- :col id int8
select id from intellectual_object where identifier = $1::text;

-- :name files :many
-- :arg object_id int8
-- :arg at_most int8
-- :col id int8
select id from generic_file where object_id = $1::bigint and state = 'A' order by id limit $2::bigint;

-- The least that a ledger has to write for a batch whose bytes are gone: no list, no check, no intent, no counters.
-- :name reference_files :exec
-- :arg file_ids int8[]
update generic_file set state = 'D', updated_at = now() where id = any ($1::bigint[]);

-- :name reference_events :exec
-- :arg file_ids int8[]
-- :arg deletion_id int8
insert into premis_event (institution_id, object_id, file_id, generation, event_type, detail, outcome, outcome_detail,
	outcome_information, object_used, agent, deletion_id)
select f.institution_id, f.object_id, f.id, f.generation, 'deletion',
	'All copies of this file were deleted from preservation storage and their absence was verified', 'Success', 'alice@test.edu',
	'File deleted at the request of alice@test.edu. Institutional approver: bob@test.edu. Deletion 1.',
	'Tombstone deletion worker', 'tombstone-worker/0.1 bench', $2::bigint
from generic_file f where f.id = any ($1::bigint[]);

-- :name reference_copies :exec
-- :arg file_ids int8[]
-- :arg deletion_id int8
update copy set status = 'gone', deletion_id = $2::bigint, outcome = 'removed', outcome_detail = '', provider_request_id = 'tx0000000001',
	verification = 'verified absent', removed_at = now(), verified_at = now()
where file_id = any ($1::bigint[]);

-- :name reference_audit :exec
-- :arg deletion_id int8
-- :arg list_digest bytea
insert into audit_entry (actor, via, verb, institution_id, subject, detail, list_digest)
select 'worker', 'worker', 'settle batch', d.institution_id, format('a batch of deletion %s', d.id), '1000 deleted', $2::bytea
from deletion d where d.id = $1::bigint;
