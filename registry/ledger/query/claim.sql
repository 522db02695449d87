-- Claiming a batch: architecture.md §4, step 4.  Everything that protects a file is asked here and now.

-- Takes the batch, and locks, in one order everywhere, what a hold, a re-ingest or an operator who registers a copy would
-- lock: institution, then objects.  A statement of its own: the verdicts that follow must see what was committed while
-- this one waited.  A lease that ended by itself is a death, and no attempt: whoever had it has told nothing.
-- :name claim_lease :opt
-- :arg batch_id int8
-- :arg owner text
-- :arg lease_ms int8
-- :col id int8
-- :col deletion_id int8
-- :col institution_id int8
-- :col request_id int8
-- :col file_ids int8[]
-- :col fence int8
-- :col attempts int4
-- :col deaths int4
-- :col lease_until timestamptz
with leased as (
	update batch b set state = 'leased', lease_owner = $2::text, lease_until = now() + $3::bigint * interval '1 millisecond',
		fence = b.fence + 1, attempts = b.attempts + (b.state = 'ready')::int, deaths = b.deaths + (b.state = 'leased')::int
	where b.id = $1::bigint and (b.state = 'ready' and b.due_at <= now() or b.state = 'leased' and b.lease_until < now())
		and not (select is_on from stop_switch)
	returning b.id, b.deletion_id, b.institution_id, b.request_id, b.file_ids, b.fence, b.attempts, b.deaths, b.lease_until
), i as materialized (
	select n.id from institution n join leased b on b.institution_id = n.id for share of n
), o as materialized (
	select x.id from intellectual_object x where x.id in (select f.object_id from leased b, unnest(b.file_ids) u join generic_file f on f.id = u)
		and exists (select from i) order by x.id for share of x
)
select b.* from leased b where (select count(*) from o) >= 0;

-- Longer, if it is still ours and nobody has stopped the work.
-- :name claim_renew :exec
-- :arg batch_id int8
-- :arg fence int8
-- :arg lease_ms int8
update batch set lease_until = now() + $3::bigint * interval '1 millisecond'
where id = $1::bigint and fence = $2::bigint and state = 'leased' and not (select is_on from stop_switch);

-- Back to the queue, untried: for a lane that is told to end before it has touched anything.
-- :name claim_release :exec
-- :arg batch_id int8
-- :arg fence int8
-- :arg due_ms int8
update batch set state = 'ready', lease_owner = null, lease_until = null, attempts = greatest(attempts - 1, 0),
	due_at = now() + $3::bigint * interval '1 millisecond', announced_at = null
where id = $1::bigint and fence = $2::bigint and state = 'leased';

-- The same, with the locks of claim_lease, before the verdicts are asked for again.
-- :name claim_confirm :opt
-- :arg batch_id int8
-- :arg fence int8
-- :arg lease_ms int8
-- :col id int8
with leased as (
	update batch set lease_until = now() + $3::bigint * interval '1 millisecond'
	where id = $1::bigint and fence = $2::bigint and state = 'leased' and not (select is_on from stop_switch)
	returning id, institution_id, file_ids
), i as materialized (
	select n.id from institution n join leased b on b.institution_id = n.id for share of n
), o as materialized (
	select x.id from intellectual_object x where x.id in (select f.object_id from leased b, unnest(b.file_ids) u join generic_file f on f.id = u)
		and exists (select from i) order by x.id for share of x
)
select b.id from leased b where (select count(*) from o) >= 0;

