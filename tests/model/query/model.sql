-- What the model test asks and tells the ledger by itself; everything else goes through the ledger's verbs.

-- :name model_institution :one
-- :arg identifier text
-- :col id int8
insert into institution (identifier, name, admin_days) values ($1::text, $1::text, 0) returning id;

-- :name model_person :one
-- :arg institution_id int8
-- :arg email text
-- :arg role text
-- :col id int8
insert into user_account (institution_id, email, name, role) values ($1::bigint, $2::text, $2::text, $3::text) returning id;

-- :name model_leave :exec
-- :arg id int8
-- :arg gone bool
update user_account set deactivated_at = case when $2::bool then now() end where id = $1::bigint;

-- :name model_option :one
-- :arg name text
-- :arg min_days int4
-- :col id int8
insert into storage_option (name, min_days) values ($1::text, $2::int) on conflict (name) do update set min_days = $2::int returning id;

-- :name model_minimum :exec
-- :arg id int8
-- :arg min_days int4
update storage_option set min_days = $2::int where id = $1::bigint;

-- :name model_backend :one
-- :arg name text
-- :arg retention text
-- :col id int8
with b as (
	insert into storage_backend (name, retention) values ($1::text, $2::text) on conflict (name) do update set name = $1::text returning id
), x as (
	insert into storage_option_backend (storage_option_id, backend_id) select o.id, b.id from storage_option o, b on conflict do nothing
)
select id from b;

-- :name model_object :one
-- :arg institution_id int8
-- :arg identifier text
-- :arg option_id int8
-- :col id int8
insert into intellectual_object (institution_id, identifier, bag_name, title, storage_option_id)
values ($1::bigint, $2::text, $2::text, $2::text, $3::bigint) returning id;

-- :name model_file :one
-- :arg object_id int8
-- :arg identifier text
-- :arg size_bytes int8
-- :arg sha256 text
-- :col id int8
with f as (
	insert into generic_file (institution_id, object_id, identifier, file_format, size_bytes, storage_option_id)
	select institution_id, id, $2::text, 'text/plain', $3::bigint, storage_option_id from intellectual_object where id = $1::bigint returning id
), k as (
	insert into checksum (file_id, generation, algorithm, digest) select id, 1, 'sha256', $4::text from f
)
select id from f;

-- :name model_copy :exec
-- :arg file_id int8
-- :arg backend_id int8
-- :arg url text
-- :arg etag text
insert into copy (file_id, generation, backend_id, storage_option_id, url, etag, size_bytes, stored_at)
select id, 1, $2::bigint, storage_option_id, $3::text, $4::text, size_bytes, now() - interval '2 days' from generic_file where id = $1::bigint;

-- :name model_hold :exec
-- :arg institution_id int8
-- :arg object_id int8?
-- :arg file_id int8?
-- :arg placed_by int8
insert into hold (institution_id, object_id, file_id, reason, placed_by) values ($1::bigint, $2::bigint, $3::bigint, 'lawsuit', $4::bigint);

-- :name model_lift :exec
-- :arg institution_id int8
-- :arg object_id int8?
-- :arg file_id int8?
-- :arg one int8
-- :arg other int8
update hold set lifted_at = now(), lifted_by = $4::bigint, lift_approved_by = $5::bigint
where institution_id = $1::bigint and object_id is not distinct from $2::bigint and file_id is not distinct from $3::bigint and lifted_at is null;

-- Time passes: every instant of this institution that is compared with now() is so much longer ago.
-- :name model_jump :exec
-- :arg institution_id int8
-- :arg minutes int4
with t as (
	select $2::int * interval '1 minute' as by
), b as (
	update batch x set lease_until = x.lease_until - t.by, due_at = x.due_at - t.by from t where x.institution_id = $1::bigint
), c as (
	update copy x set stored_at = x.stored_at - t.by from t, generic_file f where f.id = x.file_id and f.institution_id = $1::bigint
), y as (
	update copy_tally x set stored_at = x.stored_at - t.by from t, intellectual_object o where o.id = x.object_id and o.institution_id = $1::bigint
), d as (
	update decision x set decided_at = x.decided_at - t.by from t where x.institution_id = $1::bigint
), k as (
	update approval_token x set expires_at = x.expires_at - t.by from t, deletion_request r where r.id = x.request_id and r.institution_id = $1::bigint
)
update deletion_request x set expires_at = x.expires_at - t.by, requested_at = x.requested_at - t.by from t where x.institution_id = $1::bigint;

-- :name model_batches :many
-- :arg institution_id int8
-- :col id int8
select id from batch where institution_id = $1::bigint order by id;

-- :name model_requests :many
-- :arg institution_id int8
-- :col id int8
select id from deletion_request where institution_id = $1::bigint order by id;

