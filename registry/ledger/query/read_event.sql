-- Reading PREMIS events: see read_object.sql.

-- types: the event types that are wanted, all of them for no filter: each is a range of the index.
-- :name read_event_pick :one
-- :arg scope int8
-- :arg types text[]
-- :arg newest_first bool
-- :arg from_id int8
-- :arg at_most int4
-- :col ids int8[]
select coalesce(array_agg(p.id order by case when $3::bool then -p.id else p.id end), '{}') as ids from (
	select q.id from institution n cross join unnest($2::text[]) t (event_type) cross join lateral (
		(select e.id from premis_event e where not $3::bool and e.institution_id = n.id and e.event_type = t.event_type
			and -e.id < -$4::bigint order by -e.id desc limit $5::int)
		union all
		(select e.id from premis_event e where $3::bool and e.institution_id = n.id and e.event_type = t.event_type
			and -e.id > -$4::bigint order by -e.id limit $5::int)) q
	where $1::bigint = 0 or n.id = $1::bigint
	order by case when $3::bool then -q.id else q.id end limit $5::int) p;

-- At most at_most of them: counting stops there, and needs no order across institutions.
-- :name read_event_count :one
-- :arg scope int8
-- :arg types text[]
-- :arg at_most int4
-- :col n int8
select count(*) as n from (
	select from institution n cross join unnest($2::text[]) t (event_type) cross join lateral (
		select from premis_event e where e.institution_id = n.id and e.event_type = t.event_type order by -e.id limit $3::int) q
	where $1::bigint = 0 or n.id = $1::bigint limit $3::int) p;

-- By their own time, the newest first, of one outcome or any.  before_id: the event behind which the page begins, or one that
-- there is not.
-- :name read_event_pick_dated :one
-- :arg scope int8
-- :arg types text[]
-- :arg outcome text
-- :arg from_at timestamptz
-- :arg to_at timestamptz
-- :arg before_id int8
-- :arg at_most int4
-- :col ids int8[]
select coalesce(array_agg(p.id order by p.date_time desc, p.id desc), '{}') as ids from (
	select q.id, q.date_time from institution n cross join unnest($2::text[]) t (event_type)
	cross join (select coalesce((select b.date_time from premis_event b where b.id = $6::bigint), 'infinity') as at) z
	cross join lateral (
		select e.id, e.date_time from premis_event e where e.institution_id = n.id and e.event_type = t.event_type
			and e.date_time >= $4::timestamptz and e.date_time < $5::timestamptz and (e.date_time, e.id) < (z.at, $6::bigint) and $3::text in ('', e.outcome)
		order by e.date_time desc, e.id desc limit $7::int) q
	where $1::bigint = 0 or n.id = $1::bigint
	order by q.date_time desc, q.id desc limit $7::int) p;

-- The same for the few that failed.
-- :name read_event_pick_failed :one
-- :arg scope int8
-- :arg types text[]
-- :arg from_at timestamptz
-- :arg to_at timestamptz
-- :arg before_id int8
-- :arg at_most int4
-- :col ids int8[]
select coalesce(array_agg(p.id order by p.date_time desc, p.id desc), '{}') as ids from (
	select q.id, q.date_time from institution n
	cross join (select coalesce((select b.date_time from premis_event b where b.id = $5::bigint), 'infinity') as at) z
	cross join lateral (
		select e.id, e.date_time from premis_event e where e.institution_id = n.id and e.outcome = 'Failure'
			and e.date_time >= $3::timestamptz and e.date_time < $4::timestamptz and (e.date_time, e.id) < (z.at, $5::bigint) and e.event_type = any ($2::text[])
		order by e.date_time desc, e.id desc limit $6::int) q
	where $1::bigint = 0 or n.id = $1::bigint
	order by q.date_time desc, q.id desc limit $6::int) p;

