-- The same of files: see read_object.sql, read_object_sift.sql.

-- In order of updated_at, behind from_at and from_id, as far as stop_at.
-- :name read_file_pick_by_time :one
-- :arg scope int8
-- :arg state text?
-- :arg newest_first bool
-- :arg from_at timestamptz
-- :arg from_id int8
-- :arg stop_at timestamptz
-- :arg at_most int4
-- :col ids int8[]
-- :col at timestamptz[]
select coalesce(array_agg(p.id order by p.place), '{}') as ids, coalesce(array_agg(p.at order by p.place), '{}') as at from (
	select q.id, q.at, row_number() over (order by case when $3::bool then q.at end desc, case when not $3::bool then q.at end,
		case when $3::bool then -q.id else q.id end) as place
	from institution n cross join (values ('A'), ('D')) s (state) cross join lateral (
		(select f.id, f.updated_at as at from generic_file f where not $3::bool and f.institution_id = n.id and f.state = s.state
			and (f.updated_at, f.id) > ($4::timestamptz, $5::bigint) and f.updated_at <= $6::timestamptz order by f.updated_at, f.id limit $7::int)
		union all
		(select f.id, f.updated_at as at from generic_file f where $3::bool and f.institution_id = n.id and f.state = s.state
			and (f.updated_at, f.id) < ($4::timestamptz, $5::bigint) and f.updated_at >= $6::timestamptz order by f.updated_at desc, f.id desc limit $7::int)) q
	where ($1::bigint = 0 or n.id = $1::bigint) and ($2::text is null or s.state = $2::text)
	order by place limit $7::int) p;

-- Which of ids fit terms, a jsonpath predicate, in the order of two of their members; without those, in their own.
-- :name read_file_sift :one
-- :arg scope int8
-- :arg ids int8[]
-- :arg terms text?
-- :arg sort text
-- :arg sort_down bool
-- :arg then_sort text
-- :arg then_down bool
-- :arg with_fixity bool
-- :col ids int8[]
select coalesce(array_agg(p.id order by case when not $5::bool then r.j -> $4::text end, case when $5::bool then r.j -> $4::text end desc,
	case when not $7::bool then r.j -> $6::text end, case when $7::bool then r.j -> $6::text end desc, p.place), '{}') as ids
from unnest($2::bigint[]) with ordinality p (id, place) join generic_file f on f.id = p.id
join storage_option s on s.id = f.storage_option_id
cross join lateral (select max(x.date_time) as at from premis_event x
	where $8::bool and x.file_id = f.id and x.event_type = 'fixity check' and x.outcome = 'Success') e
cross join lateral (select jsonb_build_object('id', f.id, 'identifier', f.identifier, 'institution_id', f.institution_id, 'file_format', f.file_format, 'state',
		f.state, 'uuid', f.uuid, 'intellectual_object_id', f.object_id, 'storage_option', s.name, 'size', f.size_bytes,
		'created_at', us(f.created_at), 'updated_at', us(f.updated_at), 'last_fixity_check', us(e.at)) as j offset 0) r
where ($1::bigint = 0 or f.institution_id = $1::bigint) and ($3::text is null or r.j @@ (select $3::text::jsonpath));

-- :name read_file_pick_uuid :one
-- :arg scope int8
-- :arg uuid uuid
-- :col ids int8[]
select coalesce(array_agg(f.id), '{}') as ids from generic_file f where f.uuid = $2::uuid and ($1::bigint = 0 or f.institution_id = $1::bigint);