-- First every file, and why it may not be deleted now: '' if it may.  Then, if they are to be taken, the copies of those
-- that may: they become 'removing', the intent before any byte goes, and their work items are started.  And, as they are,
-- the copies of those that may not which an earlier claim of this deletion may have removed: somebody has to look.
-- :name claim_verdicts :many
-- :arg batch_id int8
-- :arg fence int8
-- :arg take bool
-- :col file_id int8
-- :col generation int4
-- :col size_bytes int8
-- :col object_id int8?
-- :col item_id int8?
-- :col refusal text?
-- :col copy_id int8?
-- :col backend text?
-- :col url text?
-- :col version_id text?
-- :col etag text?
-- :col stored_at timestamptz?
-- :col min_days int4?
-- :col retention text?
-- :col tried_before bool?
-- :col claimed_at timestamptz
with b as materialized (
	select b.id, b.deletion_id, b.institution_id, b.request_id, b.file_ids from batch b
	where b.id = $1::bigint and b.fence = $2::bigint and b.state = 'leased' and b.lease_until > now()
), consent as materialized (
	select case
		when r.state <> 'approved' or a.verdict is distinct from 'approve' then 'the request is not approved'
		when a.decided_at > r.expires_at then 'the approval came after the request had expired'
		when a.list_digest <> r.list_digest then 'the approval is about another list'
		when d.request_id <> r.id then 'the deletion belongs to another request'
		when asked.id is null then 'the person who asked is no longer active'
		when agreed.id is null then 'the person who approved is no longer active'
		else '' end as refusal
	from b join deletion_request r on r.id = b.request_id join deletion d on d.id = b.deletion_id
	left join decision a on a.request_id = r.id
	left join active_user asked on asked.id = r.requested_by
	left join active_user agreed on agreed.id = a.decided_by
), cancels as materialized (
	select exists (select from work_item w join b on b.deletion_id = w.deletion_id where w.cancelled_at is not null) as are_any
), held_institution as materialized (
	select h.reason from hold h, b where h.institution_id = b.institution_id and h.object_id is null and h.file_id is null
		and h.lifted_at is null order by h.id limit 1
), verdict as materialized (
	select f.id, f.object_id, l.item_id, l.generation, f.size_bytes, case
		when c.refusal <> '' then c.refusal
		when x.reason is not null then 'cancelled by an operator: ' || x.reason
		when f.institution_id <> b.institution_id then 'it belongs to another institution'
		when f.generation <> l.generation then 'superseded: it was stored again after the request'
		when f.state <> 'A' then 'it is deleted already'
		when hi.reason is not null then 'the whole institution is under hold: ' || hi.reason
		when ho.reason is not null then 'its object is under hold: ' || ho.reason
		when hf.reason is not null then 'it is under hold: ' || hf.reason
		when young.until is not null then format('minimum retention of %s (%s days) ends on %s', young.name, young.min_days,
			to_char(young.until at time zone 'UTC', 'YYYY-MM-DD'))
		else '' end as refusal
	from b cross join consent c cross join cancels k cross join unnest(b.file_ids) u
	cross join lateral (select x.generation, x.item_id from request_file x where x.request_id = b.request_id and x.file_id = u
		and x.outcome = 'pending' offset 0) l
	join generic_file f on f.id = u
	left join lateral (select w.cancel_reason as reason from work_item w where k.are_any and w.item_id = l.item_id
		and w.cancelled_at is not null offset 0) x on true
	left join held_institution hi on true
	left join lateral (select h.reason from hold h where h.object_id = f.object_id and h.lifted_at is null order by h.id limit 1) ho on true
	left join lateral (select h.reason from hold h where h.file_id = f.id and h.lifted_at is null order by h.id limit 1) hf on true
	left join lateral (select retention_until(k.stored_at, s.min_days) as until, s.name, s.min_days
		from copy k join storage_option s on s.id = k.storage_option_id join storage_backend p on p.id = k.backend_id and p.retention <> 'store'
		where k.file_id = f.id and k.status <> 'gone' and retention_until(k.stored_at, s.min_days) > now()
		order by 1 desc limit 1) young on true
), claimed as (
	update copy c set status = 'removing', deletion_id = b.deletion_id
	from verdict v, b, copy was
	where $3::bool and v.refusal = '' and c.file_id = v.id and c.generation <= v.generation
		and c.status in ('stored', 'superseded', 'removing') and was.id = c.id
	returning c.*, was.status as was
), left_over as (
	select k.* from verdict v cross join b cross join lateral (select c.* from copy c where c.file_id = v.id offset 0) k
	where $3::bool and v.refusal <> '' and k.status = 'removing' and k.deletion_id = b.deletion_id
), started as (
	update work_item set status = 'Started', stage = 'Resolve', note = 'Deleting', started_at = coalesce(started_at, now()), updated_at = now()
	where $3::bool and deletion_id = (select b.deletion_id from b) and item_id in (select v.item_id from verdict v) and status = 'Pending'
)
select v.id as file_id, v.generation, v.size_bytes, v.object_id, v.item_id, v.refusal,
	null::bigint as copy_id, null::text as backend, null::text as url, null::text as version_id, null::text as etag,
	null::timestamptz as stored_at, null::int as min_days, null::text as retention, null::bool as tried_before, now() as claimed_at
from verdict v
union all
select k.file_id, k.generation, k.size_bytes, null, null, null, k.id, p.name, k.url, k.version_id, k.etag, k.stored_at, s.min_days,
	p.retention, k.was = 'removing', now()
from claimed k join storage_backend p on p.id = k.backend_id join storage_option s on s.id = k.storage_option_id
union all
select k.file_id, k.generation, k.size_bytes, null, null, null, k.id, p.name, k.url, k.version_id, k.etag, k.stored_at, s.min_days,
	p.retention, true, now()
from left_over k join storage_backend p on p.id = k.backend_id join storage_option s on s.id = k.storage_option_id
order by backend nulls first, copy_id, file_id;
