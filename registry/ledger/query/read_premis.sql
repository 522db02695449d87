-- What a PREMIS document says of files and deletions beyond lists of them: see read_object.sql.

-- :name read_premis_event_ids :many
-- :arg scope int8
-- :arg file_ids int8[]
-- :col file_id int8
-- :col identifier uuid
select e.file_id, e.identifier from premis_event e
where e.file_id = any ($2::bigint[]) and ($1::bigint = 0 or e.institution_id = $1::bigint) order by e.file_id, e.id;

-- :name read_premis_copies :many
-- :arg scope int8
-- :arg file_ids int8[]
-- :col file_id int8
-- :col generation int4
-- :col backend text
-- :col url text
-- :col status text
-- :col deletion_id int8
-- :col outcome text
-- :col verification text
-- :col removed_at timestamptz?
select c.file_id, c.generation, b.name as backend, c.url, c.status, coalesce(c.deletion_id, 0) as deletion_id,
	coalesce(c.outcome, '') as outcome, coalesce(c.verification, '') as verification, c.removed_at
from copy c join generic_file f on f.id = c.file_id join storage_backend b on b.id = c.backend_id
where c.file_id = any ($2::bigint[]) and ($1::bigint = 0 or f.institution_id = $1::bigint) order by c.file_id, c.generation, b.name;

-- Who asked for deletions, and who agreed.
-- :name read_premis_people :many
-- :arg scope int8
-- :arg deletion_ids int8[]
-- :col deletion_id int8
-- :col request_id int8
-- :col asked_email text
-- :col asked_name text
-- :col asked_at timestamptz
-- :col agreed_email text
-- :col agreed_name text
-- :col agreed_at timestamptz
-- :col reason text
-- :col list_digest bytea
select d.id as deletion_id, r.id as request_id, q.email as asked_email, q.name as asked_name, r.requested_at as asked_at,
	g.email as agreed_email, g.name as agreed_name, a.decided_at as agreed_at, r.reason, r.list_digest
from deletion d join deletion_request r on r.id = d.request_id join decision a on a.request_id = r.id
join user_account q on q.id = r.requested_by join user_account g on g.id = a.decided_by
where d.id = any ($2::bigint[]) and ($1::bigint = 0 or d.institution_id = $1::bigint) order by d.id;
