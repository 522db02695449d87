-- Requests for deletion.

-- Locks what is named: ingest, holds and other requests for the same things wait for this transaction, or it for them.
-- :name request_lock :many
-- :arg institution_id int8
-- :arg object_ids int8[]
-- :arg file_ids int8[]
-- :col id int8
select id from intellectual_object where institution_id = $1::bigint
	and (id = any ($2::bigint[]) or id in (select object_id from generic_file where id = any ($3::bigint[]) and institution_id = $1::bigint))
order by id for no key update;

-- :name request_found :one
-- :arg institution_id int8
-- :arg object_ids int8[]
-- :arg file_ids int8[]
-- :col objects int8
-- :col files int8
-- :col repeated int8
-- :col twice int8
select (select count(*) from intellectual_object where id = any ($2::bigint[]) and institution_id = $1::bigint) as objects,
	(select count(*) from generic_file where id = any ($3::bigint[]) and institution_id = $1::bigint) as files,
	cardinality($2::bigint[]) + cardinality($3::bigint[]) - (select count(distinct id) from unnest($2::bigint[]) id)
		- (select count(distinct id) from unnest($3::bigint[]) id) as repeated,
	(select count(*) from generic_file where id = any ($3::bigint[]) and object_id = any ($2::bigint[]) and institution_id = $1::bigint) as twice;

-- :name request_obstacles :many
-- :arg institution_id int8
-- :arg object_ids int8[]
-- :arg file_ids int8[]
-- :arg own_request int8
-- :col rule text
-- :col identifier text
-- :col detail text
-- :col eligible_at timestamptz?
-- :col eligible_day text
select rule, identifier, detail, eligible_at, coalesce(to_char(eligible_at at time zone 'UTC', 'YYYY-MM-DD'), '') as eligible_day
from deletion_obstacles($1::bigint, $2::bigint[], $3::bigint[], $4::bigint);

-- :name request_insert :one
-- :arg institution_id int8
-- :arg requested_by int8
-- :arg via text
-- :arg reason text
-- :arg days int4
-- :arg object_ids int8[]
-- :arg file_ids int8[]
-- :arg reason_code text
-- :col id int8
-- :col list_digest bytea
-- :col object_count int8
-- :col file_count int8
-- :col byte_count int8
insert into deletion_request (institution_id, requested_by, requested_via, reason, reason_code, sole_admin, expires_at, list_digest,
	object_count, file_count, byte_count)
select $1::bigint, $2::bigint, $3::text, $4::text, $8::text, admins_counted($1::bigint) = 1, now() + make_interval(days => $5::int),
	list_digest($1::bigint, $6::bigint[], $7::bigint[]), cardinality($6::bigint[]), count(f.id), coalesce(sum(f.size_bytes), 0)
from active_files($1::bigint, $6::bigint[], $7::bigint[]) f
returning id, list_digest, object_count, file_count, byte_count;

-- :name request_insert_items :exec
-- :arg request_id int8
-- :arg institution_id int8
-- :arg object_ids int8[]
-- :arg file_ids int8[]
insert into request_item (request_id, object_id, file_id)
select $1::bigint, o.id, null from intellectual_object o where o.id = any ($3::bigint[]) and o.institution_id = $2::bigint
union all
select $1::bigint, f.object_id, f.id from generic_file f where f.id = any ($4::bigint[]) and f.institution_id = $2::bigint
order by 3 nulls first, 2;

-- Files of whole objects, and single ones: each by its own index, whatever the request names.
-- :name request_insert_files :exec
-- :arg request_id int8
-- :arg institution_id int8
insert into request_file (request_id, file_id, generation, item_id)
select i.request_id, f.id, f.generation, i.id from request_item i join generic_file f on f.object_id = i.object_id
where i.request_id = $1::bigint and i.file_id is null and f.institution_id = $2::bigint and f.state = 'A'
union all
select i.request_id, f.id, f.generation, i.id from request_item i join generic_file f on f.id = i.file_id
where i.request_id = $1::bigint and f.institution_id = $2::bigint and f.state = 'A'
order by 2;

