-- The same of events.

-- In order of date_time, behind from_at and from_id, as far as stop_at.
-- :name read_event_pick_by_time :one
-- :arg scope int8
-- :arg types text[]
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
	from institution n cross join unnest($2::text[]) t (event_type) cross join lateral (
		(select e.id, e.date_time as at from premis_event e where not $3::bool and e.institution_id = n.id and e.event_type = t.event_type
			and (e.date_time, e.id) > ($4::timestamptz, $5::bigint) and e.date_time <= $6::timestamptz order by e.date_time, e.id limit $7::int)
		union all
		(select e.id, e.date_time as at from premis_event e where $3::bool and e.institution_id = n.id and e.event_type = t.event_type
			and (e.date_time, e.id) < ($4::timestamptz, $5::bigint) and e.date_time >= $6::timestamptz order by e.date_time desc, e.id desc limit $7::int)) q
	where ($1::bigint = 0 or n.id = $1::bigint)
	order by place limit $7::int) p;

-- Which of ids fit terms, a jsonpath predicate, in the order of two of their members; without those, in their own.
-- :name read_event_sift :one
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
from unnest($2::bigint[]) with ordinality p (id, place) join premis_event e on e.id = p.id
cross join lateral (select jsonb_build_object('id', e.id, 'identifier', e.identifier, 'institution_id', e.institution_id, 'event_type', e.event_type, 'outcome',
		e.outcome, 'date_time', us(e.date_time), 'generic_file_id', e.file_id, 'intellectual_object_id', e.object_id) as j offset 0) r
where ($1::bigint = 0 or e.institution_id = $1::bigint) and ($3::text is null or r.j @@ (select $3::text::jsonpath));
