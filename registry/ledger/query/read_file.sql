-- Reading files: see read_object.sql.

-- :name read_file_pick :one
-- :arg scope int8
-- :arg state text?
-- :arg newest_first bool
-- :arg from_id int8
-- :arg at_most int4
-- :col ids int8[]
select coalesce(array_agg(p.id order by case when $3::bool then -p.id else p.id end), '{}') as ids from (
	select q.id from institution n cross join (values ('A'), ('D')) s (state) cross join lateral (
		(select f.id from generic_file f where not $3::bool and f.institution_id = n.id and f.state = s.state
			and -f.id < -$4::bigint order by -f.id desc limit $5::int)
		union all
		(select f.id from generic_file f where $3::bool and f.institution_id = n.id and f.state = s.state
			and -f.id > -$4::bigint order by -f.id limit $5::int)) q
	where ($1::bigint = 0 or n.id = $1::bigint) and ($2::text is null or s.state = $2::text)
	order by case when $3::bool then -q.id else q.id end limit $5::int) p;

-- At most at_most of them: counting stops there, and needs no order across institutions.  How many are active, a tally knows.
-- :name read_file_count :one
-- :arg scope int8
-- :arg state text?
-- :arg at_most int4
-- :col n int8
select case when $2::text = 'A' then (
	select least(coalesce(sum(t.files), 0), $3::int)::bigint from option_tally t where $1::bigint = 0 or t.institution_id = $1::bigint)
else (select count(*) from (
	select from institution n cross join (values ('A'), ('D')) s (state) cross join lateral (
		select from generic_file f where f.institution_id = n.id and f.state = s.state order by -f.id limit $3::int) q
	where ($1::bigint = 0 or n.id = $1::bigint) and ($2::text is null or s.state = $2::text) limit $3::int) p) end as n;

-- In the order of identifiers, those that begin with prefix.
-- :name read_file_pick_named :one
-- :arg scope int8
-- :arg state text?
-- :arg prefix text
-- :arg from_id int8
-- :arg at_most int4
-- :col ids int8[]
with mark as materialized (
	select coalesce((select f.identifier from generic_file f where f.id = $4::bigint
		and ($1::bigint = 0 or f.institution_id = $1::bigint)), '') as name
)
select coalesce(array_agg(p.id order by p.identifier collate "C"), '{}') as ids from (
	select q.id, q.identifier from mark cross join institution n cross join (values ('A'), ('D')) s (state) cross join lateral (
		select f.id, f.identifier from generic_file f where f.institution_id = n.id and f.state = s.state
			and f.identifier collate "C" > mark.name and f.identifier collate "C" >= $3::text
			and f.identifier collate "C" < $3::text || chr(1114111)
		order by f.identifier collate "C" limit $5::int) q
	where ($1::bigint = 0 or n.id = $1::bigint) and ($2::text is null or s.state = $2::text)
	order by q.identifier collate "C" limit $5::int) p;

-- The same within one object.
-- :name read_file_pick_of_object :one
-- :arg scope int8
-- :arg state text?
-- :arg prefix text
-- :arg from_id int8
-- :arg at_most int4
-- :arg object_id int8
-- :col ids int8[]
with mark as materialized (
	select coalesce((select f.identifier from generic_file f where f.id = $4::bigint and f.object_id = $6::bigint), '') as name
)
select coalesce(array_agg(p.id order by p.identifier collate "C"), '{}') as ids from (
	select q.id, q.identifier from mark cross join intellectual_object o cross join (values ('A'), ('D')) s (state) cross join lateral (
		select f.id, f.identifier from generic_file f where f.object_id = o.id and f.state = s.state
			and f.identifier collate "C" > mark.name and f.identifier collate "C" >= $3::text
			and f.identifier collate "C" < $3::text || chr(1114111)
		order by f.identifier collate "C" limit $5::int) q
	where o.id = $6::bigint and ($1::bigint = 0 or o.institution_id = $1::bigint) and ($2::text is null or s.state = $2::text)
	order by q.identifier collate "C" limit $5::int) p;

-- The file with this identifier, if it is on the page that begins at from_id.
-- :name read_file_pick_exact :one
-- :arg scope int8
-- :arg state text?
-- :arg identifier text
-- :arg newest_first bool
-- :arg from_id int8
-- :arg object_id int8
-- :col ids int8[]
select coalesce(array_agg(f.id), '{}') as ids from generic_file f
where f.identifier = $3::text and ($1::bigint = 0 or f.institution_id = $1::bigint) and ($2::text is null or f.state = $2::text)
	and ($6::bigint = 0 or f.object_id = $6::bigint) and case when $4::bool then f.id < $5::bigint else f.id > $5::bigint end;

