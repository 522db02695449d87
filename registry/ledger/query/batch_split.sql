-- Batches that end their lanes, cut in halves.

-- :name batch_split_cut :opt
-- :arg batch_id int8
-- :arg fence int8
-- :col other int8
-- :col kept int4
-- :col moved int4
with b as materialized (
	select id, deletion_id, institution_id, request_id, file_ids, attempts, (cardinality(file_ids) + 1) / 2 as half
	from batch where id = $1::bigint and fence = $2::bigint and state = 'leased' for no key update
), kept as (
	update batch x set state = 'ready', lease_owner = null, lease_until = null, announced_at = null, due_at = now(), deaths = 0,
		attempts = greatest(b.attempts - 1, 0), file_ids = b.file_ids[:b.half],
		last_error = format('%s lanes ended while they had it: it was cut in halves', x.deaths)
	from b where x.id = b.id
), other as (
	insert into batch (deletion_id, institution_id, request_id, file_ids, attempts)
	select b.deletion_id, b.institution_id, b.request_id, b.file_ids[b.half + 1:], greatest(b.attempts - 1, 0) from b
	returning id, cardinality(file_ids) as files
)
select other.id as other, b.half as kept, other.files as moved from b, other;
