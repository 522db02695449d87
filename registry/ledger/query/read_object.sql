-- Reading objects.  scope: the institution that may be seen, 0 for all.  A list is picked as ids from an index, then read.

-- :name read_object_pick :one
-- :arg scope int8
-- :arg state text?
-- :arg newest_first bool
-- :arg from_id int8
-- :arg at_most int4
-- :col ids int8[]
select coalesce(array_agg(p.id order by case when $3::bool then -p.id else p.id end), '{}') as ids from (
	select q.id from institution n cross join (values ('A'), ('D')) s (state) cross join lateral (
		(select o.id from intellectual_object o where not $3::bool and o.institution_id = n.id and o.state = s.state
			and -o.id < -$4::bigint order by -o.id desc limit $5::int)
		union all
		(select o.id from intellectual_object o where $3::bool and o.institution_id = n.id and o.state = s.state
			and -o.id > -$4::bigint order by -o.id limit $5::int)) q
	where ($1::bigint = 0 or n.id = $1::bigint) and ($2::text is null or s.state = $2::text)
	order by case when $3::bool then -q.id else q.id end limit $5::int) p;

-- At most at_most of them: counting stops there, and needs no order across institutions.
-- :name read_object_count :one
-- :arg scope int8
-- :arg state text?
-- :arg at_most int4
-- :col n int8
select count(*) as n from (
	select from institution n cross join (values ('A'), ('D')) s (state) cross join lateral (
		select from intellectual_object o where o.institution_id = n.id and o.state = s.state order by -o.id limit $3::int) q
	where ($1::bigint = 0 or n.id = $1::bigint) and ($2::text is null or s.state = $2::text) limit $3::int) p;

-- In the order of identifiers, those that begin with prefix.
-- :name read_object_pick_named :one
-- :arg scope int8
-- :arg state text?
-- :arg prefix text
-- :arg from_id int8
-- :arg at_most int4
-- :col ids int8[]
with mark as materialized (
	select coalesce((select o.identifier from intellectual_object o where o.id = $4::bigint
		and ($1::bigint = 0 or o.institution_id = $1::bigint)), '') as name
)
select coalesce(array_agg(p.id order by p.identifier collate "C"), '{}') as ids from (
	select q.id, q.identifier from mark cross join institution n cross join (values ('A'), ('D')) s (state) cross join lateral (
		select o.id, o.identifier from intellectual_object o where o.institution_id = n.id and o.state = s.state
			and o.identifier collate "C" > mark.name and o.identifier collate "C" >= $3::text
			and o.identifier collate "C" < $3::text || chr(1114111)
		order by o.identifier collate "C" limit $5::int) q
	where ($1::bigint = 0 or n.id = $1::bigint) and ($2::text is null or s.state = $2::text)
	order by q.identifier collate "C" limit $5::int) p;

-- The object with this identifier, if it is on the page that begins at from_id.
-- :name read_object_pick_exact :one
-- :arg scope int8
-- :arg state text?
-- :arg identifier text
-- :arg newest_first bool
-- :arg from_id int8
-- :col ids int8[]
select coalesce(array_agg(o.id), '{}') as ids from intellectual_object o
where o.identifier = $3::text and ($1::bigint = 0 or o.institution_id = $1::bigint) and ($2::text is null or o.state = $2::text)
	and case when $4::bool then o.id < $5::bigint else o.id > $5::bigint end;

-- :name read_object_find :opt
-- :arg scope int8
-- :arg id int8
-- :arg identifier text
-- :col id int8
select o.id from intellectual_object o
where ($1::bigint = 0 or o.institution_id = $1::bigint) and (o.id = $2::bigint or $2::bigint = 0 and o.identifier = $3::text);

-- :name read_object_rows :many
-- :arg scope int8
-- :arg ids int8[]
-- :arg with_counts bool
-- :col id int8
-- :col institution_id int8
-- :col institution text
-- :col institution_name text
-- :col identifier text
-- :col bag_name text
-- :col title text
-- :col description text
-- :col alt_identifier text
-- :col access text
-- :col bag_group_identifier text
-- :col bagit_profile_identifier text
-- :col source_organization text
-- :col internal_sender_identifier text
-- :col internal_sender_description text
-- :col etag text
-- :col storage_option text
-- :col is_deleted bool
-- :col cycle int4
-- :col created_at timestamptz
-- :col updated_at timestamptz
-- :col active_files int8
-- :col active_bytes int8
-- :col deleted_files int8
-- :col payload_files int8
-- :col payload_bytes int8
select o.id, o.institution_id, n.identifier as institution, n.name as institution_name, o.identifier, o.bag_name, o.title, o.description,
	o.alt_identifier, o.access, o.bag_group_identifier, o.bagit_profile_identifier, o.source_organization,
	o.internal_sender_identifier, o.internal_sender_description, o.etag, s.name as storage_option, o.state = 'D' as is_deleted, o.cycle,
	o.created_at, o.updated_at, c.active_files, c.active_bytes, c.deleted_files, c.payload_files, c.payload_bytes
from unnest($2::bigint[]) with ordinality p (id, place) join intellectual_object o on o.id = p.id
join institution n on n.id = o.institution_id join storage_option s on s.id = o.storage_option_id
cross join lateral (
	select coalesce(sum(t.active_files), 0)::bigint as active_files, coalesce(sum(t.active_bytes), 0)::bigint as active_bytes,
		coalesce(sum(t.deleted_files), 0)::bigint as deleted_files, coalesce(sum(t.payload_files), 0)::bigint as payload_files,
		coalesce(sum(t.payload_bytes), 0)::bigint as payload_bytes
	from object_tally t where $3::bool and t.object_id = o.id) c
where $1::bigint = 0 or o.institution_id = $1::bigint order by p.place;

-- What is going on with an object, and how its last deletion ended.
-- :name read_object_pending :opt
-- :arg scope int8
-- :arg id int8
-- :col institution_id int8
-- :col open_request_id int8
-- :col work_item_id int8
-- :col deleted_at timestamptz?
-- :col deletion_id int8
-- :col deletion_request_id int8
select o.institution_id, coalesce((select min(i.request_id) from request_item i where i.object_id = o.id and i.is_open), 0) as open_request_id,
	coalesce((select min(w.id) from work_item w where w.object_identifier = o.identifier and w.institution_id = o.institution_id
		and w.completed_at is null), 0) as work_item_id,
	e.date_time as deleted_at, coalesce(e.deletion_id, 0) as deletion_id, coalesce(d.request_id, 0) as deletion_request_id
from intellectual_object o
left join premis_event e on e.object_id = o.id and e.generation = o.cycle and e.event_type = 'deletion' and e.file_id is null
left join deletion d on d.id = e.deletion_id
where o.id = $2::bigint and ($1::bigint = 0 or o.institution_id = $1::bigint);

-- The formats of an object's active files, those with the most files first.
-- :name read_object_formats :many
-- :arg scope int8
-- :arg id int8
-- :arg at_most int4
-- :col file_format text
-- :col files int8
-- :col bytes int8
select t.file_format, sum(t.active_files)::bigint as files, sum(t.active_bytes)::bigint as bytes
from object_tally t join intellectual_object o on o.id = t.object_id
where t.object_id = $2::bigint and ($1::bigint = 0 or o.institution_id = $1::bigint)
group by t.file_format having sum(t.active_files) > 0 order by sum(t.active_files) desc, t.file_format limit $3::int;
