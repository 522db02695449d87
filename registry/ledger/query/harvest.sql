-- What harvesters did here.  Spec: records.md 3.3 (H-11, H-12).

-- :name harvest_begin :one
-- :arg remote text
-- :arg user_agent text
-- :arg verb text
-- :arg prefix text
-- :arg set_spec text
-- :arg from_at timestamptz?
-- :arg until_at timestamptz
-- :arg begun_at timestamptz
-- :col id int8
insert into harvest_chain (harvester_id, remote, user_agent, verb, prefix, set_spec, from_at, until_at, begun_at)
values ((select h.id from harvester h where h.remote = left($1::text, 64) and h.user_agent = left($2::text, 255)
		and h.user_id is null and h.retired_at is null),
	left($1::text, 64), left($2::text, 255), $3::text, $4::text, $5::text, $6::timestamptz, $7::timestamptz, $8::timestamptz)
returning id;

-- :name harvest_page :exec
-- :arg id int8
-- :arg returned int8
-- :arg deleted int8
-- :arg suppressed int8
-- :arg failed int8
-- :arg is_last bool
update harvest_chain set pages = pages + 1, returned = returned + $2::bigint, deleted = deleted + $3::bigint,
	suppressed = suppressed + $4::bigint, failed = failed + $5::bigint, last_at = clock_timestamp(),
	completed_at = case when $6::boolean then coalesce(completed_at, clock_timestamp()) else completed_at end
where id = $1::bigint;

-- :name harvest_fail :exec
-- :arg item_id uuid
-- :arg prefix text
-- :arg institution_id int8
-- :arg reason text
-- :arg chain_id int8?
insert into harvest_error (item_id, prefix, institution_id, reason, chain_id)
values ($1::uuid, $2::text, $3::bigint, left($4::text, 500), $5::bigint)
on conflict (item_id, prefix) do update set reason = excluded.reason, last_at = now(), times = harvest_error.times + 1,
	chain_id = coalesce(excluded.chain_id, harvest_error.chain_id);

-- :name harvest_forget :exec
-- :arg days int4
delete from harvest_error where last_at < now() - make_interval(days => $1::int);

-- :name harvest_errors :many
-- :arg scope int8
-- :arg at_most int4
-- :col item_id uuid
-- :col title text
-- :col institution text
-- :col prefix text
-- :col reason text
-- :col times int8
-- :col first_at timestamptz
-- :col last_at timestamptz
select e.item_id, coalesce(r.title, o.title, '') as title, n.identifier as institution, e.prefix, e.reason, e.times, e.first_at, e.last_at
from harvest_error e join institution n on n.id = e.institution_id join oai_item i on i.id = e.item_id
left join record r on i.object_id is null and r.id = e.item_id left join intellectual_object o on o.id = i.object_id
where $1::bigint = 0 or e.institution_id = $1::bigint order by e.last_at desc, e.item_id limit $2::int;

-- :name harvest_lists :many
-- :arg at_most int4
-- :col id int8
-- :col harvester text
-- :col remote text
-- :col user_agent text
-- :col verb text
-- :col prefix text
-- :col set_spec text
-- :col from_at timestamptz?
-- :col until_at timestamptz
-- :col begun_at timestamptz
-- :col last_at timestamptz
-- :col completed_at timestamptz?
-- :col pages int8
-- :col returned int8
-- :col deleted int8
-- :col suppressed int8
-- :col failed int8
select c.id, coalesce(h.name, '') as harvester, c.remote, c.user_agent, c.verb, c.prefix, c.set_spec, c.from_at, c.until_at,
	c.begun_at, c.last_at, c.completed_at, c.pages, c.returned, c.deleted, c.suppressed, c.failed
from harvest_chain c left join harvester h on h.id = c.harvester_id order by c.begun_at desc, c.id desc limit $1::int;
