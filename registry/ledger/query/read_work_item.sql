-- Reading work items: see read_object.sql.

-- statuses: those that are wanted, all of them for no filter: each is a range of the index.
-- :name read_work_item_pick :one
-- :arg scope int8
-- :arg statuses text[]
-- :arg action text?
-- :arg newest_first bool
-- :arg from_id int8
-- :arg at_most int4
-- :col ids int8[]
select coalesce(array_agg(p.id order by case when $4::bool then -p.id else p.id end), '{}') as ids from (
	select q.id from institution n cross join unnest($2::text[]) s (status)
	cross join (values ('Ingest'), ('Delete')) a (action) cross join lateral (
		(select w.id from work_item w where not $4::bool and w.institution_id = n.id and w.status = s.status and w.action = a.action
			and -w.id < -$5::bigint order by -w.id desc limit $6::int)
		union all
		(select w.id from work_item w where $4::bool and w.institution_id = n.id and w.status = s.status and w.action = a.action
			and -w.id > -$5::bigint order by -w.id limit $6::int)) q
	where ($1::bigint = 0 or n.id = $1::bigint) and ($3::text is null or a.action = $3::text)
	order by case when $4::bool then -q.id else q.id end limit $6::int) p;

-- At most at_most of them: counting stops there, and needs no order across institutions.
-- :name read_work_item_count :one
-- :arg scope int8
-- :arg statuses text[]
-- :arg action text?
-- :arg at_most int4
-- :col n int8
select count(*) as n from (
	select from institution n cross join unnest($2::text[]) s (status)
	cross join (values ('Ingest'), ('Delete')) a (action) cross join lateral (
		select from work_item w where w.institution_id = n.id and w.status = s.status and w.action = a.action order by -w.id limit $4::int) q
	where ($1::bigint = 0 or n.id = $1::bigint) and ($3::text is null or a.action = $3::text) limit $4::int) p;

-- About an object with its files, or about one file; the other of the two is 0.  They are few.
-- :name read_work_item_pick_of_thing :one
-- :arg scope int8
-- :arg statuses text[]
-- :arg action text?
-- :arg newest_first bool
-- :arg from_id int8
-- :arg at_most int4
-- :arg object_id int8
-- :arg file_id int8
-- :col ids int8[]
select coalesce(array_agg(p.id order by case when $4::bool then -p.id else p.id end), '{}') as ids from (
	select w.id from work_item w
	where (w.object_id = $7::bigint or w.file_id = $8::bigint) and ($1::bigint = 0 or w.institution_id = $1::bigint)
		and w.status = any ($2::text[]) and ($3::text is null or w.action = $3::text)
		and case when $4::bool then w.id < $5::bigint else w.id > $5::bigint end
	order by case when $4::bool then -w.id else w.id end limit $6::int) p;

-- Of one deletion request.
-- :name read_work_item_pick_of_request :one
-- :arg scope int8
-- :arg statuses text[]
-- :arg action text?
-- :arg newest_first bool
-- :arg from_id int8
-- :arg at_most int4
-- :arg request_id int8
-- :col ids int8[]
select coalesce(array_agg(p.id order by case when $4::bool then -p.id else p.id end), '{}') as ids from (
	select q.id from deletion d cross join lateral (
		(select w.id from work_item w where not $4::bool and w.deletion_id between d.id and d.id and w.status = any ($2::text[])
			and ($3::text is null or w.action = $3::text) and w.id > $5::bigint order by w.deletion_id, w.id limit $6::int)
		union all
		(select w.id from work_item w where $4::bool and w.deletion_id between d.id and d.id and w.status = any ($2::text[])
			and ($3::text is null or w.action = $3::text) and w.id < $5::bigint order by w.deletion_id desc, w.id desc limit $6::int)) q
	where d.request_id = $7::bigint and ($1::bigint = 0 or d.institution_id = $1::bigint)) p;

-- :name read_work_item_rows :many
-- :arg scope int8
-- :arg ids int8[]
-- :col id int8
-- :col institution_id int8
-- :col institution text
-- :col institution_name text
-- :col action text
-- :col object_id int8
-- :col object_identifier text
-- :col bag_name text
-- :col alt_identifier text
-- :col bag_group_identifier text
-- :col bagit_profile_identifier text
-- :col source_organization text
-- :col internal_sender_identifier text
-- :col storage_option text
-- :col file_id int8
-- :col file_identifier text
-- :col deletion_id int8
-- :col request_id int8
-- :col stage text
-- :col status text
-- :col note text
-- :col outcome text
-- :col user_email text
-- :col approver_email text
-- :col files_total int8
-- :col files_done int8
-- :col files_refused int8
-- :col files_failed int8
-- :col bytes_total int8
-- :col bytes_done int8
-- :col needs_admin_review bool
-- :col requested_at timestamptz
-- :col created_at timestamptz
-- :col queued_at timestamptz?
-- :col started_at timestamptz?
-- :col completed_at timestamptz?
-- :col updated_at timestamptz
-- :col cancelled_at timestamptz?
-- :col cancelled_by text
-- :col cancel_reason text
-- :col name text
-- :col etag text
-- :col bucket text
-- :col bag_date timestamptz?
-- :col date_processed timestamptz
-- :col retry bool
-- :col node text
-- :col pid int8
select w.id, w.institution_id, n.identifier as institution, n.name as institution_name, w.action, coalesce(w.object_id, 0) as object_id,
	w.object_identifier, coalesce(o.bag_name, '') as bag_name, coalesce(o.alt_identifier, '') as alt_identifier,
	coalesce(o.bag_group_identifier, '') as bag_group_identifier, coalesce(o.bagit_profile_identifier, '') as bagit_profile_identifier,
	coalesce(o.source_organization, '') as source_organization,
	coalesce(o.internal_sender_identifier, '') as internal_sender_identifier, coalesce(s.name, '') as storage_option,
	coalesce(w.file_id, 0) as file_id, coalesce(f.identifier, '') as file_identifier, coalesce(w.deletion_id, 0) as deletion_id,
	coalesce(d.request_id, 0) as request_id, w.stage, w.status, w.note, w.outcome, w.user_email, w.approver_email,
	w.files_total, w.files_done, w.files_refused, w.files_failed, w.bytes_total, w.bytes_done, w.needs_admin_review,
	coalesce(r.requested_at, w.created_at) as requested_at, w.created_at, w.queued_at, w.started_at, w.completed_at, w.updated_at,
	w.cancelled_at, w.cancelled_by, w.cancel_reason,
	coalesce(nullif(w.name, ''), nullif(o.bag_name, ''), w.object_identifier) as name, w.etag, w.bucket, w.bag_date,
	coalesce(w.date_processed, w.updated_at) as date_processed, coalesce(w.retry, w.completed_at is null) as retry, w.node, w.pid
from unnest($2::bigint[]) with ordinality p (id, place) join work_item w on w.id = p.id
join institution n on n.id = w.institution_id left join intellectual_object o on o.id = w.object_id
left join storage_option s on s.id = o.storage_option_id left join generic_file f on f.id = w.file_id
left join deletion d on d.id = w.deletion_id left join deletion_request r on r.id = d.request_id
where $1::bigint = 0 or w.institution_id = $1::bigint order by p.place;
