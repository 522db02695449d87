-- The same of deletion requests.

-- In order of requested_at, behind from_at and from_id, as far as stop_at.
-- :name read_deletion_pick_by_time :one
-- :arg scope int8
-- :arg newest_first bool
-- :arg from_at timestamptz
-- :arg from_id int8
-- :arg stop_at timestamptz
-- :arg at_most int4
-- :col ids int8[]
-- :col at timestamptz[]
select coalesce(array_agg(p.id order by p.place), '{}') as ids, coalesce(array_agg(p.at order by p.place), '{}') as at from (
	select q.id, q.at, row_number() over (order by case when $2::bool then q.at end desc, case when not $2::bool then q.at end,
		case when $2::bool then -q.id else q.id end) as place
	from institution n  cross join lateral (
		(select k.id, k.requested_at as at from deletion_request k where not $2::bool and k.institution_id = n.id
			and (k.requested_at, k.id) > ($3::timestamptz, $4::bigint) and k.requested_at <= $5::timestamptz order by k.requested_at, k.id limit $6::int)
		union all
		(select k.id, k.requested_at as at from deletion_request k where $2::bool and k.institution_id = n.id
			and (k.requested_at, k.id) < ($3::timestamptz, $4::bigint) and k.requested_at >= $5::timestamptz order by k.requested_at desc, k.id desc limit $6::int)) q
	where ($1::bigint = 0 or n.id = $1::bigint)
	order by place limit $6::int) p;

-- Which of ids fit terms, a jsonpath predicate, in the order of two of their members; without those, in their own.
-- :name read_deletion_sift :one
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
from unnest($2::bigint[]) with ordinality p (id, place) join deletion_request k on k.id = p.id
cross join lateral (select jsonb_build_object('id', k.id, 'institution_id', k.institution_id, 'requested_at', us(k.requested_at), 'status', case when k.state =
		'open' and k.expires_at <= now() then 'Expired' when k.state = 'open' then 'Awaiting Approval' else initcap(k.state)
		end, 'stage', case when exists (select from deletion d where d.request_id = k.id and d.finished_at is not null) then
		'Resolve' else 'Requested' end, 'requested_by_id', k.requested_by) as j offset 0) r
where ($1::bigint = 0 or k.institution_id = $1::bigint) and ($3::text is null or r.j @@ (select $3::text::jsonpath));