-- :name model_work_item :one
-- :arg request_id int8
-- :arg object_id int8?
-- :arg file_id int8?
-- :col id int8
select w.id from work_item w join request_item i on i.id = w.item_id
where i.request_id = $1::bigint and (i.object_id = $2::bigint and i.file_id is null or i.file_id = $3::bigint);

-- A connection that was cut: its server process notices in its own time.
-- :name model_ingest_locks :one
-- :col n int8
select count(*) as n from pg_locks l join pg_database d on d.oid = l.database where l.locktype = 'advisory' and d.datname = current_database();

-- The ledger in the words of model_text.c.
-- :name model_text :one
-- :arg institution_id int8
-- :col text text
with o as (
	select id, row_number() over (order by id) - 1 as n, state, cycle from intellectual_object where institution_id = $1::bigint
), f as (
	select id, row_number() over (order by id) - 1 as n, state, generation from generic_file where institution_id = $1::bigint
), r as (
	select id, row_number() over (order by id) - 1 as n, state from deletion_request where institution_id = $1::bigint
), b as (
	select *, row_number() over (order by id) - 1 as n from batch where institution_id = $1::bigint
), v as (
	select * from (values (0, 'request deletion'), (1, 'approve deletion'), (2, 'reject deletion'), (3, 'void request'), (4, 'plan deletion'),
		(5, 'settle batch'), (6, 'record ingest'), (7, 'split batch'), (8, 'cancel work item')) as x (n, verb)
), line (at, line) as (
	select array[0, 0, 0, 0, 0], 'workers ' || case when is_on then 'stopped' else 'at work' end from stop_switch
	union all
	select array[1, o.n, 0, 0, 0], format('object %s %s %s deletions%s', o.n, o.state, o.cycle, (select string_agg(' ' || e.generation, '' order by e.generation)
		from premis_event e where e.object_id = o.id and e.file_id is null and e.event_type = 'deletion')) from o
	union all
	select array[2, f.n, 0, 0, 0], format('file %s %s %s deletions%s', f.n, f.state, f.generation, (select string_agg(' ' || e.generation, '' order by e.generation)
		from premis_event e where e.file_id = f.id and e.event_type = 'deletion')) from f
	union all
	select array[2, f.n, 1, c.generation, b.id], format('copy %s %s %s %s%s', f.n, c.generation, right(b.name, 1)::int - 1, c.status,
		case when c.status = 'removing' then (select ' by ' || r.n from deletion d join r on r.id = d.request_id where d.id = c.deletion_id) end)
	from f join copy c on c.file_id = f.id join storage_backend b on b.id = c.backend_id
	union all
	select array[3, r.n, 0, 0, 0], format('request %s %s%s%s', r.n, r.state, case when d.planned_at is not null then ' planned' end,
		case when d.finished_at is not null then ' finished' end) from r left join deletion d on d.request_id = r.id
	union all
	select array[3, r.n, 1, x.target, 0], format('target %s %s %s%s', r.n, x.target, case when i.is_open then 'open' else 'shut' end,
		(select format(' %s%s %s+%s+%s of %s', w.status, case when w.cancelled_at is not null then ' cancelled' end, w.files_done, w.files_refused, w.files_failed, w.files_total) from work_item w where w.item_id = i.id))
	from r join request_item i on i.request_id = r.id left join f on f.id = i.file_id left join o on o.id = i.object_id
	cross join lateral (select coalesce((select count(*) from o) + f.n, o.n) as target) x
	union all
	select array[3, r.n, 2, f.n, 0], format('list %s %s %s %s', r.n, f.n, l.generation, l.outcome)
	from r join request_file l on l.request_id = r.id join f on f.id = l.file_id
	union all
	select array[4, b.n, 0, 0, 0], format('batch %s of %s %s fence %s attempts %s deaths %s files%s', b.n, r.n, b.state, b.fence, b.attempts, b.deaths,
		(select string_agg(' ' || f.n, '' order by f.n) from f where f.id = any (b.file_ids))) from b join r on r.id = b.request_id
	union all
	select array[5, v.n, 0, 0, 0], format('audit %s %s', v.verb, (select count(*) from audit_entry a where a.institution_id = $1::bigint and a.verb = v.verb)) from v
)
select string_agg(line || E'\n', '' order by at) as text from line;

-- Architecture.md §5, as far as the ledger alone can tell; what is said is wrong.
-- :name model_wrong :many
-- :arg institution_id int8
-- :col wrong text
with f as (
	select * from generic_file where institution_id = $1::bigint
), c as (
	select c.*, f.identifier, f.state, f.generation as latest from copy c join f on f.id = c.file_id
)
select format('I1: copy %s of %s is %s and on no approved list', c.id, c.identifier, c.status) as wrong from c
where c.status in ('removing', 'gone') and not exists (
	select from deletion d join decision a on a.request_id = d.request_id and a.verdict = 'approve' and a.decided_at <= now()
	join request_file l on l.request_id = d.request_id and l.file_id = c.file_id and l.generation >= c.generation where d.id = c.deletion_id)
