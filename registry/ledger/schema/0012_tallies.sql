-- What pages and lists say of large things without reading them: how many files and bytes an object has, by format; how
-- many copies, by place and time of storage; how far the copies of a deletion are.  Spec: architecture.md §6.
--
-- A tally is a sum over rows.  Triggers only ever add rows, with what a statement has changed: nobody waits for anybody,
-- and whatever is rolled back was never counted.  tally_fold() replaces the rows of a thing by their sum, now and then;
-- a reader finds either, and both say the same.  Only the functions of this file write here.  Without foreign keys:
-- what is counted has them.

create table object_tally (
	object_id bigint not null,
	file_format text not null,
	active_files bigint not null,
	active_bytes bigint not null,
	deleted_files bigint not null,
	payload_files bigint not null, -- active ones below data/
	payload_bytes bigint not null,
	is_folded boolean not null default false
);
create index object_tally_of_object on object_tally (object_id);
create index object_tally_loose on object_tally (object_id) where not is_folded;

-- Copies that may still be there.  An ingest stores all of an object's copies in one transaction, so that the times of
-- storage are few.
create table copy_tally (
	object_id bigint not null,
	storage_option_id bigint not null,
	backend_id bigint not null,
	stored_at timestamptz not null,
	copies bigint not null,
	bytes bigint not null,
	is_folded boolean not null default false
);
create index copy_tally_of_object on copy_tally (object_id);
create index copy_tally_loose on copy_tally (object_id) where not is_folded;

-- Copies that a deletion has claimed, and what is known of them.
create table deletion_tally (
	deletion_id bigint not null,
	backend_id bigint not null,
	status text not null,
	outcome text, -- null: none yet, as in copy
	verification text,
	copies bigint not null,
	bytes bigint not null,
	is_folded boolean not null default false
);
create index deletion_tally_of_deletion on deletion_tally (deletion_id);
create index deletion_tally_loose on deletion_tally (deletion_id) where not is_folded;

-- What the statement took away counts as less, what it left behind as more: what did not change adds up to nothing.
create function file_tally() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
	if tg_op = 'INSERT' then
		insert into object_tally (object_id, file_format, active_files, active_bytes, deleted_files, payload_files, payload_bytes)
		with o as materialized (
			select id, identifier || '/data/' as payload from intellectual_object
			where id = any (array(select distinct object_id from now_rows))
		)
		select n.object_id, n.file_format, count(*) filter (where n.state = 'A'), coalesce(sum(n.size_bytes) filter (where n.state = 'A'), 0),
			count(*) filter (where n.state = 'D'), count(*) filter (where n.state = 'A' and starts_with(n.identifier, o.payload)),
			coalesce(sum(n.size_bytes) filter (where n.state = 'A' and starts_with(n.identifier, o.payload)), 0)
		from now_rows n join o on o.id = n.object_id group by n.object_id, n.file_format;
		return null;
	end if;
	insert into object_tally (object_id, file_format, active_files, active_bytes, deleted_files, payload_files, payload_bytes)
	with o as materialized (
		select id, identifier || '/data/' as payload from intellectual_object
		where id = any (array(select distinct object_id from now_rows))
	), changed as (
		select object_id, identifier, file_format, state, size_bytes, 1 as n from now_rows
		union all
		select object_id, identifier, file_format, state, size_bytes, -1 from was_rows
	), sums as (
		select c.object_id, c.file_format, coalesce(sum(c.n) filter (where c.state = 'A'), 0) as active_files,
			coalesce(sum(c.n * c.size_bytes) filter (where c.state = 'A'), 0) as active_bytes,
			coalesce(sum(c.n) filter (where c.state = 'D'), 0) as deleted_files,
			coalesce(sum(c.n) filter (where c.state = 'A' and starts_with(c.identifier, o.payload)), 0) as payload_files,
			coalesce(sum(c.n * c.size_bytes) filter (where c.state = 'A' and starts_with(c.identifier, o.payload)), 0) as payload_bytes
		from changed c join o on o.id = c.object_id group by c.object_id, c.file_format
	)
	select s.* from sums s
	where (s.active_files, s.active_bytes, s.deleted_files, s.payload_files, s.payload_bytes) <> (0, 0, 0, 0, 0);
	return null;
end $$;

