-- What the first page says of an institution: each statement reads what is open or running, or a tally.
-- scope: the institution that may be seen, 0 for all.

-- Open requests that this person may decide: another's; the own one of a sole admin; an operator, where one must consent.
-- :name read_dashboard_to_decide :one
-- :arg scope int8
-- :arg user_id int8
-- :arg is_operator bool
-- :arg at_most int4
-- :col ids int8[]
select coalesce(array_agg(p.id order by p.id), '{}') as ids from (
	select q.id from institution n cross join lateral (
		select r.id from deletion_request r
		where r.institution_id = n.id and r.state = 'open' and r.expires_at > now()
			and case when $3::bool then r.sole_admin and n.sole_admin = 'operator'
				else r.requested_by <> $2::bigint or r.sole_admin and n.sole_admin <> 'operator' end
		order by r.institution_id, r.id limit $4::int) q
	where $1::bigint = 0 or n.id = $1::bigint order by q.id limit $4::int) p;

-- :name read_dashboard_own :one
-- :arg institution_id int8
-- :arg user_id int8
-- :arg at_most int4
-- :col ids int8[]
select coalesce(array_agg(p.id order by p.id), '{}') as ids from (
	select r.id from deletion_request r
	where r.institution_id between $1::bigint and $1::bigint and r.state = 'open' and r.expires_at > now() and r.requested_by = $2::bigint
	order by r.institution_id, r.id limit $3::int) p;

-- Deletions that have not ended, the newest first.  How far: of up to 1,000 work items their counters; of more, the share of
-- batches that are done.
-- :name read_dashboard_running :many
-- :arg scope int8
-- :arg at_most int4
-- :col request_id int8
-- :col files int8
-- :col settled int8
-- :col failed int8
select d.request_id, r.file_count as files,
	case when w.items <= 1000 then w.settled else r.file_count * b.done / greatest(b.made, 1) end::bigint as settled, w.failed
from (select q.* from institution n cross join lateral (
		select d.id, d.request_id from deletion d where d.institution_id between n.id and n.id and d.finished_at is null
		order by d.institution_id desc, d.id desc limit $2::int) q
	where $1::bigint = 0 or n.id = $1::bigint order by q.id desc limit $2::int) d
join deletion_request r on r.id = d.request_id
cross join lateral (
	select count(*) as items, coalesce(sum(i.files_done + i.files_refused + i.files_failed), 0)::bigint as settled,
		coalesce(sum(i.files_refused + i.files_failed), 0)::bigint as failed
	from (select x.* from work_item x where x.deletion_id between d.id and d.id order by x.deletion_id, x.id limit 1001) i) w
cross join lateral (
	select count(*) as made, count(*) filter (where x.state = 'done') as done from batch x where x.deletion_id = d.id and w.items > 1000) b
order by d.id desc;

-- :name read_dashboard_options :many
-- :arg scope int8
-- :col storage_option text
-- :col min_days int4
-- :col files int8
-- :col bytes int8
select s.name as storage_option, s.min_days, sum(t.files)::bigint as files, sum(t.bytes)::bigint as bytes
from institution n cross join lateral (select x.* from option_tally x where x.institution_id = n.id) t
join storage_option s on s.id = t.storage_option_id
where $1::bigint = 0 or n.id = $1::bigint
group by s.id, s.name, s.min_days having sum(t.files) > 0 order by sum(t.bytes) desc, s.name;

-- What is too young to be deleted, by the month in which it is no more: of the files stored on a day, each has one copy at a
-- backend, so that the backend with the most copies tells how many they are.
-- :name read_dashboard_eligible :many
-- :arg scope int8
-- :col month text
-- :col storage_option text
-- :col files int8
-- :col bytes int8
with young as (
	select n.id as institution_id, t.stored_on + s.min_days as eligible_on, s.name, t.backend_id, sum(t.copies) as copies, sum(t.bytes) as bytes
	from institution n cross join storage_option s cross join lateral (
		select x.backend_id, x.stored_on, x.copies, x.bytes from stored_tally x
		where x.institution_id = n.id and x.storage_option_id = s.id and x.stored_on > utc_day(now()) - s.min_days
		union all
		select l.backend_id, utc_day(l.stored_at), l.copies, l.bytes from copy_tally l join intellectual_object o on o.id = l.object_id
		where not l.is_folded and l.storage_option_id = s.id and o.institution_id = n.id
			and utc_day(l.stored_at) > utc_day(now()) - s.min_days) t
	join storage_backend b on b.id = t.backend_id and b.retention <> 'store'
	where s.min_days > 0 and ($1::bigint = 0 or n.id = $1::bigint)
	group by n.id, s.name, t.stored_on, s.min_days, t.backend_id
), days as (
	select y.eligible_on, y.name, max(y.copies) as copies, max(y.bytes) as bytes from young y group by y.institution_id, y.eligible_on, y.name
)
select to_char(d.eligible_on, 'YYYY-MM') as month, d.name as storage_option, sum(d.copies)::bigint as files, sum(d.bytes)::bigint as bytes
from days d group by 1, 2 having sum(d.copies) > 0 order by 1, 2;
