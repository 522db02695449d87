-- Is it deleted, and if not: what is still to be done?

-- The newest request that names the file or its object, or lists it, and is not over.
-- :name deletion_question_file :opt
-- :arg id int8
-- :col identifier text
-- :col state text
-- :col request_id int8
-- :col request_state text
-- :col work_item_id int8
-- :col work_status text
-- :col copies int8
-- :col gone int8
-- :col young bool
select f.identifier, f.state, coalesce(q.id, 0) as request_id, coalesce(q.state, '') as request_state, coalesce(w.id, 0) as work_item_id,
	coalesce(w.status, '') as work_status, c.copies, c.gone, c.young
from generic_file f
left join lateral (select r.id, r.state, l.item_id from request_file l join deletion_request r on r.id = l.request_id
	where l.file_id = f.id and l.generation = f.generation and l.outcome in ('pending', 'failed') and r.state in ('open', 'approved')
	order by r.id desc limit 1) q on true
left join work_item w on w.item_id = q.item_id
cross join lateral (select count(*) as copies, count(*) filter (where k.status = 'gone') as gone,
	coalesce(bool_or(k.status <> 'gone' and b.retention <> 'store' and retention_until(k.stored_at, s.min_days) > now()), false) as young
	from copy k join storage_option s on s.id = k.storage_option_id join storage_backend b on b.id = k.backend_id where k.file_id = f.id) c
where f.id = $1::bigint;

-- :name deletion_question_object :opt
-- :arg id int8
-- :col identifier text
-- :col state text
-- :col request_id int8
-- :col request_state text
-- :col work_item_id int8
-- :col work_status text
-- :col active int8
-- :col young bool
select o.identifier, o.state, coalesce(q.id, 0) as request_id, coalesce(q.state, '') as request_state, coalesce(w.id, 0) as work_item_id,
	coalesce(w.status, '') as work_status,
	coalesce((select sum(t.active_files) from object_tally t where t.object_id = o.id), 0)::bigint as active,
	exists (select from copy_tally t join storage_option s on s.id = t.storage_option_id join storage_backend b on b.id = t.backend_id
		where t.object_id = o.id and b.retention <> 'store' and retention_until(t.stored_at, s.min_days) > now()
		group by t.stored_at, t.storage_option_id, t.backend_id having sum(t.copies) > 0) as young
from intellectual_object o
left join lateral (select r.id, r.state, i.id as item_id from request_item i join deletion_request r on r.id = i.request_id
	where i.object_id = o.id and i.file_id is null and i.is_open and r.state in ('open', 'approved') order by r.id desc limit 1) q on true
left join work_item w on w.item_id = q.item_id
where o.id = $1::bigint;
