-- What is known of backends, and how they are treated: probes, breakers, whose minimum retention counts, prices.
-- Spec: deletion.md P-12, X-02, X-18.

-- Whose minimum counts for copies on this backend: the storage option's ("registry"), that of the storage class which
-- the store reports ("store"; a worker asks it, since the ledger knows nothing of stores), or both.
alter table storage_backend add retention text not null default 'strictest'
	constraint storage_backend_retention_check check (retention in ('registry', 'store', 'strictest'));

-- What a copy of an option costs on a backend, and for how long at least: an estimate of what its early deletion costs.
-- Null: not known, and then nothing is said of it.
alter table storage_option_backend
	add price_nanos bigint constraint storage_price_check check (price_nanos between 0 and 1000000000000), -- billionths of the currency, for 2^30 bytes and 30 days
	add price_currency text constraint storage_price_currency_check check (price_currency ~ '^[A-Z]{3}$'),
	add billed_days int constraint storage_price_days_check check (billed_days between 0 and 36500), -- null: the option's minimum
	add billed_bytes bigint not null default 0 constraint storage_price_bytes_check check (billed_bytes between 0 and 1073741824), -- a smaller file is billed as if it had so many
	add constraint storage_price_whole check ((price_nanos is null) = (price_currency is null));

-- The days of a copy that its provider still bills after it was deleted now: begun days count whole.
-- lib/retention_fee.c makes money of it.
create function billed_days_left(stored_at timestamptz, billed_days int) returns bigint language sql stable as $$
	select least(greatest(ceil(extract(epoch from retention_until(stored_at, billed_days) - now()) / 86400), 0), billed_days)::bigint
$$;

-- What was found when somebody looked at a backend as a whole.  Null: not asked, or no clear answer.
create table backend_probe (
	id bigint generated always as identity primary key,
	backend_id bigint not null references storage_backend,
	at timestamptz not null default now(),
	by text not null, -- an e-mail address, or the program that asked
	place text not null, -- how its URLs began: what was found elsewhere proves nothing
	is_reachable bool not null,
	problem text not null default '', -- why not
	versioning text check (versioning in ('never', 'enabled', 'suspended')),
	object_lock bool,
	can_look bool,
	was_examined bool not null, -- with objects of its own; the rest is null otherwise
	conditional_delete bool,
	conditional_batch bool,
	conditional_put bool,
	lists_versions bool,
	reads_back bool
);
create index backend_probe_latest on backend_probe (backend_id, id desc);
create index backend_examination_latest on backend_probe (backend_id, id desc) where was_examined and is_reachable;
create trigger backend_probe_kept before update or delete or truncate on backend_probe for each statement execute function refuse();

-- Backends that workers leave alone, because a store refused them as a whole.  No row: none of them has complained yet.
create table backend_breaker (
	backend_id bigint primary key references storage_backend,
	is_open bool not null,
	since timestamptz not null,
	until timestamptz not null, -- from then on one request may try whether it is over
	reason text not null,
	set_by text not null,
	set_at timestamptz not null default now()
);
create trigger backend_breaker_kept before delete or truncate on backend_breaker for each statement execute function refuse();

grant select, insert on backend_probe to tombstone_registry;
grant select on backend_breaker to tombstone_registry;
grant update (is_open, since, until, reason, set_by, set_at) on backend_breaker to tombstone_registry;
grant update (retention) on storage_backend to tombstone_registry;
grant update (price_nanos, price_currency, billed_days, billed_bytes) on storage_option_backend to tombstone_registry;
grant select on backend_probe to tombstone_worker;
grant select, insert, update on backend_breaker to tombstone_worker;
grant execute on function billed_days_left(timestamptz, int) to tombstone_registry, tombstone_worker;

-- As in 0006, but "young" leaves out copies whose store alone has the say.
-- own_request: a request whose own items are no obstacle to itself; 0 for none.
create or replace function deletion_obstacles(institution bigint, objects bigint[], files bigint[], own_request bigint)
returns table (rule text, identifier text, detail text, eligible_at timestamptz) language sql stable as $$
	(select 'deleted', o.identifier, 'it is deleted already', null::timestamptz
		from intellectual_object o where o.id = any (objects) and o.institution_id = institution and o.state = 'D' order by o.id limit 1)
	union all
	(select 'deleted', f.identifier, 'it is deleted already', null
		from generic_file f where f.id = any (files) and f.institution_id = institution and f.state = 'D' order by f.id limit 1)
	union all
	(select 'pending', o.identifier, format('deletion request %s is open for it or for one of its files', i.request_id), null
		from intellectual_object o join request_item i on i.object_id = o.id
		where o.id = any (objects) and i.is_open and i.request_id <> own_request order by i.id limit 1)
	union all
	(select 'pending', f.identifier, format('deletion request %s is open for it', i.request_id), null
		from generic_file f join request_item i on i.object_id = f.object_id and (i.file_id = f.id or i.file_id is null)
		where f.id = any (files) and i.is_open and i.request_id <> own_request order by i.id limit 1)
	union all
	(select 'pending', o.identifier, format('work item %s is storing a new version of it', w.id), null
		from intellectual_object o join work_item w on w.object_identifier = o.identifier and w.institution_id = o.institution_id
		where (o.id = any (objects) or o.id in (select object_id from generic_file where id = any (files)))
			and w.action = 'Ingest' and w.completed_at is null order by w.id limit 1)
	union all
	(select 'held', i.identifier, 'the whole institution is under hold: ' || h.reason, null
		from hold h join institution i on i.id = h.institution_id
		where h.institution_id = institution and h.lifted_at is null and h.object_id is null and h.file_id is null order by h.id limit 1)
	union all
	(select 'held', o.identifier, 'it is under hold: ' || h.reason, null
		from intellectual_object o join hold h on h.object_id = o.id and h.lifted_at is null
		where o.id = any (objects) or o.id in (select object_id from generic_file where id = any (files)) order by h.id limit 1)
	union all
	(select 'held', f.identifier, 'it is under hold: ' || h.reason, null
		from hold h join active_files(institution, objects, files) f on f.id = h.file_id
		where h.institution_id = institution and h.lifted_at is null order by h.id limit 1)
	union all
	(select 'young', f.identifier, format('%s is kept at least %s days', s.name, s.min_days), retention_until(c.stored_at, s.min_days)
		from active_files(institution, objects, files) f
		join copy c on c.file_id = f.id and c.status <> 'gone' join storage_option s on s.id = c.storage_option_id
		join storage_backend b on b.id = c.backend_id and b.retention <> 'store'
		where retention_until(c.stored_at, s.min_days) > now() order by 4 desc, f.id limit 1)
$$;