-- A copy's file is looked up by its id, whatever the planner thinks of the number of changed rows: "offset 0".
create function copy_tally() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
	if tg_op = 'INSERT' then
		insert into copy_tally (object_id, storage_option_id, backend_id, stored_at, copies, bytes)
		select f.object_id, n.storage_option_id, n.backend_id, n.stored_at, count(*), sum(n.size_bytes)
		from now_rows n cross join lateral (select g.object_id from generic_file g where g.id = n.file_id offset 0) f
		where n.status <> 'gone' group by f.object_id, n.storage_option_id, n.backend_id, n.stored_at;
		insert into deletion_tally (deletion_id, backend_id, status, outcome, verification, copies, bytes)
		select n.deletion_id, n.backend_id, n.status, n.outcome, n.verification, count(*), sum(n.size_bytes)
		from now_rows n where n.deletion_id is not null group by n.deletion_id, n.backend_id, n.status, n.outcome, n.verification;
		return null;
	end if;
	insert into copy_tally (object_id, storage_option_id, backend_id, stored_at, copies, bytes)
	with changed as (
		select c.file_id, c.storage_option_id, c.backend_id, c.stored_at, sum(c.n) as copies, sum(c.n * c.size_bytes) as bytes
		from (select file_id, storage_option_id, backend_id, stored_at, size_bytes, 1 as n from now_rows where status <> 'gone'
			union all
			select file_id, storage_option_id, backend_id, stored_at, size_bytes, -1 from was_rows where status <> 'gone') c
		group by c.file_id, c.storage_option_id, c.backend_id, c.stored_at having sum(c.n) <> 0 or sum(c.n * c.size_bytes) <> 0
	)
	select f.object_id, c.storage_option_id, c.backend_id, c.stored_at, sum(c.copies), sum(c.bytes)
	from changed c cross join lateral (select g.object_id from generic_file g where g.id = c.file_id offset 0) f
	group by f.object_id, c.storage_option_id, c.backend_id, c.stored_at;
	insert into deletion_tally (deletion_id, backend_id, status, outcome, verification, copies, bytes)
	select c.deletion_id, c.backend_id, c.status, c.outcome, c.verification, sum(c.n), sum(c.n * c.size_bytes)
	from (select deletion_id, backend_id, status, outcome, verification, size_bytes, 1 as n from now_rows where deletion_id is not null
		union all
		select deletion_id, backend_id, status, outcome, verification, size_bytes, -1 from was_rows where deletion_id is not null) c
	group by c.deletion_id, c.backend_id, c.status, c.outcome, c.verification having sum(c.n) <> 0 or sum(c.n * c.size_bytes) <> 0;
	return null;
end $$;

create trigger file_tally_insert after insert on generic_file
	referencing new table as now_rows for each statement execute function file_tally();
create trigger file_tally_update after update on generic_file
	referencing old table as was_rows new table as now_rows for each statement execute function file_tally();
create trigger copy_tally_insert after insert on copy
	referencing new table as now_rows for each statement execute function copy_tally();
create trigger copy_tally_update after update on copy
	referencing old table as was_rows new table as now_rows for each statement execute function copy_tally();

-- What the tallies have to say, counted anew.
create view object_recount as
	select f.object_id, f.file_format, count(*) filter (where f.state = 'A') as active_files,
		coalesce(sum(f.size_bytes) filter (where f.state = 'A'), 0)::bigint as active_bytes,
		count(*) filter (where f.state = 'D') as deleted_files,
		count(*) filter (where f.state = 'A' and starts_with(f.identifier, o.identifier || '/data/')) as payload_files,
		coalesce(sum(f.size_bytes) filter (where f.state = 'A' and starts_with(f.identifier, o.identifier || '/data/')), 0)::bigint as payload_bytes
	from generic_file f join intellectual_object o on o.id = f.object_id group by f.object_id, f.file_format;
create view copy_recount as
	select f.object_id, c.storage_option_id, c.backend_id, c.stored_at, count(*) as copies, sum(c.size_bytes)::bigint as bytes
	from copy c join generic_file f on f.id = c.file_id where c.status <> 'gone'
	group by f.object_id, c.storage_option_id, c.backend_id, c.stored_at;
create view deletion_recount as
	select c.deletion_id, c.backend_id, c.status, c.outcome, c.verification, count(*) as copies, sum(c.size_bytes)::bigint as bytes
	from copy c where c.deletion_id is not null group by c.deletion_id, c.backend_id, c.status, c.outcome, c.verification;

-- The tallies as they are.
create view object_total as
	select t.object_id, t.file_format, sum(t.active_files)::bigint as active_files, sum(t.active_bytes)::bigint as active_bytes,
		sum(t.deleted_files)::bigint as deleted_files, sum(t.payload_files)::bigint as payload_files,
		sum(t.payload_bytes)::bigint as payload_bytes
	from object_tally t group by t.object_id, t.file_format having sum(t.active_files) <> 0 or sum(t.active_bytes) <> 0
		or sum(t.deleted_files) <> 0 or sum(t.payload_files) <> 0 or sum(t.payload_bytes) <> 0;