-- :name read_file_find :opt
-- :arg scope int8
-- :arg id int8
-- :arg identifier text
-- :col id int8
select f.id from generic_file f
where ($1::bigint = 0 or f.institution_id = $1::bigint) and (f.id = $2::bigint or $2::bigint = 0 and f.identifier = $3::text);

-- :name read_file_rows :many
-- :arg scope int8
-- :arg ids int8[]
-- :arg with_fixity bool
-- :col id int8
-- :col institution_id int8
-- :col institution text
-- :col institution_name text
-- :col object_id int8
-- :col object_identifier text
-- :col access text
-- :col identifier text
-- :col file_format text
-- :col size_bytes int8
-- :col uuid uuid
-- :col storage_option text
-- :col is_deleted bool
-- :col generation int4
-- :col mod_time timestamptz?
-- :col created_at timestamptz
-- :col updated_at timestamptz
-- :col md5 text
-- :col sha1 text
-- :col sha256 text
-- :col sha512 text
-- :col fixity_checked_at timestamptz?
select f.id, f.institution_id, n.identifier as institution, n.name as institution_name, f.object_id, o.identifier as object_identifier,
	o.access, f.identifier, f.file_format, f.size_bytes, f.uuid, s.name as storage_option, f.state = 'D' as is_deleted, f.generation,
	f.mod_time, f.created_at, f.updated_at, c.md5, c.sha1, c.sha256, c.sha512, e.fixity_checked_at
from unnest($2::bigint[]) with ordinality p (id, place) join generic_file f on f.id = p.id
join intellectual_object o on o.id = f.object_id join institution n on n.id = f.institution_id
join storage_option s on s.id = f.storage_option_id
cross join lateral (
	select coalesce(max(k.digest) filter (where k.algorithm = 'md5'), '') as md5,
		coalesce(max(k.digest) filter (where k.algorithm = 'sha1'), '') as sha1,
		coalesce(max(k.digest) filter (where k.algorithm = 'sha256'), '') as sha256,
		coalesce(max(k.digest) filter (where k.algorithm = 'sha512'), '') as sha512
	from checksum k where $3::bool and k.file_id = f.id and k.generation = f.generation) c
cross join lateral (
	select max(x.date_time) as fixity_checked_at from premis_event x
	where $3::bool and x.file_id = f.id and x.event_type = 'fixity check' and x.outcome = 'Success') e
where $1::bigint = 0 or f.institution_id = $1::bigint order by p.place;

-- What is going on with a file, and how its last deletion ended.
-- :name read_file_pending :opt
-- :arg scope int8
-- :arg id int8
-- :col institution_id int8
-- :col open_request_id int8
-- :col work_item_id int8
-- :col deleted_at timestamptz?
-- :col deletion_id int8
-- :col deletion_request_id int8
select f.institution_id, coalesce((select min(i.request_id) from request_item i where i.object_id = f.object_id
		and (i.file_id = f.id or i.file_id is null) and i.is_open), 0) as open_request_id,
	coalesce((select min(w.id) from work_item w join intellectual_object o on o.identifier = w.object_identifier
		where o.id = f.object_id and w.institution_id = f.institution_id and w.completed_at is null
		and (w.file_id = f.id or w.file_id is null)), 0) as work_item_id,
	e.date_time as deleted_at, coalesce(e.deletion_id, 0) as deletion_id, coalesce(d.request_id, 0) as deletion_request_id
from generic_file f
left join premis_event e on e.file_id = f.id and e.generation = f.generation and e.event_type = 'deletion'
left join deletion d on d.id = e.deletion_id
where f.id = $2::bigint and ($1::bigint = 0 or f.institution_id = $1::bigint);

-- Of every generation, newest first.
-- :name read_file_checksums :many
-- :arg scope int8
-- :arg id int8
-- :arg at_most int4
-- :col id int8
-- :col generation int4
-- :col algorithm text
-- :col digest text
-- :col created_at timestamptz
select k.id, k.generation, k.algorithm, k.digest, k.created_at from checksum k join generic_file f on f.id = k.file_id
where f.id = $2::bigint and ($1::bigint = 0 or f.institution_id = $1::bigint)
order by k.generation desc, k.algorithm limit $3::int;

