-- Backends and storage options.

-- :name storage_backend_insert :exec
-- :arg name text
insert into storage_backend (name) values ($1::text) on conflict (name) do nothing;

-- :name storage_backend_list :many
-- :col id int8
-- :col name text
-- :col created_at timestamptz
select id, name, created_at from storage_backend order by name;

-- Backends are named, not numbered, by people: how many of these names are known?
-- :name storage_backends_known :one
-- :arg names text[]
-- :col known int8
select count(*) as known from storage_backend where name = any ($1::text[]);

-- :name storage_option_insert :opt
-- :arg name text
-- :arg min_days int4
-- :col id int8
insert into storage_option (name, min_days) values ($1::text, $2::int) on conflict (name) do nothing returning id;

-- :name storage_option_insert_backends :exec
-- :arg option_id int8
-- :arg backends text[]
insert into storage_option_backend (storage_option_id, backend_id)
select $1::bigint, id from storage_backend where name = any ($2::text[]);

-- :name storage_option_find :opt
-- :arg name text
-- :col id int8
-- :col name text
-- :col min_days int4
-- :col backends text[]
-- :col created_at timestamptz
select o.id, o.name, o.min_days,
	coalesce((select array_agg(b.name order by b.name) from storage_option_backend x join storage_backend b on b.id = x.backend_id
		where x.storage_option_id = o.id), '{}') as backends, o.created_at
from storage_option o where o.name = $1::text;

-- :name storage_option_list :many
-- :col id int8
-- :col name text
-- :col min_days int4
-- :col backends text[]
-- :col created_at timestamptz
select o.id, o.name, o.min_days,
	coalesce((select array_agg(b.name order by b.name) from storage_option_backend x join storage_backend b on b.id = x.backend_id
		where x.storage_option_id = o.id), '{}') as backends, o.created_at
from storage_option o order by o.name;
