-- Mail to send, the stop switch, the audit log.

-- :name outbox_due :opt
-- :col id int8
-- :col attempts int4
-- :col alert_id int8
-- :col type text
-- :col subject text
-- :col content text
-- :col request_id int8?
-- :col request_state text?
-- :col user_id int8
-- :col user_email text
-- :col user_name text
-- :col user_active bool
-- :col institution text
select x.id, x.attempts, a.id as alert_id, a.type, a.subject, a.content, a.request_id, r.state as request_state, u.id as user_id,
	u.email as user_email, u.name as user_name, u.deactivated_at is null as user_active, i.name as institution
from outbox x join alert a on a.id = x.alert_id join user_account u on u.id = a.user_id join institution i on i.id = a.institution_id
left join deletion_request r on r.id = a.request_id
where x.done_at is null and x.gave_up_at is null and x.due_at <= now() order by x.due_at, x.id limit 1 for no key update of x skip locked;

-- Before the mail goes out: whoever dies while sending will try again, later.
-- :name outbox_try :exec
-- :arg id int8
-- :arg retry_ms int8
update outbox set attempts = attempts + 1, due_at = now() + $2::bigint * interval '1 millisecond' where id = $1::bigint;

-- :name outbox_done :exec
-- :arg id int8
with sent as (
	update alert a set sent_at = now() from outbox x where x.id = $1::bigint and a.id = x.alert_id
)
update outbox set done_at = now(), last_error = '' where id = $1::bigint;

-- :name outbox_failed :exec
-- :arg id int8
-- :arg error text
-- :arg give_up bool
update outbox set last_error = $2::text, gave_up_at = case when $3::bool then now() end where id = $1::bigint;

-- What a mail about a request says.
-- :name outbox_request :one
-- :arg request_id int8
-- :col id int8
-- :col institution text
-- :col requested_by_name text
-- :col requested_by_email text
-- :col requested_at timestamptz
-- :col reason text
-- :col reason_code text
-- :col expires_at timestamptz
-- :col object_count int8
-- :col file_count int8
-- :col byte_count int8
-- :col first_identifier text
-- :col items int8
-- :col decided_by_name text
-- :col decided_by_email text
select r.id, n.name as institution, q.name as requested_by_name, q.email as requested_by_email, r.requested_at, r.reason, r.reason_code, r.expires_at,
	r.object_count, r.file_count, r.byte_count,
	coalesce((select coalesce(f.identifier, o.identifier) from request_item i join intellectual_object o on o.id = i.object_id
		left join generic_file f on f.id = i.file_id where i.request_id = r.id order by i.id limit 1), '') as first_identifier,
	(select count(*) from request_item i where i.request_id = r.id) as items,
	coalesce(g.name, '') as decided_by_name, coalesce(g.email, '') as decided_by_email
from deletion_request r join institution n on n.id = r.institution_id join user_account q on q.id = r.requested_by
left join decision d on d.request_id = r.id left join user_account g on g.id = d.decided_by where r.id = $1::bigint;

-- :name stop_switch_get :one
-- :col is_on bool
-- :col reason text
-- :col set_by text
-- :col set_at timestamptz
select is_on, reason, set_by, set_at from stop_switch;

-- :name stop_switch_set :exec
-- :arg is_on bool
-- :arg reason text
-- :arg set_by text
update stop_switch set is_on = $1::bool, reason = $2::text, set_by = $3::text, set_at = now();

-- :name audit_insert :exec
-- :arg actor text
-- :arg via text
-- :arg verb text
-- :arg institution_id int8?
-- :arg subject text
-- :arg detail text
-- :arg list_digest bytea?
insert into audit_entry (actor, via, verb, institution_id, subject, detail, list_digest)
values ($1::text, $2::text, $3::text, $4::bigint, $5::text, $6::text, $7::bytea);

-- :name audit_lock :one
-- :col locked bool
select pg_try_advisory_xact_lock(hashtext('tombstone.audit_seal')) as locked;

-- :name audit_head :opt
-- :col seq int8
-- :col hash bytea
select seq, hash from audit_seal order by seq desc limit 1;

-- Entries of transactions that have ended, and before which none can still end: nothing can slip in behind them.
-- :name audit_unsealed :many
-- :arg at_most int4
-- :col id int8
-- :col written_by text
-- :col at timestamptz
-- :col actor text
-- :col via text
-- :col verb text
-- :col institution_id int8?
-- :col subject text
-- :col detail text
-- :col list_digest bytea?
select e.id, e.written_by::text as written_by, e.at, e.actor, e.via, e.verb, e.institution_id, e.subject, e.detail, e.list_digest
from audit_entry e
where e.written_by >= coalesce((select s.written_by from audit_seal s order by s.seq desc limit 1), '0'::xid8)
	and e.written_by < pg_snapshot_xmin(pg_current_snapshot())
	and not exists (select from audit_seal s where s.entry_id = e.id)
order by e.written_by, e.id limit $1::int;

-- :name audit_seal :exec
-- :arg seqs int8[]
-- :arg entry_ids int8[]
-- :arg hashes bytea[]
insert into audit_seal (seq, entry_id, written_by, hash)
select a.seq, a.entry_id, e.written_by, a.hash from unnest($1::bigint[], $2::bigint[], $3::bytea[]) as a (seq, entry_id, hash)
join audit_entry e on e.id = a.entry_id;

-- :name audit_walk :many
-- :arg after_seq int8
-- :arg at_most int4
-- :col seq int8
-- :col entry_id int8
-- :col hash bytea
-- :col found bool
-- :col written_by text
-- :col at timestamptz?
-- :col actor text
-- :col via text
-- :col verb text
-- :col institution_id int8?
-- :col subject text
-- :col detail text
-- :col list_digest bytea?
select s.seq, s.entry_id, s.hash, e.id is not null as found, coalesce(e.written_by, s.written_by)::text as written_by, e.at,
	coalesce(e.actor, '') as actor, coalesce(e.via, '') as via, coalesce(e.verb, '') as verb, e.institution_id,
	coalesce(e.subject, '') as subject, coalesce(e.detail, '') as detail, e.list_digest
from audit_seal s left join audit_entry e on e.id = s.entry_id where s.seq > $1::bigint order by s.seq limit $2::int;

-- :name audit_unsealed_old :one
-- :col entries int8
select count(*) as entries from audit_entry e where e.written_by < coalesce((select s.written_by from audit_seal s order by s.seq desc limit 1), '0'::xid8)
	and not exists (select from audit_seal s where s.entry_id = e.id);