-- Of several files: of every generation, newest first, or of the present one only.
-- :name read_file_copies :many
-- :arg scope int8
-- :arg ids int8[]
-- :arg every_generation bool
-- :arg at_most int4
-- :col file_id int8
-- :col id int8
-- :col generation int4
-- :col backend text
-- :col storage_option text
-- :col url text
-- :col version_id text
-- :col etag text
-- :col size_bytes int8
-- :col stored_at timestamptz
-- :col status text
-- :col deletion_id int8
-- :col outcome text
-- :col outcome_detail text
-- :col provider_request_id text
-- :col verification text
-- :col removed_at timestamptz?
-- :col verified_at timestamptz?
select c.file_id, c.id, c.generation, b.name as backend, s.name as storage_option, c.url, coalesce(c.version_id, '') as version_id,
	coalesce(c.etag, '') as etag, c.size_bytes, c.stored_at, c.status, coalesce(c.deletion_id, 0) as deletion_id,
	coalesce(c.outcome, '') as outcome, coalesce(c.outcome_detail, '') as outcome_detail,
	coalesce(c.provider_request_id, '') as provider_request_id, coalesce(c.verification, '') as verification,
	c.removed_at, c.verified_at
from unnest($2::bigint[]) with ordinality p (id, place) join generic_file f on f.id = p.id
join copy c on c.file_id = f.id and ($3::bool or c.generation = f.generation) join storage_backend b on b.id = c.backend_id
join storage_option s on s.id = c.storage_option_id
where $1::bigint = 0 or f.institution_id = $1::bigint
order by p.place, c.generation desc, b.name limit $4::int;

-- What stands in the way of deleting each of several files by itself: the first obstacle of each, as deletion_obstacles()
-- gives it, which verbs ask.  Here what is said of the object around them is asked once, not for each file.
-- :name read_file_obstacles :many
-- :arg scope int8
-- :arg ids int8[]
-- :col place int8
-- :col rule text
-- :col identifier text
-- :col detail text
-- :col eligible_at timestamptz?
-- :col eligible_day text
with asked as materialized (
	select p.place, f.id, f.object_id, f.identifier, f.state from unnest($2::bigint[]) with ordinality p (id, place)
	join generic_file f on f.id = p.id where $1::bigint = 0 or f.institution_id = $1::bigint
), around as materialized (
	select o.id as object_id, o.identifier, i.id as item_id, i.request_id, w.id as work_item_id, n.identifier as institution,
		h.reason as hold_of_all, k.reason as hold
	from (select distinct object_id from asked) a join intellectual_object o on o.id = a.object_id join institution n on n.id = o.institution_id
	left join request_item i on i.object_id = o.id and i.file_id is null and i.is_open
	left join lateral (select x.id from work_item x where x.object_identifier = o.identifier and x.institution_id = o.institution_id
		and x.action = 'Ingest' and x.completed_at is null order by x.id limit 1) w on true
	left join lateral (select x.reason from hold x where x.institution_id = n.id and x.lifted_at is null and x.object_id is null
		and x.file_id is null order by x.id limit 1) h on true
	left join lateral (select x.reason from hold x where x.object_id = o.id and x.lifted_at is null order by x.id limit 1) k on true
)
select a.place, b.rule, b.identifier, b.detail, b.eligible_at,
	coalesce(to_char(b.eligible_at at time zone 'UTC', 'YYYY-MM-DD'), '') as eligible_day
from asked a join around r on r.object_id = a.object_id
left join request_item i on i.file_id = a.id and i.is_open
left join lateral (select x.reason from hold x where x.of_object_id = a.object_id and x.file_id = a.id and x.lifted_at is null
	order by x.id limit 1) h on true
left join lateral (
	select s.name, s.min_days, retention_until(c.stored_at, s.min_days) as until from copy c
	join storage_option s on s.id = c.storage_option_id join storage_backend b on b.id = c.backend_id and b.retention <> 'store'
	where c.file_id = a.id and c.status <> 'gone' and retention_until(c.stored_at, s.min_days) > now()
	order by until desc limit 1) y on true
cross join lateral (
	select 'deleted' as rule, a.identifier, 'it is deleted already' as detail, null::timestamptz as eligible_at where a.state = 'D'
	union all
	select 'pending', a.identifier, format('deletion request %s is open for it',
		case when i.id < r.item_id then i.request_id else coalesce(r.request_id, i.request_id) end), null where i.id is not null or r.item_id is not null
	union all
	select 'pending', r.identifier, format('work item %s is storing a new version of it', r.work_item_id), null where r.work_item_id is not null
	union all
	select 'held', r.institution, 'the whole institution is under hold: ' || r.hold_of_all, null where r.hold_of_all is not null
	union all
	select 'held', r.identifier, 'it is under hold: ' || r.hold, null where r.hold is not null
	union all
	select 'held', a.identifier, 'it is under hold: ' || h.reason, null where h.reason is not null
	union all
	select 'young', a.identifier, format('%s is kept at least %s days', y.name, y.min_days), y.until where y.until is not null
	limit 1) b
order by a.place;