-- Who decides: the other active admins; where there is none, the requester, and the operators where they must consent.
-- :name request_insert_alerts :exec
-- :arg request_id int8
with r as (
	select q.*, i.sole_admin as policy from deletion_request q join institution i on i.id = q.institution_id where q.id = $1::bigint
), others as (
	select u.id, r.institution_id from r join active_user u on u.institution_id = r.institution_id
	where u.role = 'inst_admin' and u.id <> r.requested_by
), recipients as (
	select * from others
	union select r.requested_by, r.institution_id from r where not exists (select from others)
	union select u.id, r.institution_id from r join active_user u on u.role = 'sysadmin'
		where r.policy = 'operator' and r.sole_admin and not exists (select from others)
), told as (
	insert into alert (institution_id, user_id, type, request_id, subject)
	select institution_id, id, 'Deletion Requested', $1::bigint, 'Deletion Requested' from recipients returning id
)
insert into outbox (kind, alert_id) select 'mail', id from told;

-- :name request_lock_row :opt
-- :arg request_id int8
-- :col id int8
-- :col institution_id int8
-- :col requested_by int8
-- :col state text
-- :col list_digest bytea
-- :col expired bool
-- :col expires_at timestamptz
-- :col closed_at timestamptz?
-- :col closed_note text
-- :col sole_admin bool
-- :col policy text
-- :col object_ids int8[]
-- :col file_ids int8[]
select r.id, r.institution_id, r.requested_by, r.state, r.list_digest, r.expires_at <= now() as expired, r.expires_at, r.closed_at,
	r.closed_note, r.sole_admin, n.sole_admin as policy,
	coalesce((select array_agg(i.object_id order by i.object_id) from request_item i where i.request_id = r.id and i.file_id is null), '{}') as object_ids,
	coalesce((select array_agg(i.file_id order by i.file_id) from request_item i where i.request_id = r.id and i.file_id is not null), '{}') as file_ids
from deletion_request r join institution n on n.id = r.institution_id where r.id = $1::bigint for no key update of r;

-- :name request_list_digest :one
-- :arg institution_id int8
-- :arg object_ids int8[]
-- :arg file_ids int8[]
-- :col digest bytea
select list_digest($1::bigint, $2::bigint[], $3::bigint[]) as digest;

-- Ends a request: approved keeps its items open until their work ends, every other end frees them.
-- :name request_close :exec
-- :arg request_id int8
-- :arg state text
-- :arg note text
with freed as (
	update request_item i set is_open = false from deletion_request r
	where r.id = $1::bigint and r.state = 'open' and $2::text <> 'approved' and i.request_id = r.id
)
update deletion_request set state = $2::text, closed_at = now(), closed_note = $3::text where id = $1::bigint and state = 'open';

-- :name request_expire_due :many
-- :arg at_most int4
-- :col id int8
select id from deletion_request where state = 'open' and expires_at <= now() order by expires_at limit $1::int for no key update skip locked;

-- Tells an institution's active admins, and whoever asked, of the end of a request or of its deletion.
-- :name request_tell_admins :exec
-- :arg request_id int8
-- :arg type text
-- :arg subject text
-- :arg content text
with told as (
	insert into alert (institution_id, user_id, type, request_id, subject, content)
	select r.institution_id, u.id, $2::text, r.id, $3::text, $4::text
	from deletion_request r join user_account u on u.institution_id = r.institution_id
	where r.id = $1::bigint and u.deactivated_at is null and (u.role = 'inst_admin' or u.id = r.requested_by) returning id
)
insert into outbox (kind, alert_id) select 'mail', id from told;

-- :name actor_now :opt
-- :arg user_id int8
-- :col institution_id int8
-- :col role text
-- :col duties text[]
select institution_id, role, duties from active_user where id = $1::bigint;