create view copy_total as
	select t.object_id, t.storage_option_id, t.backend_id, t.stored_at, sum(t.copies)::bigint as copies, sum(t.bytes)::bigint as bytes
	from copy_tally t group by t.object_id, t.storage_option_id, t.backend_id, t.stored_at having sum(t.copies) <> 0 or sum(t.bytes) <> 0;
create view deletion_total as
	select t.deletion_id, t.backend_id, t.status, t.outcome, t.verification, sum(t.copies)::bigint as copies, sum(t.bytes)::bigint as bytes
	from deletion_tally t group by t.deletion_id, t.backend_id, t.status, t.outcome, t.verification
	having sum(t.copies) <> 0 or sum(t.bytes) <> 0;

-- Tallies that are not what a new count says: there must be none.  Reads every file and copy.
create view tally_difference as
	select 'object_tally' as tally, to_jsonb(d) as entry, d.tallied from (
		(select x.*, true as tallied from (select * from object_total except all select * from object_recount) x)
		union all (select x.*, false from (select * from object_recount except all select * from object_total) x)) d
	union all
	select 'copy_tally', to_jsonb(d), d.tallied from (
		(select x.*, true as tallied from (select * from copy_total except all select * from copy_recount) x)
		union all (select x.*, false from (select * from copy_recount except all select * from copy_total) x)) d
	union all
	select 'deletion_tally', to_jsonb(d), d.tallied from (
		(select x.*, true as tallied from (select * from deletion_total except all select * from deletion_recount) x)
		union all (select x.*, false from (select * from deletion_recount except all select * from deletion_total) x)) d;

-- Counts everything anew; nobody stores or deletes meanwhile.
create function tally_recount() returns void language plpgsql as $$
begin
	lock table generic_file, copy in share row exclusive mode;
	delete from object_tally;
	delete from copy_tally;
	delete from deletion_tally;
	insert into object_tally select r.*, true from object_recount r;
	insert into copy_tally select r.*, true from copy_recount r;
	insert into deletion_tally select r.*, true from deletion_recount r;
end $$;
select tally_recount();

-- Puts one row per sum in the place of the rows of up to at_most things of each kind; says how many things there were.
-- One at a time folds: a second one has nothing to do.
create function tally_fold(at_most int) returns bigint language plpgsql security definer set search_path = public, pg_temp as $$
declare
	things bigint[];
	folded bigint := 0;
begin
	if not pg_try_advisory_xact_lock(hashtext('tombstone.tally_fold')) then
		return 0;
	end if;
	things := array(select distinct object_id from object_tally where not is_folded limit at_most);
	folded := folded + cardinality(things);
	with was as (
		delete from object_tally t where t.object_id = any (things) returning t.*
	)
	insert into object_tally select t.object_id, t.file_format, sum(t.active_files), sum(t.active_bytes), sum(t.deleted_files),
		sum(t.payload_files), sum(t.payload_bytes), true
	from was t group by t.object_id, t.file_format having sum(t.active_files) <> 0 or sum(t.active_bytes) <> 0
		or sum(t.deleted_files) <> 0 or sum(t.payload_files) <> 0 or sum(t.payload_bytes) <> 0;
	things := array(select distinct object_id from copy_tally where not is_folded limit at_most);
	folded := folded + cardinality(things);
	with was as (
		delete from copy_tally t where t.object_id = any (things) returning t.*
	)
	insert into copy_tally select t.object_id, t.storage_option_id, t.backend_id, t.stored_at, sum(t.copies), sum(t.bytes), true
	from was t group by t.object_id, t.storage_option_id, t.backend_id, t.stored_at having sum(t.copies) <> 0 or sum(t.bytes) <> 0;
	things := array(select distinct deletion_id from deletion_tally where not is_folded limit at_most);
	folded := folded + cardinality(things);
	with was as (
		delete from deletion_tally t where t.deletion_id = any (things) returning t.*
	)
	insert into deletion_tally select t.deletion_id, t.backend_id, t.status, t.outcome, t.verification, sum(t.copies), sum(t.bytes), true
	from was t group by t.deletion_id, t.backend_id, t.status, t.outcome, t.verification having sum(t.copies) <> 0 or sum(t.bytes) <> 0;
	return folded;
end $$;

revoke execute on function tally_recount(), tally_fold(int), file_tally(), copy_tally() from public;
grant select on object_tally, copy_tally, deletion_tally to tombstone_registry;
grant execute on function tally_fold(int) to tombstone_registry;

