-- Settling a batch: architecture.md §4, step 8.  One transaction, set-based, guarded by fence and generation.

-- First: is the batch still ours?  And the locks on its objects, before any of files and copies, in the order of an ingest.
-- :name settle_fence :opt
-- :arg batch_id int8
-- :arg fence int8
-- :arg left_file_ids int8[]
-- :arg failed bool
-- :arg due_ms int8
-- :arg error text
-- :arg uncharged bool
-- :arg object_ids int8[]
-- :col deletion_id int8
-- :col request_id int8
-- :col institution_id int8
with ours as (
	update batch b set
		state = case when cardinality($3::bigint[]) > 0 then 'ready' when $4::bool then 'failed' else 'done' end,
		file_ids = case when cardinality($3::bigint[]) > 0 then $3::bigint[] else b.file_ids end,
		lease_owner = null, lease_until = null, announced_at = null, last_error = $6::text,
		attempts = greatest(b.attempts - $7::bool::int, 0), deaths = 0,
		due_at = now() + $5::bigint * interval '1 millisecond'
	where b.id = $1::bigint and b.fence = $2::bigint and b.state = 'leased'
	returning b.deletion_id, b.request_id, b.institution_id
), o as materialized (
	select x.id from intellectual_object x where x.id = any ($8::bigint[]) and exists (select from ours) order by x.id for share of x
)
select * from ours where (select count(*) from o) >= 0;

-- What is known of each copy.  gone: confirmed; there: seen to be there still; neither: it stays 'removing'.  The "case" keeps
-- the planner from taking its condition for rare, as it would be before the statistics know of any claim, and from looking
-- for such copies instead of looking up a thousand ids.
-- :name settle_copies :exec
-- :arg deletion_id int8
-- :arg copy_ids int8[]
-- :arg gone bool[]
-- :arg there bool[]
-- :arg outcomes text[]
-- :arg details text[]
-- :arg provider_request_ids text[]
-- :arg verifications text?[]
update copy c set
	status = case when a.gone then 'gone' when not a.there then 'removing'
		when c.generation = (select f.generation from generic_file f where f.id = c.file_id) then 'stored' else 'superseded' end,
	outcome = a.outcome, outcome_detail = a.detail, provider_request_id = a.provider_request_id,
	verification = case when a.gone then a.verification end,
	removed_at = case when a.gone then now() end,
	verified_at = case when a.gone and a.verification = 'verified absent' then now() end
from unnest($2::bigint[], $3::bool[], $4::bool[], $5::text[], $6::text[], $7::text[], $8::text[])
		as a (id, gone, there, outcome, detail, provider_request_id, verification)
where c.id = a.id and case when c.status = 'removing' then c.deletion_id = $1::bigint else false end;