-- About an object, and about its files if with_files.
-- :name read_event_pick_of_object :one
-- :arg scope int8
-- :arg types text[]
-- :arg newest_first bool
-- :arg from_id int8
-- :arg at_most int4
-- :arg object_id int8
-- :arg with_files bool
-- :arg outcome text
-- :arg from_at timestamptz
-- :arg to_at timestamptz
-- :col ids int8[]
select coalesce(array_agg(p.id order by case when $3::bool then -p.id else p.id end), '{}') as ids from (
	select q.id from intellectual_object o cross join lateral (
		(select e.id from premis_event e where not $3::bool and $7::bool and e.object_id between o.id and o.id
			and e.event_type = any ($2::text[]) and $8::text in ('', e.outcome)
			and e.date_time >= $9::timestamptz and e.date_time < $10::timestamptz and e.id > $4::bigint order by e.object_id, e.id limit $5::int)
		union all
		(select e.id from premis_event e where $3::bool and $7::bool and e.object_id between o.id and o.id
			and e.event_type = any ($2::text[]) and $8::text in ('', e.outcome)
			and e.date_time >= $9::timestamptz and e.date_time < $10::timestamptz and e.id < $4::bigint order by e.object_id desc, e.id desc limit $5::int)
		union all
		(select e.id from premis_event e where not $3::bool and not $7::bool and e.object_id between o.id and o.id and e.file_id is null
			and e.event_type = any ($2::text[]) and $8::text in ('', e.outcome)
			and e.date_time >= $9::timestamptz and e.date_time < $10::timestamptz and e.id > $4::bigint order by e.object_id, e.id limit $5::int)
		union all
		(select e.id from premis_event e where $3::bool and not $7::bool and e.object_id between o.id and o.id and e.file_id is null
			and e.event_type = any ($2::text[]) and $8::text in ('', e.outcome)
			and e.date_time >= $9::timestamptz and e.date_time < $10::timestamptz and e.id < $4::bigint order by e.object_id desc, e.id desc limit $5::int)) q
	where o.id = $6::bigint and ($1::bigint = 0 or o.institution_id = $1::bigint)) p;

-- :name read_event_pick_of_file :one
-- :arg scope int8
-- :arg types text[]
-- :arg newest_first bool
-- :arg from_id int8
-- :arg at_most int4
-- :arg file_id int8
-- :arg outcome text
-- :arg from_at timestamptz
-- :arg to_at timestamptz
-- :col ids int8[]
select coalesce(array_agg(p.id order by case when $3::bool then -p.id else p.id end), '{}') as ids from (
	select q.id from generic_file f cross join lateral (
		(select e.id from premis_event e where not $3::bool and e.file_id between f.id and f.id
			and e.event_type = any ($2::text[]) and $7::text in ('', e.outcome)
			and e.date_time >= $8::timestamptz and e.date_time < $9::timestamptz and e.id > $4::bigint order by e.file_id, e.id limit $5::int)
		union all
		(select e.id from premis_event e where $3::bool and e.file_id between f.id and f.id
			and e.event_type = any ($2::text[]) and $7::text in ('', e.outcome)
			and e.date_time >= $8::timestamptz and e.date_time < $9::timestamptz and e.id < $4::bigint order by e.file_id desc, e.id desc limit $5::int)) q
	where f.id = $6::bigint and ($1::bigint = 0 or f.institution_id = $1::bigint)) p;

-- :name read_event_find :opt
-- :arg scope int8
-- :arg id int8
-- :arg identifier uuid
-- :col id int8
select e.id from premis_event e
where ($1::bigint = 0 or e.institution_id = $1::bigint) and (e.id = $2::bigint or $2::bigint = 0 and e.identifier = $3::uuid);

-- :name read_event_rows :many
-- :arg scope int8
-- :arg ids int8[]
-- :col id int8
-- :col identifier uuid
-- :col institution_id int8
-- :col institution_name text
-- :col object_id int8
-- :col object_identifier text
-- :col file_id int8
-- :col file_identifier text
-- :col generation int4
-- :col event_type text
-- :col date_time timestamptz
-- :col detail text
-- :col outcome text
-- :col outcome_detail text
-- :col outcome_information text
-- :col object_used text
-- :col agent text
-- :col deletion_id int8
select e.id, e.identifier, e.institution_id, n.name as institution_name, e.object_id, o.identifier as object_identifier,
	coalesce(e.file_id, 0) as file_id, coalesce(f.identifier, '') as file_identifier, e.generation, e.event_type, e.date_time,
	e.detail, e.outcome, e.outcome_detail, e.outcome_information, e.object_used, e.agent, coalesce(e.deletion_id, 0) as deletion_id
from unnest($2::bigint[]) with ordinality p (id, place) join premis_event e on e.id = p.id
join intellectual_object o on o.id = e.object_id join institution n on n.id = e.institution_id
left join generic_file f on f.id = e.file_id
where $1::bigint = 0 or e.institution_id = $1::bigint order by p.place;