-- The object that a hold is about, whether it names the object or one of its files.
alter table hold add of_object_id bigint;
create function hold_names_object() returns trigger language plpgsql as $$
begin
	new.of_object_id := coalesce(new.object_id, (select f.object_id from generic_file f where f.id = new.file_id));
	return new;
end $$;
create trigger hold_names_object before insert on hold for each row execute function hold_names_object();
update hold h set of_object_id = coalesce(h.object_id, (select f.object_id from generic_file f where f.id = h.file_id));
create index hold_of_object on hold (of_object_id, id) where lifted_at is null;
create index hold_whole on hold (institution_id, id) where lifted_at is null and object_id is null and file_id is null;
drop index hold_institution;

-- As in 0009, but what is said of whole objects comes from tallies, and never from each of their files.  Of an object
-- that is too young, a file is named that is, if one of the first thousand is.
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
	(select 'pending', p.identifier, format('deletion request %s is open for it', p.request_id), null from (
			select f.identifier, i.request_id, i.id from generic_file f join request_item i on i.file_id = f.id
			where f.id = any (files) and i.is_open and i.request_id <> own_request
			union all
			select f.identifier, i.request_id, i.id from generic_file f join request_item i on i.object_id = f.object_id
			where f.id = any (files) and i.is_open and i.file_id is null and i.request_id <> own_request) p
		order by p.id limit 1)
	union all
	(select 'pending', o.identifier, format('work item %s is storing a new version of it', w.id), null
		from intellectual_object o join work_item w on w.object_identifier = o.identifier and w.institution_id = o.institution_id
		where o.id in (select unnest(objects) union select object_id from generic_file where id = any (files))
			and w.action = 'Ingest' and w.completed_at is null order by w.id limit 1)
	union all
	(select 'held', i.identifier, 'the whole institution is under hold: ' || h.reason, null
		from hold h join institution i on i.id = h.institution_id
		where h.institution_id = institution and h.lifted_at is null and h.object_id is null and h.file_id is null order by h.id limit 1)
	union all
	(select 'held', o.identifier, 'it is under hold: ' || h.reason, null
		from intellectual_object o join hold h on h.object_id = o.id and h.lifted_at is null
		where o.id in (select unnest(objects) union select object_id from generic_file where id = any (files)) order by h.id limit 1)
	union all
	(select 'held', k.identifier, 'it is under hold: ' || k.reason, null from (
			select f.identifier, h.reason, h.id from hold h join generic_file f on f.id = h.file_id
			where h.of_object_id = any (objects) and h.lifted_at is null and f.state = 'A' and f.institution_id = institution
			union all
			select f.identifier, h.reason, h.id from hold h join generic_file f on f.id = h.file_id
			where h.file_id = any (files) and h.lifted_at is null and f.state = 'A' and f.institution_id = institution) k
		order by k.id limit 1)
	union all
	(select 'young', coalesce(n.identifier, y.identifier), format('%s is kept at least %s days', y.name, y.min_days), y.until from (
			(select o.id as object_id, o.identifier, t.stored_at, s.id as option_id, s.name, s.min_days,
				retention_until(t.stored_at, s.min_days) as until
			from copy_tally t join intellectual_object o on o.id = t.object_id and o.institution_id = institution
			join storage_option s on s.id = t.storage_option_id
			join storage_backend b on b.id = t.backend_id and b.retention <> 'store'
			where t.object_id = any (objects) and retention_until(t.stored_at, s.min_days) > now()
			group by o.id, t.stored_at, s.id having sum(t.copies) > 0 order by until desc, o.id limit 1)
			union all
			(select null, f.identifier, c.stored_at, s.id, s.name, s.min_days, retention_until(c.stored_at, s.min_days)
			from generic_file f join copy c on c.file_id = f.id and c.status <> 'gone' join storage_option s on s.id = c.storage_option_id
			join storage_backend b on b.id = c.backend_id and b.retention <> 'store'
			where f.id = any (files) and f.institution_id = institution and f.state = 'A' and retention_until(c.stored_at, s.min_days) > now()
			order by 7 desc, f.id limit 1)
			order by until desc limit 1) y
		left join lateral (
			select f.identifier from (select g.id, g.identifier from generic_file g where g.object_id = y.object_id and g.state = 'A'
				order by g.identifier collate "C" limit 1000) f
			where exists (select from copy c where c.file_id = f.id and c.stored_at = y.stored_at and c.storage_option_id = y.option_id
				and c.status <> 'gone') limit 1) n on true)
$$;
