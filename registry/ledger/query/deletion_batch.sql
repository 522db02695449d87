-- Requests that an operator files in an admin's name.

-- :name deletion_batch_requestor :opt
-- :arg user_id int8
-- :arg institution_id int8
-- :col email text
-- :col name text
select email, name from active_user where id = $1::bigint and institution_id = $2::bigint and role = 'inst_admin';

-- How many of these are there once, active and the institution's.
-- :name deletion_batch_active :one
-- :arg institution_id int8
-- :arg object_ids int8[]
-- :arg file_ids int8[]
-- :col objects int8
-- :col files int8
select (select count(*) from intellectual_object where id = any ($2::bigint[]) and institution_id = $1::bigint and state = 'A') as objects,
	(select count(*) from generic_file where id = any ($3::bigint[]) and institution_id = $1::bigint and state = 'A') as files;

-- In whose name it was asked, they learn of it, also where others decide.
-- :name deletion_batch_tell_requestor :exec
-- :arg request_id int8
with told as (
	insert into alert (institution_id, user_id, type, request_id, subject)
	select r.institution_id, r.requested_by, 'Deletion Requested', r.id, 'Deletion Requested' from deletion_request r
	where r.id = $1::bigint and not exists (select from alert a where a.request_id = r.id and a.user_id = r.requested_by) returning id
)
insert into outbox (kind, alert_id) select 'mail', id from told;
