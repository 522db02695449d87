-- Copies that lie in a store already, and that the ledger learns of from an operator.

-- The object is locked as by a request and by an ingest: whoever comes second sees the other.
-- :name copy_file :opt
-- :arg identifier text
-- :col id int8
-- :col object_id int8
-- :col institution_id int8
-- :col generation int4
-- :col state text
-- :col busy bool
select f.id, f.object_id, f.institution_id, f.generation, f.state,
	exists (select from request_item i where i.object_id = f.object_id and i.is_open and (i.file_id is null or i.file_id = f.id))
		or exists (select from work_item w where w.object_identifier = o.identifier and w.action = 'Ingest' and w.completed_at is null) as busy
from generic_file f join intellectual_object o on o.id = f.object_id where f.identifier = $1::text for no key update of o, f;

-- :name copy_insert :opt
-- :arg file_id int8
-- :arg backend text
-- :arg url text
-- :arg stored_at timestamptz?
-- :col id int8
insert into copy (file_id, generation, backend_id, storage_option_id, url, size_bytes, stored_at)
select f.id, f.generation, b.id, f.storage_option_id, $3::text, f.size_bytes, coalesce($4::timestamptz, now())
from generic_file f, storage_backend b where f.id = $1::bigint and b.name = $2::text on conflict do nothing returning id;

-- :name copy_event_insert :exec
-- :arg copy_id int8
-- :arg by text
-- :arg agent text
insert into premis_event (institution_id, object_id, file_id, generation, event_type, detail, outcome, outcome_detail,
	outcome_information, object_used, agent)
select f.institution_id, f.object_id, f.id, c.generation, 'replication', format('A copy in backend %s was made known', b.name), 'Success',
	c.url, format('Registered by %s, as stored at %s; its bytes were not read.', $2::text,
		to_char(c.stored_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')), 'Tombstone command', $3::text
from copy c join generic_file f on f.id = c.file_id join storage_backend b on b.id = c.backend_id where c.id = $1::bigint;
