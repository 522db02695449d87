-- Tokens and decisions.

-- :name token_insert :exec
-- :arg token_sha256 bytea
-- :arg request_id int8
-- :arg user_id int8
-- :arg days int4
insert into approval_token (token_sha256, request_id, user_id, expires_at)
select $1::bytea, r.id, $3::bigint, least(r.expires_at, now() + make_interval(days => $4::int))
from deletion_request r where r.id = $2::bigint and r.state = 'open';

-- :name token_find :opt
-- :arg token_sha256 bytea
-- :col request_id int8
-- :col token_sha256 bytea
-- :col expired bool
-- :col rotated bool
select request_id, token_sha256, expires_at <= now() as expired, rotated_at is not null as rotated
from approval_token where token_sha256 = $1::bytea;

-- :name token_rotate :exec
-- :arg request_id int8
update approval_token set rotated_at = now() where request_id = $1::bigint and rotated_at is null;

-- :name decision_insert :exec
-- :arg request_id int8
-- :arg verdict text
-- :arg decided_by int8
-- :arg via text
-- :arg list_digest bytea
insert into decision (request_id, institution_id, requested_by, verdict, decided_by, decided_via, list_digest)
select r.id, r.institution_id, r.requested_by, $2::text, $3::bigint, $4::text, $5::bytea from deletion_request r where r.id = $1::bigint;

-- Who decided, for the one who came second.
-- :name decision_find :opt
-- :arg request_id int8
-- :col verdict text
-- :col decided_by_email text
-- :col decided_at timestamptz
-- :col decided_day text
select d.verdict, u.email as decided_by_email, d.decided_at, to_char(d.decided_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"') as decided_day
from decision d join user_account u on u.id = d.decided_by where d.request_id = $1::bigint;

-- :name deletion_insert :one
-- :arg request_id int8
-- :col id int8
insert into deletion (request_id, institution_id)
select r.id, r.institution_id from deletion_request r where r.id = $1::bigint returning id;

-- One work item per named file or object (P-09).
-- :name deletion_insert_work_items :exec
-- :arg deletion_id int8
insert into work_item (institution_id, action, object_identifier, object_id, file_id, item_id, deletion_id, user_email, approver_email,
	files_total, bytes_total)
select d.institution_id, 'Delete', o.identifier, o.id, i.file_id, i.id, d.id, asked.email, agreed.email, n.files, n.bytes
from deletion d join request_item i on i.request_id = d.request_id join intellectual_object o on o.id = i.object_id
join decision a on a.request_id = d.request_id
join user_account asked on asked.id = a.requested_by join user_account agreed on agreed.id = a.decided_by
join lateral (select count(*) as files, coalesce(sum(g.size_bytes), 0) as bytes
	from request_file f join generic_file g on g.id = f.file_id where f.item_id = i.id) n on true
where d.id = $1::bigint order by i.id;
