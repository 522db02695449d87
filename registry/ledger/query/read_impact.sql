-- What a deletion takes: see read_object.sql.

-- The copies of what is named and Active, whole objects and single files.  Those of objects are tallied, and a Deleted
-- file has none that count.  "offset 0" has copies looked up by their file, whatever the planner thinks of numbers.  Only where a provider bills small files as if they were larger must their sizes be read.
-- :name read_impact_of_list :many
-- :arg scope int8
-- :arg object_ids int8[]
-- :arg file_ids int8[]
-- :col storage_option text
-- :col min_days int4
-- :col backend text
-- :col copies int8
-- :col bytes int8
-- :col price_nanos int8?
-- :col price_currency text?
-- :col byte_days int8
with tallied as (
	select t.storage_option_id, t.backend_id, t.stored_at, sum(t.copies) as copies, sum(t.bytes) as bytes
	from copy_tally t join intellectual_object o on o.id = t.object_id
	where t.object_id = any ($2::bigint[]) and ($1::bigint = 0 or o.institution_id = $1::bigint)
	group by t.storage_option_id, t.backend_id, t.stored_at having sum(t.copies) > 0
), part as (
	select t.storage_option_id, t.backend_id, t.stored_at, t.copies, t.bytes,
		case when x.price_nanos > 0 and x.billed_bytes > 0 then (
			select sum(greatest(c.size_bytes, x.billed_bytes)) from generic_file f cross join lateral (
				select k.size_bytes from copy k where k.file_id = f.id and k.status <> 'gone' and k.storage_option_id = t.storage_option_id
					and k.backend_id = t.backend_id and k.stored_at = t.stored_at offset 0) c
			where f.object_id = any ($2::bigint[]) and f.state = 'A' and ($1::bigint = 0 or f.institution_id = $1::bigint)) else t.bytes end as billed
	from tallied t left join storage_option_backend x on x.storage_option_id = t.storage_option_id and x.backend_id = t.backend_id
	union all
	select c.storage_option_id, c.backend_id, c.stored_at, 1, c.size_bytes, greatest(c.size_bytes, x.billed_bytes)
	from generic_file f cross join lateral (select k.* from copy k where k.file_id = f.id and k.status <> 'gone' offset 0) c
	left join storage_option_backend x on x.storage_option_id = c.storage_option_id and x.backend_id = c.backend_id
	where f.id in (select distinct unnest($3::bigint[])) and f.state = 'A' and ($1::bigint = 0 or f.institution_id = $1::bigint)
		and f.object_id <> all ($2::bigint[])
)
select s.name as storage_option, s.min_days, b.name as backend, sum(p.copies)::bigint as copies, sum(p.bytes)::bigint as bytes,
	x.price_nanos, x.price_currency, least(coalesce(sum(case when x.price_nanos > 0 then
		billed_days_left(p.stored_at, coalesce(x.billed_days, s.min_days))::numeric * p.billed end), 0), 9223372036854775807)::bigint as byte_days
from part p join storage_option s on s.id = p.storage_option_id join storage_backend b on b.id = p.backend_id
left join storage_option_backend x on x.storage_option_id = p.storage_option_id and x.backend_id = p.backend_id
group by s.name, s.min_days, b.name, x.price_nanos, x.price_currency order by s.name, b.name;

-- What an open request names, and whether its exact list is still all of it: nothing of it can go while it is open, so
-- that as many files are the same files.
-- :name read_impact_named :opt
-- :arg scope int8
-- :arg request_id int8
-- :col object_ids int8[]
-- :col file_ids int8[]
-- :col is_whole bool
with named as (
	select coalesce(array_agg(i.object_id) filter (where i.file_id is null), '{}') as object_ids,
		coalesce(array_agg(i.file_id) filter (where i.file_id is not null), '{}') as file_ids
	from request_item i where i.request_id = $2::bigint
)
select n.object_ids, n.file_ids, cardinality(n.file_ids) + coalesce((
	select sum(t.active_files) from object_tally t where t.object_id = any (n.object_ids)), 0) = r.file_count as is_whole
from deletion_request r cross join named n
where r.id = $2::bigint and r.state = 'open' and ($1::bigint = 0 or r.institution_id = $1::bigint);

-- The copies of any request's exact list that are still there: reads every one of them.
-- :name read_impact_of_request :many
-- :arg scope int8
-- :arg request_id int8
-- :col storage_option text
-- :col min_days int4
-- :col backend text
-- :col copies int8
-- :col bytes int8
-- :col price_nanos int8?
-- :col price_currency text?
-- :col byte_days int8
select s.name as storage_option, s.min_days, b.name as backend, count(*) as copies, coalesce(sum(c.size_bytes), 0)::bigint as bytes,
	x.price_nanos, x.price_currency, least(coalesce(sum(case when x.price_nanos > 0 then
		billed_days_left(c.stored_at, coalesce(x.billed_days, s.min_days))::numeric * greatest(c.size_bytes, x.billed_bytes) end), 0),
		9223372036854775807)::bigint as byte_days
from deletion_request r join request_file l on l.request_id = r.id
cross join lateral (select k.* from copy k where k.file_id = l.file_id and k.status <> 'gone' offset 0) c
join storage_option s on s.id = c.storage_option_id join storage_backend b on b.id = c.backend_id
left join storage_option_backend x on x.storage_option_id = c.storage_option_id and x.backend_id = c.backend_id
where r.id = $2::bigint and ($1::bigint = 0 or r.institution_id = $1::bigint)
group by s.name, s.min_days, b.name, x.price_nanos, x.price_currency order by s.name, b.name;
