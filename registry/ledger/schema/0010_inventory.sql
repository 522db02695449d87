-- Stores that cannot be asked for one key, such as vaults: what they accept is believed, and verified later by an
-- inventory, which is the store's own list of what it holds.  Spec: deletion.md X-03; architecture.md I2, I10.

-- One row per job that was started; it ends once.
create table store_inventory (
	id bigint generated always as identity primary key,
	backend_id bigint not null references storage_backend,
	job_id text not null check (length(job_id) between 1 and 255),
	started_at timestamptz not null default now(),
	started_by text not null, -- an e-mail address, or the program that started it
	as_of timestamptz, -- the store completed it then, or later; null: not known to have been completed before
	state text not null default 'waiting' check (state in ('waiting', 'read', 'lost')),
	ended_at timestamptz,
	note text not null default '', -- why it was lost
	archives bigint check (archives >= 0),
	bytes bigint check (bytes >= 0),
	check ((state = 'waiting') = (ended_at is null)),
	check ((state = 'read') = (archives is not null and bytes is not null)),
	unique (backend_id, job_id)
);
create unique index store_inventory_one_waiting on store_inventory (backend_id) where state = 'waiting';

create function store_inventory_guard() returns trigger language plpgsql as $$
begin
	if old.state <> 'waiting' or (new.id, new.backend_id, new.job_id, new.started_at, new.started_by)
			is distinct from (old.id, old.backend_id, old.job_id, old.started_at, old.started_by) then
		raise exception 'inventory % was read or lost: it stays as it is', old.id using errcode = 'TB409';
	end if;
	return new;
end $$;
create trigger store_inventory_guard before update on store_inventory for each row execute function store_inventory_guard();
create trigger store_inventory_kept before delete or truncate on store_inventory for each statement execute function refuse();

-- The copies that it holds although their deletion was accepted, whatever its date.
create table store_inventory_copy (
	inventory_id bigint not null references store_inventory,
	copy_id bigint not null references copy,
	primary key (inventory_id, copy_id)
);
create trigger store_inventory_copy_kept before update or delete or truncate on store_inventory_copy
	for each statement execute function refuse();

-- What an inventory that was completed at as_of says about a copy that it does not hold.  A vault never uses an
-- archive's id again, so to be missing once is to be gone for ever, if the copy had to be in it before: vaults make
-- inventories about daily, of a state that may be up to two days old, so two days after it was stored.  That it was
-- missing for another reason than ours is no harm; that as_of is later than our deletion by an hour makes it tell about
-- ours whatever the clocks say (a store refuses signatures that are off by 15 minutes).  More cannot be asked for: a
-- vault in which nothing else changes does not date its inventory anew.
create function inventory_proves_absence(as_of timestamptz, stored_at timestamptz, removed_at timestamptz)
returns boolean language sql immutable as $$
	select coalesce(as_of > removed_at + interval '1 hour' and as_of > stored_at + interval '2 days', false)
$$;

-- And about a copy that it does hold: that it is still there, if the state which it shows is later than the deletion.
create function inventory_proves_presence(as_of timestamptz, removed_at timestamptz)
returns boolean language sql immutable as $$
	select coalesce(as_of > removed_at + interval '2 days', false)
$$;

-- Which inventory verified the copy's absence; null for one that was looked at.
alter table copy add inventory_id bigint references store_inventory;
create index copy_accepted on copy (backend_id) where verification = 'accepted, not verifiable';

-- What is known of a copy that is gone changes one way, and only on the word of an inventory that was read.
create function copy_verification_guard() returns trigger language plpgsql as $$
begin
	if (new.verification, new.verified_at, new.inventory_id) is not distinct from (old.verification, old.verified_at, old.inventory_id) then
		return new;
	end if;
	if old.verification = 'accepted, not verifiable' and new.verification = 'verified absent' and new.verified_at is not null
		and exists (select from store_inventory i where i.id = new.inventory_id and i.backend_id = new.backend_id and i.state = 'read'
			and inventory_proves_absence(i.as_of, new.stored_at, new.removed_at)
			and not exists (select from store_inventory_copy x where x.inventory_id = i.id and x.copy_id = new.id)) then
		return new;
	end if;
	raise exception 'copy %: no inventory proves that it is gone', old.id using errcode = 'TB409';
end $$;
create trigger copy_verification_guard before update of verification, verified_at, inventory_id on copy
	for each row when (old.status = 'gone') execute function copy_verification_guard();

alter table premis_event drop constraint premis_event_event_type_check;
alter table premis_event add constraint premis_event_event_type_check check (event_type in ('ingestion', 'deletion',
	'message digest calculation', 'fixity check', 'identifier assignment', 'access assignment', 'replication', 'creation',
	'policy assignment', 'recovery', 'deletion verification'));

grant select on store_inventory, store_inventory_copy to tombstone_registry, tombstone_worker;
grant insert on store_inventory, store_inventory_copy to tombstone_registry;
grant update (as_of, state, ended_at, note, archives, bytes) on store_inventory to tombstone_registry;
grant update (verification, verified_at, inventory_id) on copy to tombstone_registry;
grant execute on function inventory_proves_absence(timestamptz, timestamptz, timestamptz),
	inventory_proves_presence(timestamptz, timestamptz) to tombstone_registry, tombstone_worker;
