-- Fills a freshly migrated, empty ledger: psql -v files=10000000 -f ledger_fill.sql (as its owner).
--
-- 20 institutions, of which the first has half of all files; files/5000 objects (100 at least) of very different sizes,
-- the first of them with a tenth of all files; one or two copies; deletions that are done, under way and asked for;
-- holds; things too young to be deleted.  The same number of files always makes the same ledger, but for the times.
--
-- Triggers are off while rows go in, for speed: what they would see to is seen to here, and the tallies are counted at
-- the end.  tests/bench/lib/fill asks tally_difference and the rules afterwards.
\set ON_ERROR_STOP on
set session_replication_role = replica;
set synchronous_commit = off;
set maintenance_work_mem = '1GB';
set work_mem = '256MB';
set jit = off;

-- Plain indexes are built once, at the end.
create temp table put_off as
	select c.relname as name, pg_get_indexdef(c.oid) as made_by from pg_index i join pg_class c on c.oid = i.indexrelid
	where i.indrelid in ('generic_file'::regclass, 'copy'::regclass, 'premis_event'::regclass, 'checksum'::regclass, 'request_file'::regclass)
		and not exists (select from pg_constraint k where k.conindid = c.oid);
select format('drop index %I', name) from put_off \gexec

insert into institution (identifier, name, admin_days)
	select case n when 1 then 'big.edu' else format('inst%s.edu', n) end, case n when 1 then 'The big one' else format('Institution %s', n) end, 0
	from generate_series(1, 20) n;
insert into user_account (institution_id, email, name, role, admin_since)
	select i.id, format('%s@%s', w.name, i.identifier), initcap(w.name), w.role, case when w.role = 'inst_admin' then now() - interval '2 years' end
	from institution i cross join (values ('alice', 'inst_admin'), ('bob', 'inst_admin'), ('ute', 'inst_user')) w (name, role) order by i.id, w.name;
insert into user_account (institution_id, email, name, role)
	select id, 'oscar@big.edu', 'Oscar', 'sysadmin' from institution where identifier = 'big.edu';
insert into storage_backend (name) values ('standard-va'), ('standard-or'), ('deep-oh');
insert into storage_option (name, min_days) values ('Standard', 0), ('Deep', 180), ('Wasabi', 90);
insert into storage_option_backend (storage_option_id, backend_id, price_nanos, price_currency)
	select s.id, b.id, case b.name when 'deep-oh' then 990000 else 23000000 end, 'USD'
	from storage_option s join storage_backend b on (s.name, b.name) in (('Standard', 'standard-va'), ('Standard', 'standard-or'), ('Deep', 'deep-oh'), ('Wasabi', 'standard-va'));

-- Objects: the n-th of an institution gets a share of 1/n.  first_file: the id before its first file.
create temp table plan as
with o as (
	select g as id, case when g % 4 = 1 then 1 else 2 + g % 19 end as institution_id
	from generate_series(1, greatest(:files / 5000, 100)) g
), w as (
	select o.*, row_number() over (partition by institution_id = 1 order by id) as place from o
), s as (
	select w.*, case when id = 1 then :files * 0.1
		else :files * case when institution_id = 1 then 0.4 else 0.5 end / place
			/ sum(case when id = 1 then 0 else 1.0 / place end) over (partition by institution_id = 1) end as share from w
), f as (
	select s.*, greatest(floor(share), 1)::bigint as files from s
)
select id, institution_id, files, (sum(files) over (order by id) - files)::bigint as first_file,
	case when id % 5 = 3 then 2 when id % 11 = 6 then 3 else 1 end as option_id, -- Deep, Wasabi, Standard
	id % 37 = 20 as is_deleted,
	case when id % 13 = 8 then now() - interval '20 days' else now() - interval '400 days' - id * interval '1 hour' end as stored_at,
	id in (select min(id) from f where f.institution_id = 1 and id > 1) as is_asked, -- a large one, in an open request
	id in (select min(id) from f where f.institution_id = 2) as is_under_way
from f order by id;
create unique index on plan (id);
analyze plan;

