-- What OAI-PMH shows: one item for each record and object that is harvested by itself.  Triggers note what changed, by
-- whatever hand; oai_stamp() makes the items of it.  Spec: records.md 2.2 R5, 3.1 to 3.3.

create table oai_policy (
	only_row boolean primary key default true check (only_row),
	deleted_record text not null default 'persistent' check (deleted_record in ('persistent', 'transient', 'no')),
	deleted_record_since timestamptz not null default now(),
	expose_holdings boolean not null default true,
	expose_objects boolean not null default false,
	suppressed text not null default 'flag' check (suppressed in ('flag', 'skip')),
	compat_folio text not null default 'consistent' check (compat_folio in ('consistent', 'seed')),
	earliest_complete_from timestamptz not null default '-infinity', -- tombstones before it may have been purged
	last_stamp timestamptz not null default '-infinity'
);
insert into oai_policy default values;

-- Written by oai_stamp() alone.
create table oai_item (
	id uuid primary key, -- the record's; an object gets one of its own
	institution_id bigint not null references institution,
	kind text not null, -- of record_kind, or intellectual_object
	object_id bigint, -- null: a record
	is_deleted boolean not null,
	is_suppressed boolean not null,
	was_shown boolean not null, -- was there a time when it was not suppressed?
	-- Since when it is as it is, to the second: the time when it was given, after the change was there for all to see.  So no
	-- harvest that has passed this second can have missed it (H-5).
	datestamp timestamptz not null
);
create index oai_item_by_kind on oai_item (kind, datestamp, id);
create index oai_item_by_institution on oai_item (institution_id, kind, datestamp, id);
create unique index oai_item_of_object on oai_item (object_id) where object_id is not null;

-- Changes that no item tells of yet.  Whoever changes something adds rows, and waits for nobody.
create table oai_change (
	id bigint generated always as identity primary key,
	record_id uuid,
	object_id bigint,
	check ((record_id is null) <> (object_id is null))
);

-- The number of the lock that stamping takes, and that a list takes shared before it reads its first page.
create function oai_lock_key() returns bigint language sql immutable as $$ select 7307496710518::bigint $$;

-- The time as harvesters see it: it never goes back (H-7).
create function oai_now() returns timestamptz language sql volatile as $$
	select greatest(date_trunc('second', clock_timestamp()), p.last_stamp) from oai_policy p
$$;

-- Makes items of up to at_most changes that are committed: their own, and those of what is above them or tied to them (R5).
-- One transaction of its own, and a short one.  How many changes there were.
create function oai_stamp(at_most int) returns bigint
language plpgsql security definer set search_path = public, pg_temp set jit = off
	-- A few thousand rows of tables that have millions: always by index.
	set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
	at timestamptz;
	records uuid[];
	level uuid[];
	objects bigint[];
	taken bigint[];
begin
	if not exists (select from oai_change) then
		return 0;
	end if;
	perform pg_advisory_xact_lock(oai_lock_key());
	taken := array(select x.id from oai_change x order by x.id limit at_most);
	with gone as (delete from oai_change c where c.id = any (taken) returning c.record_id, c.object_id)
	select array_agg(distinct t.record_id) filter (where t.record_id is not null),
		array_agg(distinct t.object_id) filter (where t.object_id is not null) into records, objects from gone t;
	at := oai_now();
	level := records;
	while cardinality(level) > 0 loop
		level := array(select distinct r.parent_id from record r where r.id = any (level) and r.parent_id is not null
			and not r.parent_id = any (records));
		records := records || level;
	end loop;
	records := records || array(select distinct l.to_id from record_link l where l.from_id = any (records) and not l.to_id = any (records));
	insert into oai_item (id, institution_id, kind, is_deleted, is_suppressed, was_shown, datestamp)
	select r.id, r.institution_id, r.kind, r.state = 'deleted', r.discovery_suppress, not r.discovery_suppress, at
	from record r join record_kind k on k.name = r.kind and k.is_harvested where r.id = any (records)
	on conflict (id) do update set is_deleted = excluded.is_deleted, is_suppressed = excluded.is_suppressed,
		was_shown = oai_item.was_shown or excluded.was_shown, datestamp = excluded.datestamp;
	insert into oai_item (id, institution_id, kind, object_id, is_deleted, is_suppressed, was_shown, datestamp)
	select gen_random_uuid(), o.institution_id, 'intellectual_object', o.id, o.state = 'D', o.access = 'restricted',
		o.access <> 'restricted', at
	from unnest(objects) u join intellectual_object o on o.id = u
	on conflict (object_id) where object_id is not null do update set is_deleted = excluded.is_deleted,
		is_suppressed = excluded.is_suppressed, was_shown = oai_item.was_shown or excluded.was_shown, datestamp = excluded.datestamp;
	update oai_policy set last_stamp = at where last_stamp < at;
	return cardinality(taken);
end $$;

create function record_is_heard_of() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
	insert into oai_change (record_id) select n.id from now_rows n;
	return null;
end $$;
create trigger record_insert_is_heard_of after insert on record
	referencing new table as now_rows for each statement execute function record_is_heard_of();
create trigger record_update_is_heard_of after update on record
	referencing new table as now_rows for each statement execute function record_is_heard_of();

-- What it was in before.
create function record_move_is_heard_of() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
	insert into oai_change (record_id) values (old.parent_id);
	return null;
end $$;
create trigger record_move_is_heard_of after update on record for each row
	when (old.parent_id is distinct from new.parent_id and old.parent_id is not null) execute function record_move_is_heard_of();

create function record_link_is_heard_of() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
	insert into oai_change (record_id) select distinct c.to_id from changed c;
	return null;
end $$;
create trigger record_link_insert_is_heard_of after insert on record_link
	referencing new table as changed for each statement execute function record_link_is_heard_of();
create trigger record_link_delete_is_heard_of after delete on record_link
	referencing old table as changed for each statement execute function record_link_is_heard_of();

create function object_is_heard_of() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
	insert into oai_change (object_id) values (new.id);
	return null;
end $$;
create trigger object_insert_is_heard_of after insert on intellectual_object for each row execute function object_is_heard_of();
create trigger object_update_is_heard_of after update on intellectual_object for each row
	when (old.state <> new.state or old.title <> new.title or old.description <> new.description or old.access <> new.access
		or old.alt_identifier <> new.alt_identifier or old.cycle <> new.cycle)
	execute function object_is_heard_of();
insert into oai_change (object_id) select o.id from intellectual_object o order by o.id;

revoke execute on function oai_stamp(int), record_is_heard_of(), record_move_is_heard_of(), record_link_is_heard_of(), object_is_heard_of() from public;
grant execute on function oai_stamp(int), oai_lock_key(), oai_now() to tombstone_registry;
grant select on oai_policy, oai_item, oai_change to tombstone_registry;
grant update (deleted_record, deleted_record_since, expose_holdings, expose_objects, suppressed, compat_folio) on oai_policy to tombstone_registry;
