-- Cancelling a work item.

-- The object first, as a hold does: claims in progress are waited for, and later ones see what is written here.
-- :name cancel_lock :opt
-- :arg work_item_id int8
-- :col id int8
-- :col institution_id int8
-- :col status text
-- :col is_ended bool
-- :col is_cancelled bool
with o as materialized (
	select x.id from intellectual_object x
	where x.id = (select w.object_id from work_item w where w.id = $1::bigint and w.action = 'Delete') for no key update of x
)
select w.id, w.institution_id, w.status, w.completed_at is not null as is_ended, w.cancelled_at is not null as is_cancelled
from work_item w where w.id = $1::bigint and w.action = 'Delete' and (select count(*) from o) >= 0 for no key update of w;

-- Batches that back off with files of it need not wait for what they are not to try any more.
-- :name cancel_item :exec
-- :arg work_item_id int8
-- :arg cancelled_by text
-- :arg reason text
with hurried as (
	update batch b set due_at = now(), announced_at = null
	from (
		select x.id from work_item w join batch x on x.deletion_id = w.deletion_id
		where w.id = $1::bigint and x.state = 'ready' and x.due_at > now() and exists (select from unnest(x.file_ids) u
			join request_file f on f.request_id = x.request_id and f.file_id = u where f.item_id = w.item_id)
		for no key update of x skip locked
	) d where b.id = d.id
)
update work_item set cancelled_at = now(), cancelled_by = $2::text, cancel_reason = $3::text, updated_at = now(),
	note = 'Cancelled: what has not begun is refused' where id = $1::bigint;
