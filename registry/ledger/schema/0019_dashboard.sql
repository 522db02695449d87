-- What the dashboard says of all that an institution has, without reading it: two more tallies (see 0012), and indexes on
-- what is open or running.

-- Active files by storage option.  Only the functions of this file write here.
create table option_tally (
	institution_id bigint not null,
	storage_option_id bigint not null,
	files bigint not null,
	bytes bigint not null,
	is_folded boolean not null default false
);
create index option_tally_of_institution on option_tally (institution_id);
create index option_tally_loose on option_tally (institution_id) where not is_folded;

-- Copies that may still be there, by the day on which they were stored.  Written by tally_fold() alone, from what copy_tally
-- has loose: deletions and ingests write nothing here.  A reader adds what is loose.
create table stored_tally (
	institution_id bigint not null,
	storage_option_id bigint not null,
	backend_id bigint not null,
	stored_on date not null, -- UTC
	copies bigint not null,
	bytes bigint not null,
	primary key (institution_id, stored_on, storage_option_id, backend_id)
);

create function utc_day(at timestamptz) returns date language sql immutable as $$
	select (at at time zone 'UTC')::date
$$;

-- As in 0012, and the files by storage option.
create or replace function file_tally() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
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
		insert into option_tally (institution_id, storage_option_id, files, bytes)
		select n.institution_id, n.storage_option_id, count(*), sum(n.size_bytes)
		from now_rows n where n.state = 'A' group by n.institution_id, n.storage_option_id;
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
	insert into option_tally (institution_id, storage_option_id, files, bytes)
	select c.institution_id, c.storage_option_id, sum(c.n), sum(c.n * c.size_bytes)
	from (select institution_id, storage_option_id, size_bytes, 1 as n from now_rows where state = 'A'
		union all
		select institution_id, storage_option_id, size_bytes, -1 from was_rows where state = 'A') c
	group by c.institution_id, c.storage_option_id having sum(c.n) <> 0 or sum(c.n * c.size_bytes) <> 0;
	return null;
end $$;

create view option_recount as
	select f.institution_id, f.storage_option_id, count(*) as files, sum(f.size_bytes)::bigint as bytes
	from generic_file f where f.state = 'A' group by f.institution_id, f.storage_option_id;
create view option_total as
	select t.institution_id, t.storage_option_id, sum(t.files)::bigint as files, sum(t.bytes)::bigint as bytes
	from option_tally t group by t.institution_id, t.storage_option_id having sum(t.files) <> 0 or sum(t.bytes) <> 0;
create view stored_recount as
	select f.institution_id, c.storage_option_id, c.backend_id, utc_day(c.stored_at) as stored_on, count(*) as copies,
		sum(c.size_bytes)::bigint as bytes
	from copy c join generic_file f on f.id = c.file_id where c.status <> 'gone'
	group by f.institution_id, c.storage_option_id, c.backend_id, utc_day(c.stored_at);
create view stored_total as
	select t.institution_id, t.storage_option_id, t.backend_id, t.stored_on, sum(t.copies)::bigint as copies, sum(t.bytes)::bigint as bytes
	from (select s.institution_id, s.storage_option_id, s.backend_id, s.stored_on, s.copies, s.bytes from stored_tally s
		union all
		select o.institution_id, l.storage_option_id, l.backend_id, utc_day(l.stored_at), l.copies, l.bytes
		from copy_tally l join intellectual_object o on o.id = l.object_id where not l.is_folded) t
	group by t.institution_id, t.storage_option_id, t.backend_id, t.stored_on having sum(t.copies) <> 0 or sum(t.bytes) <> 0;

create or replace view tally_difference as
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
		union all (select x.*, false from (select * from deletion_recount except all select * from deletion_total) x)) d
	union all
	select 'option_tally', to_jsonb(d), d.tallied from (
		(select x.*, true as tallied from (select * from option_total except all select * from option_recount) x)
		union all (select x.*, false from (select * from option_recount except all select * from option_total) x)) d
	union all
	select 'stored_tally', to_jsonb(d), d.tallied from (
		(select x.*, true as tallied from (select * from stored_total except all select * from stored_recount) x)
		union all (select x.*, false from (select * from stored_recount except all select * from stored_total) x)) d;

create or replace function tally_recount() returns void language plpgsql as $$
begin
	lock table generic_file, copy in share row exclusive mode;
	delete from object_tally;
	delete from copy_tally;
	delete from deletion_tally;
	delete from option_tally;
	delete from stored_tally;
	insert into object_tally select r.*, true from object_recount r;
	insert into copy_tally select r.*, true from copy_recount r;
	insert into deletion_tally select r.*, true from deletion_recount r;
	insert into option_tally select r.*, true from option_recount r;
	insert into stored_tally select r.* from stored_recount r;
end $$;

-- As in 0012, and what is loose goes to the days and options, too.
create or replace function tally_fold(at_most int) returns bigint language plpgsql security definer set search_path = public, pg_temp as $$
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
	), kept as (
		insert into stored_tally as s (institution_id, storage_option_id, backend_id, stored_on, copies, bytes)
		select o.institution_id, t.storage_option_id, t.backend_id, utc_day(t.stored_at), sum(t.copies), sum(t.bytes)
		from was t join intellectual_object o on o.id = t.object_id where not t.is_folded
		group by o.institution_id, t.storage_option_id, t.backend_id, utc_day(t.stored_at)
		on conflict (institution_id, stored_on, storage_option_id, backend_id)
			do update set copies = s.copies + excluded.copies, bytes = s.bytes + excluded.bytes
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
	things := array(select distinct institution_id from option_tally where not is_folded limit at_most);
	folded := folded + cardinality(things);
	with was as (
		delete from option_tally t where t.institution_id = any (things) returning t.*
	)
	insert into option_tally select t.institution_id, t.storage_option_id, sum(t.files), sum(t.bytes), true
	from was t group by t.institution_id, t.storage_option_id having sum(t.files) <> 0 or sum(t.bytes) <> 0;
	return folded;
end $$;

-- Neither asks for the copies one by one: those that were folded are in copy_tally.
lock table generic_file, copy_tally in share row exclusive mode;
insert into option_tally select r.*, true from option_recount r;
insert into stored_tally (institution_id, storage_option_id, backend_id, stored_on, copies, bytes)
select o.institution_id, t.storage_option_id, t.backend_id, utc_day(t.stored_at), sum(t.copies), sum(t.bytes)
from copy_tally t join intellectual_object o on o.id = t.object_id where t.is_folded
group by o.institution_id, t.storage_option_id, t.backend_id, utc_day(t.stored_at);

grant select on option_tally, stored_tally, stored_total to tombstone_registry;

create index request_open_of on deletion_request (institution_id, id) where state = 'open';
create index deletion_running on deletion (institution_id, id) where finished_at is null;
