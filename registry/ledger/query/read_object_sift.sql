-- Lists of objects that are in order of time, filtered by anything: see tombstone/sift.h.

-- In order of updated_at, behind from_at and from_id, as far as stop_at.
-- :name read_object_pick_by_time :one
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
		(select o.id, o.updated_at as at from intellectual_object o where not $3::bool and o.institution_id = n.id and o.state = s.state
			and (o.updated_at, o.id) > ($4::timestamptz, $5::bigint) and o.updated_at <= $6::timestamptz order by o.updated_at, o.id limit $7::int)
		union all
		(select o.id, o.updated_at as at from intellectual_object o where $3::bool and o.institution_id = n.id and o.state = s.state
			and (o.updated_at, o.id) < ($4::timestamptz, $5::bigint) and o.updated_at >= $6::timestamptz order by o.updated_at desc, o.id desc limit $7::int)) q
	where ($1::bigint = 0 or n.id = $1::bigint) and ($2::text is null or s.state = $2::text)
	order by place limit $7::int) p;

-- Which of ids fit terms, a jsonpath predicate, in the order of two of their members; without those, in their own.
-- :name read_object_sift :one
-- :arg scope int8
-- :arg ids int8[]
-- :arg terms text?
-- :arg sort text
-- :arg sort_down bool
-- :arg then_sort text
-- :arg then_down bool
-- :arg with_counts bool
-- :col ids int8[]
select coalesce(array_agg(p.id order by case when not $5::bool then r.j -> $4::text end, case when $5::bool then r.j -> $4::text end desc,
	case when not $7::bool then r.j -> $6::text end, case when $7::bool then r.j -> $6::text end desc, p.place), '{}') as ids
from unnest($2::bigint[]) with ordinality p (id, place) join intellectual_object o on o.id = p.id
join storage_option s on s.id = o.storage_option_id
cross join lateral (select coalesce(sum(t.active_files), 0)::bigint as files, coalesce(sum(t.active_bytes), 0)::bigint as bytes
	from object_tally t where $8::bool and t.object_id = o.id) c
cross join lateral (select jsonb_build_object('id', o.id, 'identifier', o.identifier, 'institution_id', o.institution_id, 'access', o.access, 'alt_identifier',
		o.alt_identifier, 'bag_group_identifier', o.bag_group_identifier, 'bag_name', o.bag_name, 'bagit_profile_identifier',
		o.bagit_profile_identifier, 'internal_sender_description', o.internal_sender_description,
		'internal_sender_identifier', o.internal_sender_identifier, 'source_organization', o.source_organization, 'state',
		o.state, 'title', o.title, 'etag', o.etag, 'storage_option', s.name, 'created_at', us(o.created_at), 'updated_at', us(o.updated_at),
		'file_count', c.files, 'size', c.bytes) as j offset 0) r
where ($1::bigint = 0 or o.institution_id = $1::bigint) and ($3::text is null or r.j @@ (select $3::text::jsonpath));
