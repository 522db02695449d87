-- What a deletion takes: see read_object.sql.

-- The copies of what is named and Active, whole objects and single files.
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
select s.name as storage_option, s.min_days, b.name as backend, count(*) as copies, coalesce(sum(c.size_bytes), 0)::bigint as bytes,
	x.price_nanos, x.price_currency, least(coalesce(sum(case when x.price_nanos > 0 then
		billed_days_left(c.stored_at, coalesce(x.billed_days, s.min_days))::numeric * greatest(c.size_bytes, x.billed_bytes) end), 0),
		9223372036854775807)::bigint as byte_days
from (
	select f.id from generic_file f where f.object_id = any ($2::bigint[]) and f.state = 'A' and ($1::bigint = 0 or f.institution_id = $1::bigint)
	union
	select f.id from generic_file f where f.id = any ($3::bigint[]) and f.state = 'A' and ($1::bigint = 0 or f.institution_id = $1::bigint)) f
join copy c on c.file_id = f.id and c.status <> 'gone'
join storage_option s on s.id = c.storage_option_id join storage_backend b on b.id = c.backend_id
left join storage_option_backend x on x.storage_option_id = c.storage_option_id and x.backend_id = c.backend_id
group by s.name, s.min_days, b.name, x.price_nanos, x.price_currency order by s.name, b.name;

-- The copies of a request's exact list that are still there.
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
from deletion_request r join request_file l on l.request_id = r.id join copy c on c.file_id = l.file_id and c.status <> 'gone'
join storage_option s on s.id = c.storage_option_id join storage_backend b on b.id = c.backend_id
left join storage_option_backend x on x.storage_option_id = c.storage_option_id and x.backend_id = c.backend_id
where r.id = $2::bigint and ($1::bigint = 0 or r.institution_id = $1::bigint)
group by s.name, s.min_days, b.name, x.price_nanos, x.price_currency order by s.name, b.name;
