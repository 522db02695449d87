-- Files with all that hangs on them: see read_object.sql.

-- :name read_file_full_checksums :many
-- :arg scope int8
-- :arg ids int8[]
-- :col file_id int8
-- :col id int8
-- :col generation int4
-- :col algorithm text
-- :col digest text
-- :col created_at timestamptz
select k.file_id, k.id, k.generation, k.algorithm, k.digest, k.created_at
from unnest($2::bigint[]) with ordinality p (id, place) join generic_file f on f.id = p.id join checksum k on k.file_id = f.id
where $1::bigint = 0 or f.institution_id = $1::bigint order by p.place, k.generation desc, k.id desc;

-- The newest at_most of each.
-- :name read_file_full_events :one
-- :arg scope int8
-- :arg ids int8[]
-- :arg at_most int4
-- :col ids int8[]
select coalesce(array_agg(q.id order by p.place, q.date_time desc, q.id desc), '{}') as ids
from unnest($2::bigint[]) with ordinality p (id, place) cross join lateral (
	select e.id, e.date_time from premis_event e where e.file_id between p.id and p.id
		and ($1::bigint = 0 or e.institution_id = $1::bigint) order by e.file_id desc, e.id desc limit $3::int) q;

-- :name read_copy_place :opt
-- :arg scope int8
-- :arg id int8
-- :col id int8
-- :col file_id int8
-- :col url text
select c.id, c.file_id, c.url from copy c join generic_file f on f.id = c.file_id
where c.id = $2::bigint and c.status = 'stored' and ($1::bigint = 0 or f.institution_id = $1::bigint);