-- What became of the files.  Those whose every copy is gone, at the generation that was approved: Deleted, with one event
-- each (I2, I3); also if the file is refused now, and what was removed under an earlier claim leaves nothing of it.  Then the
-- list's outcomes: 'deleted' is believed only of a file that became Deleted here or before; one that was stored again
-- meanwhile was superseded; one that is refused says what it has lost (docs/decisions/0017).  Returns what each work item has to count.  The list is looked up file by file,
-- "offset 0", whatever the planner thinks of the length of a request that it has not seen yet.
-- :name settle_files :many
-- :arg deletion_id int8
-- :arg request_id int8
-- :arg file_ids int8[]
-- :arg outcomes text[]
-- :arg reasons text[]
-- :arg agent text
-- :col item_id int8
-- :col done int8
-- :col refused int8
-- :col failed int8
-- :col bytes int8
-- :col damaged int8
with people as materialized (
	select q.email as asked, g.email as agreed from decision a join user_account q on q.id = a.requested_by
	join user_account g on g.id = a.decided_by where a.request_id = $2::bigint
), told as materialized (
	select $2::bigint as request_id, a.id, a.outcome, a.reason, l.generation, l.item_id, v.copies, v.left_over, v.unverified,
		v.of_it, v.lost
	from unnest($3::bigint[], $4::text[], $5::text[]) as a (id, outcome, reason)
	cross join lateral (select x.generation, x.item_id from request_file x where x.request_id = $2::bigint and x.file_id = a.id offset 0) l
	cross join lateral (
		select count(*) as copies, count(*) filter (where c.status <> 'gone') as left_over,
			count(*) filter (where c.verification <> 'verified absent') as unverified,
			count(*) filter (where c.generation = l.generation) as of_it,
			count(*) filter (where a.outcome = 'refused' and c.status = 'gone' and c.deletion_id = $1::bigint and c.generation = l.generation
				and c.generation = (select f.generation from generic_file f where f.id = a.id)) as lost
		from copy c where c.file_id = a.id and a.outcome in ('deleted', 'refused')) v
), done as (
	update generic_file f set state = 'D', updated_at = now() from told t
	where f.id = t.id and (t.outcome = 'deleted' or t.lost > 0) and t.left_over = 0 and f.state = 'A' and f.generation = t.generation
	returning f.id, f.object_id, f.institution_id, f.generation, t.copies, t.unverified,
		case when t.lost > 0 then t.reason end as too_late
), events as (
	insert into premis_event (institution_id, object_id, file_id, generation, event_type, detail, outcome, outcome_detail,
		outcome_information, object_used, agent, deletion_id)
	select d.institution_id, d.object_id, d.id, d.generation, 'deletion',
		case when d.unverified = 0 then 'All copies of this file were deleted from preservation storage and their absence was verified'
			else format('All copies of this file were deleted from preservation storage; %s of %s accepted, not verifiable', d.unverified, d.copies) end,
		'Success', p.asked,
		format('File deleted at the request of %s. Institutional approver: %s. Deletion %s.', p.asked, p.agreed, $1::bigint)
			|| coalesce(' Its copies were removed under a claim that was made before this: ' || d.too_late || '.', ''),
		'Tombstone deletion worker', $6::text, $1::bigint
	from done d cross join people p order by d.id
), settled as (
	update request_file l set settled_at = now(), outcome = case when t.is_true then t.outcome else 'refused' end,
		reason = case when t.is_true then t.reason else 'superseded: it was stored again while its old copies were removed' end
	from (
		select x.request_id, x.id, case when x.is_done then 'deleted' else x.outcome end as outcome,
			case when x.lost > 0 and x.is_done then 'its copies had been removed under an earlier claim, before this: ' || x.reason
				when x.lost > 0 then format('%s; but %s of its %s copies had been removed under an earlier claim', x.reason, x.lost, x.of_it)
				else x.reason end as reason,
			x.lost > 0 and not x.is_done as is_damaged,
			x.outcome <> 'deleted' or x.is_done
			or (select count(*) from generic_file f where f.id = x.id and f.state = 'D' and f.generation = x.generation) > 0 as is_true
		from (select t.*, t.id in (select d.id from done d) as is_done from told t offset 0) x) t
	where l.request_id = t.request_id and l.file_id = t.id and l.outcome = 'pending' returning l.item_id, l.file_id, l.outcome, t.is_damaged
)
select s.item_id, count(*) filter (where s.outcome = 'deleted') as done, count(*) filter (where s.outcome = 'refused') as refused,
	count(*) filter (where s.outcome = 'failed') as failed,
	coalesce(sum((select f.size_bytes from generic_file f where f.id = s.file_id)) filter (where s.outcome = 'deleted'), 0)::bigint as bytes,
	count(*) filter (where s.is_damaged) as damaged
from settled s group by s.item_id order by s.item_id;

-- The counters of the work items, and the batch's audit entry.  Here lanes of one work item begin to wait for one another:
-- each adds to what the one before it has committed, and the last one sees that it is the last.
-- :name settle_items :many
-- :arg deletion_id int8
-- :arg item_ids int8[]
-- :arg done int8[]
-- :arg refused int8[]
-- :arg failed int8[]
-- :arg bytes int8[]
-- :arg damaged int8[]
-- :arg institution_id int8
-- :arg subject text
-- :arg detail text
-- :arg list_digest bytea
-- :col work_item_id int8
-- :col item_id int8
-- :col object_id int8
-- :col whole_object bool
-- :col status text
with audited as (
	insert into audit_entry (actor, via, verb, institution_id, subject, detail, list_digest)
	values ('worker', 'worker', 'settle batch', $8::bigint, $9::text, $10::text, $11::bytea)
)
update work_item w set files_done = w.files_done + s.done, files_refused = w.files_refused + s.refused,
	files_failed = w.files_failed + s.failed, bytes_done = w.bytes_done + s.bytes, updated_at = now(),
	started_at = coalesce(w.started_at, now()), stage = 'Resolve',
	status = case when w.files_done + s.done + w.files_refused + s.refused + w.files_failed + s.failed < w.files_total then 'Started'
		when w.cancelled_at is not null and (w.files_total = 0 or w.files_done + s.done < w.files_total) then 'Cancelled'
		when w.files_done + s.done = w.files_total then 'Success' else 'Failed' end,
	completed_at = case when w.files_done + s.done + w.files_refused + s.refused + w.files_failed + s.failed >= w.files_total then now() end,
	needs_admin_review = case when w.cancelled_at is null then w.files_refused + s.refused + w.files_failed + s.failed > 0
		else w.needs_admin_review or s.failed > 0 or s.damaged > 0 end,
	outcome = case when w.files_done + s.done + w.files_refused + s.refused + w.files_failed + s.failed < w.files_total then 'Deleting'
		when w.cancelled_at is not null and (w.files_total = 0 or w.files_done + s.done < w.files_total) then 'Deletion cancelled'
		when w.files_done + s.done = w.files_total then case when w.file_id is null then 'Object deletion complete' else 'File deletion complete' end
		else 'Deletion incomplete' end,
	note = case when w.files_done + s.done + w.files_refused + s.refused + w.files_failed + s.failed < w.files_total
			then format('%s of %s files deleted', w.files_done + s.done, w.files_total)
		when w.cancelled_at is not null and (w.files_total = 0 or w.files_done + s.done < w.files_total)
			then format('Cancelled. %s of %s files had been deleted, %s were refused, %s failed: see the list of files for the reasons.',
				w.files_done + s.done, w.files_total, w.files_refused + s.refused, w.files_failed + s.failed)
		when w.files_done + s.done = w.files_total
			then format('Deletion completed at the request of %s, approved by %s.', w.user_email, w.approver_email)
		else format('%s of %s files deleted, %s refused, %s failed: see the list of files for the reasons.',
			w.files_done + s.done, w.files_total, w.files_refused + s.refused, w.files_failed + s.failed) end
