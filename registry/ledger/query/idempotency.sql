-- Requests that may come twice: see tombstone/idempotency.h.

-- One row for who is first, or comes when the time of the key is over; none for who repeats.
-- :name idempotency_begin :exec
-- :arg user_id int8
-- :arg key text
-- :arg request_sha256 bytea
-- :arg hours int4
insert into idempotency_key (user_id, key, request_sha256) values ($1::bigint, $2::text, $3::bytea)
on conflict (user_id, key) do update set request_sha256 = excluded.request_sha256, began_at = now(), status = null,
	location = '', etag = '', body = ''
where idempotency_key.began_at <= now() - make_interval(hours => $4::int);

-- :name idempotency_find :opt
-- :arg user_id int8
-- :arg key text
-- :col request_sha256 bytea
-- :col status int4?
-- :col location text
-- :col etag text
-- :col body text
select request_sha256, status, location, etag, body from idempotency_key where user_id = $1::bigint and key = $2::text;

-- :name idempotency_keep :exec
-- :arg user_id int8
-- :arg key text
-- :arg status int4
-- :arg location text
-- :arg etag text
-- :arg body text
update idempotency_key set status = $3::int, location = $4::text, etag = $5::text, body = $6::text
where user_id = $1::bigint and key = $2::text and status is null;

-- :name idempotency_drop :exec
-- :arg user_id int8
-- :arg key text
delete from idempotency_key where user_id = $1::bigint and key = $2::text and status is null;

-- :name idempotency_purge :exec
-- :arg hours int4
-- :arg at_most int4
delete from idempotency_key k using (
	select user_id, key from idempotency_key where began_at <= now() - make_interval(hours => $1::int)
	order by began_at limit $2::int for update skip locked) old
where k.user_id = old.user_id and k.key = old.key;