union all
select format('I2: %s is Deleted and copy %s is %s', c.identifier, c.id, c.status) from c where c.state = 'D' and c.status <> 'gone'
union all
select format('I2: %s was refused, and nobody knows what became of copy %s', c.identifier, c.id) from c
join deletion d on d.id = c.deletion_id join request_file l on l.request_id = d.request_id and l.file_id = c.file_id
where c.status = 'removing' and l.outcome = 'refused'
union all
select format('I2: %s is Active and has no copy', f.identifier) from f where f.state = 'A'
and not exists (select from copy k where k.file_id = f.id and k.status <> 'gone') and not exists (
	select from request_file l where l.file_id = f.id and l.generation = f.generation and l.outcome in ('pending', 'failed'))
union all
select format('I2: copy %s of %s is gone, and nobody says how that is known', c.id, c.identifier) from c
where c.status = 'gone' and (c.verification is null or c.removed_at is null)
union all
select format('I3: %s is %s at generation %s with %s deletion events', f.identifier, f.state, f.generation, e.n) from f
cross join lateral (select count(*) as n from premis_event e where e.file_id = f.id and e.event_type = 'deletion' and e.generation = f.generation) e
where e.n <> (f.state = 'D')::int
union all
select format('I3: %s has two deletion events of generation %s', f.identifier, e.generation) from f
join premis_event e on e.file_id = f.id and e.event_type = 'deletion' group by f.identifier, e.generation having count(*) > 1
union all
select format('I4: %s was stored again after request %s listed it, and copy %s of the new bytes is %s', c.identifier, d.request_id, c.id, c.status)
from c join deletion d on d.id = c.deletion_id join request_file l on l.request_id = d.request_id and l.file_id = c.file_id
where c.generation > l.generation and c.status in ('removing', 'gone')
union all
select format('I5: request %s was decided by who asked', d.request_id) from decision d
where d.institution_id = $1::bigint and d.verdict = 'approve' and (d.decided_by = d.requested_by or d.as_sole_admin)
union all
select format('I6: batch %s is ready and has no time when it is due', b.id) from batch b
where b.institution_id = $1::bigint and b.state = 'ready' and b.due_at is null
union all
select format('I7: deletion %s came through no door', d.id) from deletion d where d.institution_id = $1::bigint and not exists (
	select from audit_entry a where a.institution_id = d.institution_id and a.verb = 'approve deletion' and a.subject = 'request ' || d.request_id)
union all
select format('I8: request %s has no entry in the audit log', r.id) from deletion_request r where r.institution_id = $1::bigint and not exists (
	select from audit_entry a where a.institution_id = r.institution_id and a.verb = 'request deletion' and a.subject = 'request ' || r.id)
union all
select format('I9: %s %s is about things of another institution', x.what, x.id) from (
	select 'request' as what, r.id from deletion_request r join request_file l on l.request_id = r.id join generic_file g on g.id = l.file_id
		where r.institution_id = $1::bigint and g.institution_id <> r.institution_id
	union all
	select 'batch', b.id from batch b join generic_file g on g.id = any (b.file_ids) where b.institution_id = $1::bigint and g.institution_id <> b.institution_id
	union all
	select 'request', r.id from deletion_request r join user_account u on u.id = r.requested_by where r.institution_id = $1::bigint and u.institution_id <> r.institution_id
	union all
	select 'decision', d.request_id from decision d join user_account u on u.id = d.decided_by where d.institution_id = $1::bigint and u.institution_id <> d.institution_id
	union all
	select 'event', e.id from f join premis_event e on e.file_id = f.id where e.institution_id <> f.institution_id
) x
union all
select format('I10: copy %s is gone though its outcome is %s', c.id, c.outcome) from c where c.status = 'gone' and c.outcome not in ('removed', 'already absent');

-- After everything was healed: what is not at its end.
-- :name model_unfinished :many
-- :arg institution_id int8
-- :col wrong text
select format('batch %s is %s: %s', id, state, last_error) as wrong from batch where institution_id = $1::bigint and state in ('ready', 'leased')
union all
select format('work item %s is %s', id, status) from work_item where institution_id = $1::bigint and completed_at is null
union all
select format('deletion %s has not ended', id) from deletion where institution_id = $1::bigint and (finished_at is null or planned_at is null)
union all
select format('file %s of request %s is not settled', l.file_id, r.id) from deletion_request r join request_file l on l.request_id = r.id
where r.institution_id = $1::bigint and r.state = 'approved' and l.outcome = 'pending';