from (
	select a.item_id, a.done, a.refused, a.failed, a.bytes, a.damaged
	from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
		as a (item_id, done, refused, failed, bytes, damaged)
	union all
	-- Items without files end with the first batch that is settled.
	select e.item_id, 0, 0, 0, 0, 0 from work_item e where e.deletion_id = $1::bigint and e.files_total = 0 and e.completed_at is null
) s where w.item_id = s.item_id and w.deletion_id = $1::bigint and w.completed_at is null
returning w.id as work_item_id, w.item_id, w.object_id, w.file_id is null as whole_object, w.status;

-- Work items that ended: their things are free for other requests; a whole object without active files is Deleted.
-- :name settle_objects :many
-- :arg deletion_id int8
-- :arg request_id int8
-- :arg item_ids int8[]
-- :arg object_ids int8[]
-- :arg agent text
-- :col object_id int8
with people as (
	select q.email as asked, g.email as agreed from decision a join user_account q on q.id = a.requested_by
	join user_account g on g.id = a.decided_by where a.request_id = $2::bigint
), freed as (
	update request_item set is_open = false where id = any ($3::bigint[])
), done as (
	update intellectual_object o set state = 'D', updated_at = now()
	where o.id = any ($4::bigint[]) and o.state = 'A' and not exists (select from generic_file f where f.object_id = o.id and f.state = 'A')
	returning o.id, o.institution_id, o.cycle
)
insert into premis_event (institution_id, object_id, generation, event_type, detail, outcome, outcome_detail, outcome_information,
	object_used, agent, deletion_id)
select d.institution_id, d.id, d.cycle, 'deletion', 'Object deleted from preservation storage', 'Success', p.asked,
	format('Object deleted at the request of %s. Institutional approver: %s. Deletion %s.', p.asked, p.agreed, $1::bigint),
	'Tombstone deletion worker', $5::text, $1::bigint
from done d cross join people p order by d.id
returning premis_event.object_id;

-- An object that got files after the approval stays active, and its work item says so.
-- :name settle_object_stays :exec
-- :arg deletion_id int8
-- :arg object_ids int8[]
update work_item w set note = w.note || ' The object stays active: it has files that were stored after the request.', updated_at = now()
from intellectual_object o where w.deletion_id = $1::bigint and w.file_id is null and o.id = w.object_id and o.id = any ($2::bigint[])
	and o.state = 'A' and w.status = 'Success';

-- Lanes that end work items of one deletion come here one after the other, before the statement that looks whether
-- anything is left.
-- :name settle_lock_deletion :one
-- :arg deletion_id int8
-- :col id int8
select id from deletion where id = $1::bigint for no key update;

-- When nothing is left to do: the end of the deletion, once.
-- :name settle_finish :opt
-- :arg deletion_id int8
-- :col id int8
-- :col request_id int8
-- :col files_done int8
-- :col files_refused int8
-- :col files_failed int8
-- :col bytes_done int8
-- :col cancelled int8
with finished as (
	update deletion d set finished_at = now() where d.id = $1::bigint and d.finished_at is null
		and not exists (select from work_item w where w.deletion_id = d.id and w.completed_at is null)
	returning d.id, d.request_id
)
select f.id, f.request_id, sum(w.files_done)::bigint as files_done, sum(w.files_refused)::bigint as files_refused,
	sum(w.files_failed)::bigint as files_failed, sum(w.bytes_done)::bigint as bytes_done,
	count(*) filter (where w.status = 'Cancelled') as cancelled
from finished f join work_item w on w.deletion_id = f.id group by f.id, f.request_id;
