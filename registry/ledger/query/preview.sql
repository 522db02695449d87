-- What a deletion would take, before it is asked for.  Whole objects are counted from tallies; single files are looked at.

-- :name preview_counts :one
-- :arg institution_id int8
-- :arg object_ids int8[]
-- :arg file_ids int8[]
-- :col objects int8
-- :col files int8
-- :col bytes int8
-- :col deleted int8
-- :col pending_files int8
-- :col held_files int8
with o as (
	select w.id, w.identifier, w.state, coalesce(sum(t.active_files), 0)::bigint as files, coalesce(sum(t.active_bytes), 0)::bigint as bytes
	from intellectual_object w left join object_tally t on t.object_id = w.id
	where w.id = any ($2::bigint[]) and w.institution_id = $1::bigint group by w.id
), f as (
	select g.id, g.object_id, g.state, g.size_bytes, w.identifier as object_identifier
	from generic_file g join intellectual_object w on w.id = g.object_id
	where g.id = any ($3::bigint[]) and g.institution_id = $1::bigint
), ingest as (
	select distinct w.object_identifier from work_item w
	where w.institution_id = $1::bigint and w.action = 'Ingest' and w.completed_at is null
), busy as (
	select o.id, o.files from o where o.identifier in (select object_identifier from ingest)
		or exists (select from request_item i where i.object_id = o.id and i.is_open and i.file_id is null)
), held as (
	select o.id, o.files from o where exists (select from hold h where h.object_id = o.id and h.lifted_at is null)
), whole as (
	select exists (select from hold h where h.institution_id = $1::bigint and h.lifted_at is null and h.object_id is null
		and h.file_id is null) as is_held
)
select (select count(*) from o) as objects,
	((select coalesce(sum(o.files), 0) from o) + (select count(*) from f where f.state = 'A'))::bigint as files,
	((select coalesce(sum(o.bytes), 0) from o) + (select coalesce(sum(f.size_bytes), 0) from f where f.state = 'A'))::bigint as bytes,
	((select count(*) from o where o.state = 'D') + (select count(*) from f where f.state = 'D'))::bigint as deleted,
	((select coalesce(sum(b.files), 0) from busy b)
		+ (select count(*) from o join request_item i on i.object_id = o.id where i.is_open and i.file_id is not null and o.id not in (select id from busy))
		+ (select count(*) from f where f.state = 'A' and (f.object_identifier in (select object_identifier from ingest)
			or exists (select from request_item i where i.object_id = f.object_id and i.is_open and (i.file_id is null or i.file_id = f.id)))))::bigint as pending_files,
	case when w.is_held then ((select coalesce(sum(o.files), 0) from o) + (select count(*) from f where f.state = 'A'))
	else ((select coalesce(sum(x.files), 0) from held x)
		+ (select count(distinct h.file_id) from o join hold h on h.of_object_id = o.id join generic_file g on g.id = h.file_id
			where h.lifted_at is null and g.state = 'A' and o.id not in (select id from held))
		+ (select count(*) from f where f.state = 'A' and exists (select from hold h where h.of_object_id = f.object_id and h.lifted_at is null
			and (h.file_id is null or h.file_id = f.id)))) end::bigint as held_files
from whole w;

-- Copies that their option still keeps, by the day on which that is over for the last of them.
-- :name preview_ages :many
-- :arg institution_id int8
-- :arg object_ids int8[]
-- :arg file_ids int8[]
-- :col storage_option text
-- :col eligible_at timestamptz
-- :col copies int8
-- :col bytes int8
with c as (
	select t.storage_option_id, t.backend_id, t.stored_at, t.copies, t.bytes
	from copy_tally t join intellectual_object o on o.id = t.object_id
	where t.object_id = any ($2::bigint[]) and o.institution_id = $1::bigint
	union all
	select k.storage_option_id, k.backend_id, k.stored_at, 1, k.size_bytes
	from generic_file f cross join lateral (select x.* from copy x where x.file_id = f.id and x.status <> 'gone' offset 0) k
	where f.id = any ($3::bigint[]) and f.state = 'A' and f.institution_id = $1::bigint
), young as (
	select s.name, retention_until(c.stored_at, s.min_days) as until, sum(c.copies) as copies, sum(c.bytes) as bytes
	from c join storage_option s on s.id = c.storage_option_id join storage_backend b on b.id = c.backend_id and b.retention <> 'store'
	where retention_until(c.stored_at, s.min_days) > now() group by 1, 2 having sum(c.copies) > 0
)
select y.name as storage_option, max(y.until) as eligible_at, sum(y.copies)::bigint as copies, sum(y.bytes)::bigint as bytes
from young y group by y.name, (y.until at time zone 'UTC')::date order by 2, 1;

-- :name preview_lockable :one
-- :arg institution_id int8
-- :arg object_ids int8[]
-- :arg file_ids int8[]
-- :col copies int8
with lockable as (
	select b.id from storage_backend b cross join lateral (
		select p.object_lock from backend_probe p where p.backend_id = b.id and p.object_lock is not null order by p.id desc limit 1) p
	where p.object_lock
)
select (coalesce((select sum(t.copies) from copy_tally t join intellectual_object o on o.id = t.object_id
		where t.object_id = any ($2::bigint[]) and o.institution_id = $1::bigint and t.backend_id in (select id from lockable)), 0)
	+ (select count(*) from generic_file f cross join lateral (select x.backend_id from copy x where x.file_id = f.id and x.status <> 'gone' offset 0) k
		where f.id = any ($3::bigint[]) and f.state = 'A' and f.institution_id = $1::bigint and k.backend_id in (select id from lockable)))::bigint as copies;