insert into intellectual_object (id, institution_id, identifier, bag_name, title, description, storage_option_id, state, created_at, updated_at)
	overriding system value
	select p.id, p.institution_id, n.identifier || '/' || b.bag, b.bag, 'Bag ' || p.id, 'Generated', p.option_id,
		case when p.is_deleted then 'D' else 'A' end, p.stored_at, p.stored_at
	from plan p join institution n on n.id = p.institution_id cross join lateral (select 'bag-' || lpad(p.id::text, 6, '0') as bag) b order by p.id;

-- Every 50th file is deleted, in its own right; so are all files of a deleted object.  In an object that is asked for or under way, all are there.
create temp view file_plan as
	select p.first_file + n as id, p.institution_id, p.id as object_id, n,
		p.option_id, p.stored_at, p.is_deleted or n % 50 = 7 and not (p.is_asked or p.is_under_way) as is_gone
	from plan p cross join lateral generate_series(1, p.files) n;

insert into generic_file (id, institution_id, object_id, identifier, file_format, size_bytes, uuid, storage_option_id, state, created_at, updated_at)
	overriding system value
	select f.id, f.institution_id, f.object_id, o.identifier
			|| case when f.n > 3 then '/data/' || lpad((f.n / 1000)::text, 4, '0') || '/' || lpad(f.n::text, 7, '0') else '/tag-' || f.n end,
		(array['image/tiff', 'image/tiff', 'image/tiff', 'image/jp2', 'image/jp2', 'application/xml', 'text/plain', 'application/pdf',
			'audio/wav', 'text/csv', 'application/json', 'image/jpeg'])[1 + f.n * 7919 / 13 % 12],
		1000 + (f.n * 7919) % 5000000, ('00000000-0000-4000-8000-' || lpad(to_hex(f.id), 12, '0'))::uuid, f.option_id,
		case when f.is_gone then 'D' else 'A' end, f.stored_at, f.stored_at
	from file_plan f join intellectual_object o on o.id = f.object_id order by f.id;
insert into checksum (file_id, generation, algorithm, digest, created_at)
	select f.id, 1, 'sha256', md5(f.id::text) || md5('b' || f.id), f.stored_at from file_plan f order by f.id;

-- Requests: one per deleted object; one per object for the files of it that were deleted alone (1,000 at most, so that
-- the largest are done in several); one open, one under way.
create temp table request_plan as
with r as (
	select p.id as object_id, p.institution_id, 'object' as kind, 0::bigint as part, p.stored_at from plan p where p.is_deleted
	union all
	select p.id, p.institution_id, 'files', part, p.stored_at
	from plan p cross join lateral generate_series(0, (p.files + 42) / 50 / 1000) part
	where not (p.is_deleted or p.is_asked or p.is_under_way) and p.files > 6 and (part = 0 or (p.files + 42) / 50 > part * 1000)
	union all
	select p.id, p.institution_id, case when p.is_asked then 'asked' else 'under way' end, 0, p.stored_at from plan p where p.is_asked or p.is_under_way
)
select row_number() over (order by kind in ('asked', 'under way'), object_id, part) as id, r.* from r;
create unique index on request_plan (object_id, part);
create temp table request_list as
	select q.id as request_id, q.kind, f.id as file_id, f.object_id, f.n, f.is_gone from plan p
	join request_plan q on q.object_id = p.id
	cross join lateral (select p.first_file + n as id, p.id as object_id, n,
		p.is_deleted or n % 50 = 7 and not (p.is_asked or p.is_under_way) as is_gone from generate_series(1, p.files) n) f
	where q.kind <> 'files' or f.n % 50 = 7 and f.n / 50 / 1000 = q.part;
analyze request_list;
insert into deletion_request (id, institution_id, requested_by, requested_via, requested_at, reason, sole_admin, state, expires_at, closed_at,
	list_digest, object_count, file_count, byte_count)
	overriding system value
	select q.id, q.institution_id, a.id, 'web', q.stored_at + interval '30 days', 'Sent twice', false,
		case q.kind when 'asked' then 'open' else 'approved' end, case q.kind when 'asked' then now() + interval '20 days' else q.stored_at + interval '60 days' end,
		case when q.kind <> 'asked' then q.stored_at + interval '31 days' end, sha256(q.id::text::bytea),
		case q.kind when 'files' then 0 else 1 end, l.files, l.bytes
	from request_plan q join user_account a on a.institution_id = q.institution_id and a.name = 'Alice'
	join (select request_id, count(*) as files, sum(1000 + (n * 7919) % 5000000) as bytes from request_list group by request_id) l on l.request_id = q.id
	order by q.id;
