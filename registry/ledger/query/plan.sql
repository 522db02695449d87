-- Cutting deletions into batches, and telling workers of them.

-- :name plan_next :opt
-- :col id int8
-- :col request_id int8
-- :col institution_id int8
select id, request_id, institution_id from deletion where planned_at is null order by id limit 1 for no key update skip locked;

-- :name plan_batches :exec
-- :arg deletion_id int8
-- :arg batch_files int4
insert into batch (deletion_id, institution_id, request_id, file_ids)
select d.id, d.institution_id, d.request_id, array_agg(n.file_id order by n.file_id)
from deletion d join lateral (
	select f.file_id, (row_number() over (order by f.item_id, f.file_id) - 1) / $2::int as part
	from request_file f where f.request_id = d.request_id and f.outcome = 'pending') n on true
where d.id = $1::bigint group by d.id, n.part;

-- A deletion that names only empty objects still needs one batch, to be settled.
-- :name plan_empty_batch :exec
-- :arg deletion_id int8
insert into batch (deletion_id, institution_id, request_id, file_ids)
select d.id, d.institution_id, d.request_id, '{}' from deletion d
where d.id = $1::bigint and not exists (select from batch b where b.deletion_id = d.id and b.state <> 'done');

-- :name plan_done :exec
-- :arg deletion_id int8
with queued as (
	update work_item set queued_at = now(), updated_at = now(), note = 'Queued' where deletion_id = $1::bigint and status = 'Pending'
)
update deletion set planned_at = now() where id = $1::bigint;

-- Batches that could be worked on and were not announced of late, whatever the queue remembers (I6): one of each
-- institution, then a second one of each, and inside an institution the same of its deletions.  Who comes first goes round
-- with turn.  Each step of the recursions is one look into batch_turn, so that a long line costs nothing.
-- :name plan_due_batches :many
-- :arg again_after_s int4
-- :arg at_most int4
-- :arg per_institution int4
-- :arg deletions_max int4
-- :arg turn int8
-- :col id int8
with recursive institutions as (
	(select b.institution_id as id, 0 as n from batch b where b.state in ('ready', 'leased') and not (select is_on from stop_switch)
		order by b.institution_id limit 1)
	union all
	select (select b.institution_id from batch b where b.state in ('ready', 'leased') and b.institution_id > i.id
		order by b.institution_id limit 1), i.n + 1 from institutions i where i.id is not null
), everybody as (
	select count(*) as n from institutions where id is not null
), due as (
	select x.id, x.place, (i.n + $5::bigint) % e.n as turn
	from institutions i cross join everybody e cross join lateral (
		select greatest($3::int - count(*), 0) as n from batch b where $1::int > 0 and b.institution_id = i.id and b.state = 'ready'
			and b.announced_at >= now() - make_interval(secs => $1::int)
	) room cross join lateral (
		with recursive deletions as (
			(select b.deletion_id as id, 0 as n from batch b where b.institution_id = i.id and b.state in ('ready', 'leased')
				and b.due_at <= now() and (b.state = 'ready' or b.lease_until < now())
				and (b.announced_at is null or b.announced_at < now() - make_interval(secs => $1::int))
				order by b.deletion_id limit 1)
			union all
			select (select b.deletion_id from batch b where b.institution_id = i.id and b.deletion_id > d.id and b.state in ('ready', 'leased')
				and b.due_at <= now() and (b.state = 'ready' or b.lease_until < now())
				and (b.announced_at is null or b.announced_at < now() - make_interval(secs => $1::int))
				order by b.deletion_id limit 1), d.n + 1 from deletions d where d.id is not null and d.n + 1 < $4::int
		)
		select y.id, row_number() over (order by y.place, (d.n + $5::bigint / e.n) % greatest(m.n, 1), d.n) as place
		from (select count(*) as n from deletions where id is not null) m cross join deletions d cross join lateral (
			select b.id, row_number() over (order by b.due_at, b.id) as place from batch b
			where b.institution_id = i.id and b.deletion_id = d.id and b.state in ('ready', 'leased')
				and b.due_at <= now() and (b.state = 'ready' or b.lease_until < now())
				and (b.announced_at is null or b.announced_at < now() - make_interval(secs => $1::int))
			order by b.due_at, b.id limit least($2::int, room.n)) y
		order by place limit room.n
	) x where i.id is not null
)
select id from due order by place, turn limit $2::int;

-- :name plan_announced :exec
-- :arg ids int8[]
update batch set announced_at = now() where id = any ($1::bigint[]);

-- Puts the failed files of a work item to work again.
-- :name requeue_lock :opt
-- :arg work_item_id int8
-- :col id int8
-- :col status text
-- :col item_id int8
-- :col deletion_id int8
-- :col files_failed int8
select id, status, item_id, deletion_id, files_failed from work_item where id = $1::bigint and action = 'Delete' for no key update;

-- :name requeue_files :exec
-- :arg item_id int8
update request_file set outcome = 'pending', reason = '', settled_at = null where item_id = $1::bigint and outcome = 'failed';

-- :name requeue_batches :exec
-- :arg work_item_id int8
-- :arg batch_files int4
insert into batch (deletion_id, institution_id, request_id, file_ids)
select d.id, d.institution_id, d.request_id, coalesce(array_agg(n.file_id order by n.file_id) filter (where n.file_id is not null), '{}')
from work_item w join deletion d on d.id = w.deletion_id left join lateral (
	select f.file_id, (row_number() over (order by f.file_id) - 1) / $2::int as part
	from request_file f where f.item_id = w.item_id and f.outcome = 'pending') n on true
where w.id = $1::bigint group by d.id, n.part;

-- :name requeue_item :exec
-- :arg work_item_id int8
with opened as (
	update request_item i set is_open = true from work_item w where w.id = $1::bigint and i.id = w.item_id
), again as (
	update deletion d set finished_at = null from work_item w where w.id = $1::bigint and d.id = w.deletion_id
)
update work_item set status = 'Pending', stage = 'Requested', note = 'Requeued', outcome = 'Not started', files_failed = 0,
	needs_admin_review = false, completed_at = null, queued_at = now(), updated_at = now()
where id = $1::bigint;
