-- What is known of backends, and how they are treated.

-- Every backend, with what was found last: any probe, and the last one that examined it.  "" and the epoch: never.
-- :name backend_list :many
-- :arg name text
-- :col name text
-- :col retention text
-- :col options text[]
-- :col probed_at timestamptz
-- :col probed_by text
-- :col is_reachable bool
-- :col problem text
-- :col versioning text
-- :col object_lock bool?
-- :col can_look bool?
-- :col examined_at timestamptz
-- :col examined_by text
-- :col examined_place text
-- :col conditional_delete bool?
-- :col conditional_batch bool?
-- :col conditional_put bool?
-- :col lists_versions bool?
-- :col reads_back bool?
-- :col is_open bool
-- :col since timestamptz
-- :col until timestamptz
-- :col reason text
-- :col set_by text
-- :col set_at timestamptz
select b.name, b.retention,
	coalesce((select array_agg(o.name order by o.name) from storage_option_backend x join storage_option o on o.id = x.storage_option_id
		where x.backend_id = b.id), '{}') as options,
	coalesce(p.at, 'epoch') as probed_at, coalesce(p.by, '') as probed_by, coalesce(p.is_reachable, false) as is_reachable,
	coalesce(p.problem, '') as problem, coalesce(p.versioning, '') as versioning, p.object_lock, p.can_look,
	coalesce(e.at, 'epoch') as examined_at, coalesce(e.by, '') as examined_by, coalesce(e.place, '') as examined_place,
	e.conditional_delete, e.conditional_batch, e.conditional_put, e.lists_versions, e.reads_back,
	coalesce(k.is_open, false) as is_open, coalesce(k.since, 'epoch') as since, coalesce(k.until, 'epoch') as until,
	coalesce(k.reason, '') as reason, coalesce(k.set_by, '') as set_by, coalesce(k.set_at, 'epoch') as set_at
from storage_backend b
left join lateral (select * from backend_probe q where q.backend_id = b.id order by q.id desc limit 1) p on true
left join lateral (select * from backend_probe q where q.backend_id = b.id and q.was_examined and q.is_reachable order by q.id desc limit 1) e on true
left join backend_breaker k on k.backend_id = b.id
where $1::text in ('', b.name) order by b.name;

-- :name backend_probe_insert :exec
-- :arg name text
-- :arg by text
-- :arg place text
-- :arg is_reachable bool
-- :arg problem text
-- :arg versioning text?
-- :arg object_lock bool?
-- :arg can_look bool?
-- :arg was_examined bool
-- :arg conditional_delete bool?
-- :arg conditional_batch bool?
-- :arg conditional_put bool?
-- :arg lists_versions bool?
-- :arg reads_back bool?
insert into backend_probe (backend_id, by, place, is_reachable, problem, versioning, object_lock, can_look, was_examined,
	conditional_delete, conditional_batch, conditional_put, lists_versions, reads_back)
select id, $2::text, $3::text, $4::bool, $5::text, $6::text, $7::bool, $8::bool, $9::bool, $10::bool, $11::bool, $12::bool, $13::bool,
	$14::bool
from storage_backend where name = $1::text;

-- :name backend_set_retention :opt
-- :arg name text
-- :arg retention text
-- :col before text
update storage_backend b set retention = $2::text from storage_backend was where b.name = $1::text and was.id = b.id
returning was.retention as before;

-- Opens it, or learns that it stays open longer.  was_open: it was so before, and this is no news.
-- :name backend_breaker_open :opt
-- :arg name text
-- :arg since timestamptz
-- :arg until timestamptz
-- :arg reason text
-- :arg set_by text
-- :col was_open bool
with was as (
	select k.is_open from backend_breaker k join storage_backend b on b.id = k.backend_id where b.name = $1::text
)
insert into backend_breaker as k (backend_id, is_open, since, until, reason, set_by)
select b.id, true, $2::timestamptz, $3::timestamptz, $4::text, $5::text from storage_backend b where b.name = $1::text
on conflict (backend_id) do update set is_open = true, until = greatest(excluded.until, case when k.is_open then k.until end),
	since = case when k.is_open then k.since else excluded.since end, reason = excluded.reason, set_by = excluded.set_by, set_at = now()
returning coalesce((select is_open from was), false) as was_open;

-- Closes it, if it is still the one that opened at that time; any, for null.
-- :name backend_breaker_close :exec
-- :arg name text
-- :arg since timestamptz?
-- :arg reason text
-- :arg set_by text
update backend_breaker k set is_open = false, reason = $3::text, set_by = $4::text, set_at = now()
from storage_backend b where b.id = k.backend_id and b.name = $1::text and k.is_open and ($2::timestamptz is null or k.since = $2::timestamptz);

-- What waits because of it is due.  A batch that waits for two names the one that it has to wait for first.
-- :name backend_recall_batches :exec
-- :arg name text
update batch set due_at = now()
where state = 'ready' and due_at > now() and starts_with(last_error, 'backend ' || $1::text || ':');

-- Of one copy each; the backends of the option that are named, or all of them.  Rows changed: backends.
-- :name storage_price_set :exec
-- :arg option text
-- :arg backends text[]
-- :arg price_nanos int8?
-- :arg price_currency text?
-- :arg billed_days int4?
-- :arg billed_bytes int8
update storage_option_backend x set price_nanos = $3::bigint, price_currency = $4::text, billed_days = $5::int, billed_bytes = $6::bigint
from storage_option o, storage_backend b
where o.name = $1::text and x.storage_option_id = o.id and b.id = x.backend_id and (cardinality($2::text[]) = 0 or b.name = any ($2::text[]));

-- :name storage_price_list :many
-- :col option text
-- :col min_days int4
-- :col backend text
-- :col price_nanos int8?
-- :col price_currency text?
-- :col billed_days int4
-- :col billed_bytes int8
select o.name as option, o.min_days, b.name as backend, x.price_nanos, x.price_currency, coalesce(x.billed_days, o.min_days) as billed_days, x.billed_bytes
from storage_option_backend x join storage_option o on o.id = x.storage_option_id join storage_backend b on b.id = x.backend_id
order by o.name, b.name;