insert into request_item (request_id, object_id, file_id, is_open)
	select q.id, q.object_id, null, q.kind <> 'object' from request_plan q where q.kind <> 'files' order by q.id;
insert into request_item (request_id, object_id, file_id, is_open)
	select l.request_id, l.object_id, l.file_id, false from request_list l where l.kind = 'files' order by l.request_id, l.file_id;
insert into decision (request_id, institution_id, requested_by, verdict, decided_by, decided_via, decided_at, list_digest)
	select r.id, r.institution_id, r.requested_by, 'approve', b.id, 'web', r.closed_at, r.list_digest
	from deletion_request r join user_account b on b.institution_id = r.institution_id and b.name = 'Bob' where r.state = 'approved' order by r.id;
insert into deletion (id, request_id, institution_id, created_at, planned_at, finished_at)
	overriding system value
	select r.id, r.id, r.institution_id, r.closed_at, r.closed_at, case when q.kind <> 'under way' then r.closed_at + interval '1 hour' end
	from deletion_request r join request_plan q on q.id = r.id where r.state = 'approved' order by r.id;
-- Of the deletion under way, a third is done.
insert into request_file (request_id, file_id, generation, item_id, outcome, settled_at)
	select l.request_id, l.file_id, 1, i.id, case when d.is_done then 'deleted' else 'pending' end, case when d.is_done then r.closed_at + interval '1 hour' end
	from request_list l join deletion_request r on r.id = l.request_id
	join request_item i on i.request_id = l.request_id and (i.file_id is null or i.file_id = l.file_id)
	cross join lateral (select l.is_gone or l.kind = 'under way' and l.n % 3 = 0 as is_done) d order by l.request_id, l.file_id;
create temp table gone as
	select l.file_id, l.request_id from request_list l where l.is_gone or l.kind = 'under way' and l.n % 3 = 0;
create unique index on gone (file_id);
analyze gone;
update generic_file f set state = 'D' from request_list l where l.kind = 'under way' and l.n % 3 = 0 and f.id = l.file_id;

insert into copy (file_id, generation, backend_id, storage_option_id, url, etag, size_bytes, stored_at, status, deletion_id, outcome,
	verification, removed_at, verified_at)
	select f.id, 1, x.backend_id, f.option_id, 's3://' || b.name || '/' || lpad(to_hex(f.id), 12, '0'), md5(f.id::text),
		1000 + (f.n * 7919) % 5000000, f.stored_at, case when g.file_id is null then 'stored' else 'gone' end, g.request_id,
		case when g.file_id is not null then 'removed' end, case when g.file_id is not null then 'verified absent' end,
		case when g.file_id is not null then f.stored_at + interval '32 days' end, case when g.file_id is not null then f.stored_at + interval '32 days' end
	from storage_backend b join storage_option_backend x on x.backend_id = b.id
	join file_plan f on f.option_id = x.storage_option_id and (b.name <> 'standard-or' or f.object_id % 4 <> 1 or f.object_id = 1)
	left join gone g on g.file_id = f.id order by b.id, f.id;

insert into work_item (institution_id, action, object_identifier, object_id, file_id, item_id, deletion_id, stage, status, note, outcome, user_email,
	approver_email, files_total, files_done, bytes_total, bytes_done, created_at, queued_at, started_at, completed_at, updated_at)
	select d.institution_id, 'Delete', o.identifier, o.id, i.file_id, i.id, d.id, 'Resolve', case when d.finished_at is null then 'Started' else 'Success' end,
		'Deletion', case when d.finished_at is null then 'Deleting' else 'Deletion complete' end, a.email, b.email, n.files, n.done, n.bytes, n.bytes_done,
		d.created_at, d.created_at, d.created_at, d.finished_at, coalesce(d.finished_at, now())
	from deletion d join request_item i on i.request_id = d.request_id join intellectual_object o on o.id = i.object_id
	join decision c on c.request_id = d.request_id join user_account a on a.id = c.requested_by join user_account b on b.id = c.decided_by
	join (select l.item_id, count(*) as files, count(*) filter (where l.outcome = 'deleted') as done, sum(f.size_bytes) as bytes,
			coalesce(sum(f.size_bytes) filter (where l.outcome = 'deleted'), 0) as bytes_done
		from request_file l join generic_file f on f.id = l.file_id group by l.item_id) n on n.item_id = i.id
	order by i.id;
