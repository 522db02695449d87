-- Reading checksums: see read_object.sql.  They have no institution of their own: their files are walked.

-- File by file, by the ids of the files.
-- :name read_checksum_pick :one
-- :arg scope int8
-- :arg state text?
-- :arg newest_first bool
-- :arg from_file int8
-- :arg from_id int8
-- :arg at_most int4
-- :col ids int8[]
-- :col files int8[]
select coalesce(array_agg(p.id order by p.place), '{}') as ids, coalesce(array_agg(p.file_id order by p.place), '{}') as files from (
	select q.id, q.file_id, row_number() over (order by case when $3::bool then -q.file_id else q.file_id end,
		case when $3::bool then -q.id else q.id end) as place
	from institution n cross join (values ('A'), ('D')) s (state) cross join lateral (
		(select k.id, f.id as file_id from generic_file f cross join lateral (
				select c.id from checksum c where c.file_id = f.id offset 0) k
			where not $3::bool and f.institution_id = n.id and f.state = s.state and -f.id <= -$4::bigint
			and (f.id > $4::bigint or k.id > $5::bigint) order by -f.id desc, k.id limit $6::int)
		union all
		(select k.id, f.id as file_id from generic_file f cross join lateral (
				select c.id from checksum c where c.file_id = f.id offset 0) k
			where $3::bool and f.institution_id = n.id and f.state = s.state and -f.id >= -$4::bigint
			and (f.id < $4::bigint or k.id < $5::bigint) order by -f.id, k.id desc limit $6::int)) q
	where ($1::bigint = 0 or n.id = $1::bigint) and ($2::text is null or s.state = $2::text)
	order by place limit $6::int) p;

-- Of the files of one object, in the order of their identifiers.
-- :name read_checksum_pick_of_object :one
-- :arg scope int8
-- :arg state text?
-- :arg object_id int8
-- :arg from_file int8
-- :arg from_id int8
-- :arg at_most int4
-- :col ids int8[]
-- :col files int8[]
with mark as materialized (
	select coalesce((select f.identifier from generic_file f where f.id = $4::bigint and f.object_id = $3::bigint), '') as name
)
select coalesce(array_agg(p.id order by p.place), '{}') as ids, coalesce(array_agg(p.file_id order by p.place), '{}') as files from (
	select q.id, q.file_id, row_number() over (order by q.identifier collate "C", q.id) as place
	from mark cross join intellectual_object o cross join (values ('A'), ('D')) s (state) cross join lateral (
		select k.id, f.id as file_id, f.identifier from generic_file f cross join lateral (
			select c.id from checksum c where c.file_id = f.id offset 0) k
		where f.object_id = o.id and f.state = s.state and f.identifier collate "C" >= mark.name
			and (f.identifier collate "C" > mark.name or k.id > $5::bigint)
		order by f.identifier collate "C", k.id limit $6::int) q
	where o.id = $3::bigint and ($1::bigint = 0 or o.institution_id = $1::bigint) and ($2::text is null or s.state = $2::text)
	order by place limit $6::int) p;

-- :name read_checksum_pick_of_file :one
-- :arg scope int8
-- :arg state text?
-- :arg file_id int8
-- :arg newest_first bool
-- :arg from_id int8
-- :arg at_most int4
-- :col ids int8[]
select coalesce(array_agg(p.id order by case when $4::bool then -p.id else p.id end), '{}') as ids from (
	select k.id from generic_file f join checksum k on k.file_id = f.id
	where f.id = $3::bigint and ($1::bigint = 0 or f.institution_id = $1::bigint) and ($2::text is null or f.state = $2::text)
		and case when $4::bool then k.id < $5::bigint else k.id > $5::bigint end
	order by case when $4::bool then -k.id else k.id end limit $6::int) p;

-- :name read_checksum_sift :one
-- :arg scope int8
-- :arg ids int8[]
-- :arg terms text?
-- :arg sort text
-- :arg sort_down bool
-- :arg then_sort text
-- :arg then_down bool
-- :col ids int8[]
select coalesce(array_agg(p.id order by case when not $5::bool then r.j -> $4::text end, case when $5::bool then r.j -> $4::text end desc,
	case when not $7::bool then r.j -> $6::text end, case when $7::bool then r.j -> $6::text end desc, p.place), '{}') as ids
from unnest($2::bigint[]) with ordinality p (id, place) join checksum k on k.id = p.id join generic_file f on f.id = k.file_id
cross join lateral (select jsonb_build_object('id', k.id, 'algorithm', k.algorithm, 'digest', k.digest, 'datetime', us(k.created_at),
	'state', f.state, 'generic_file_id', f.id, 'generic_file_identifier', f.identifier, 'intellectual_object_id', f.object_id,
	'institution_id', f.institution_id) as j offset 0) r
where ($1::bigint = 0 or f.institution_id = $1::bigint) and ($3::text is null or r.j @@ (select $3::text::jsonpath));

-- :name read_checksum_rows :many
-- :arg scope int8
-- :arg ids int8[]
-- :col id int8
-- :col algorithm text
-- :col digest text
-- :col generation int4
-- :col created_at timestamptz
-- :col file_id int8
-- :col file_identifier text
-- :col is_deleted bool
-- :col object_id int8
-- :col institution_id int8
select k.id, k.algorithm, k.digest, k.generation, k.created_at, f.id as file_id, f.identifier as file_identifier,
	f.state = 'D' as is_deleted, f.object_id, f.institution_id
from unnest($2::bigint[]) with ordinality p (id, place) join checksum k on k.id = p.id join generic_file f on f.id = k.file_id
where $1::bigint = 0 or f.institution_id = $1::bigint order by p.place;