insert into work_item (institution_id, action, object_identifier, object_id, stage, status, note, outcome, user_email, files_total, files_done,
	created_at, queued_at, started_at, completed_at, updated_at)
	select p.institution_id, 'Ingest', o.identifier, p.id, 'Record', 'Success', 'Ingest complete', 'Ingest complete', 'ingest@' || n.identifier, p.files, p.files,
		p.stored_at, p.stored_at, p.stored_at, p.stored_at, p.stored_at
	from plan p join intellectual_object o on o.id = p.id join institution n on n.id = p.institution_id order by p.id;
insert into batch (deletion_id, institution_id, request_id, file_ids)
	select q.id, q.institution_id, q.id, array_agg(l.file_id order by l.file_id)
	from request_plan q join (select request_id, file_id, (row_number() over (partition by request_id order by file_id) - 1) / 1000 as part
		from request_list where kind = 'under way' and n % 3 <> 0) l on l.request_id = q.id group by q.id, q.institution_id, l.part;

-- Events: of every object; of every fifth file that it was stored, of every tenth that it was checked; of every deletion.
insert into premis_event (identifier, institution_id, object_id, file_id, generation, event_type, date_time, detail, outcome, agent, deletion_id)
	select ('00000000-0000-4000-9' || lpad(e.kind::text, 3, '0') || '-' || lpad(to_hex(e.key), 12, '0'))::uuid, e.institution_id, e.object_id, e.file_id, 1,
		e.event_type, e.at, e.detail, 'Success', 'fill', e.deletion_id
	from (
		select 1 as kind, p.id as key, p.institution_id, p.id as object_id, null::bigint as file_id, 'ingestion' as event_type, p.stored_at as at,
			'Ingested the bag' as detail, null::bigint as deletion_id from plan p
		union all
		select 2, f.id, f.institution_id, f.object_id, f.id, 'ingestion', f.stored_at, 'Completed copy to preservation storage', null from file_plan f where f.n % 5 = 0
		union all
		select 3, f.id, f.institution_id, f.object_id, f.id, 'fixity check', f.stored_at + interval '1 day', 'Fixity matches', null from file_plan f where f.n % 10 = 0
		union all
		select 4, g.file_id, f.institution_id, f.object_id, g.file_id, 'deletion', f.updated_at + interval '32 days', 'All copies were deleted', g.request_id
			from gone g join generic_file f on f.id = g.file_id
		union all
		select 5, p.id, p.institution_id, p.id, null, 'deletion', p.stored_at + interval '32 days', 'Object deleted', q.id
			from plan p join request_plan q on q.object_id = p.id where p.is_deleted
	) e order by e.kind, e.key;

insert into hold (institution_id, object_id, file_id, of_object_id, reason, placed_by)
	select p.institution_id, p.id, null, p.id, 'A lawsuit', u.id from plan p join user_account u on u.email = 'oscar@big.edu' where p.id % 101 = 55 and not p.is_deleted;
insert into hold (institution_id, object_id, file_id, of_object_id, reason, placed_by)
	select f.institution_id, null, f.id, p.id, 'A lawsuit', u.id
	from plan p join lateral (select * from generic_file g where g.id between p.first_file + 11 and least(p.first_file + p.files, p.first_file + 15) and g.state = 'A') f on f.object_id = p.id
	join user_account u on u.email = 'oscar@big.edu' where p.id % 17 = 3;
insert into hold (institution_id, reason, placed_by)
	select i.id, 'An audit', u.id from institution i join user_account u on u.email = 'oscar@big.edu' where i.identifier = 'inst20.edu';
insert into alert (institution_id, user_id, type, request_id, subject, sent_at)
	select r.institution_id, u.id, 'Deletion Requested', r.id, 'Deletion Requested', r.requested_at
	from deletion_request r join user_account u on u.institution_id = r.institution_id and u.name = 'Bob';

-- Sequences go on where the generated ids end.
select format('select setval(%L, (select coalesce(max(id), 1) from %I))', pg_get_serial_sequence(t, 'id'), t)
	from unnest(array['intellectual_object', 'generic_file', 'deletion_request', 'deletion']) t \gexec
select made_by from put_off \gexec
select tally_recount();
analyze;
