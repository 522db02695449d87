-- A table of no meaning, for the tests of generated statements; test_pg.c creates it.

-- :name job_add :exec
-- :arg id uuid
-- :arg sha256 bytea
-- :arg size_bytes int8
-- :arg note text?
insert into job (id, state, sha256, size_bytes, note) values ($1, 'queued', $2, $3, $4);

-- :name job_get :one
-- :arg id uuid
-- :col id uuid
-- :col state text
-- :col attempts int4
-- :col sha256 bytea
-- :col size_bytes int8
-- :col created_at timestamptz
-- :col note text?
select id, state, attempts, sha256, size_bytes, created_at, note from job where id = $1;

-- :name job_find :opt
-- :arg note text
-- :col id uuid
select id from job where note = $1;

-- :name job_claim :many
-- :arg most int4
-- :col id uuid
-- :col size_bytes int8
update job set state = 'running', attempts = attempts + 1
 where id in (select id from job where state = 'queued' order by id limit $1::int for update skip locked)
returning id, size_bytes;

-- :name job_set_state :exec
-- :arg id uuid
-- :arg state text
update job set state = $2 where id = $1;

-- :name job_note_of_any :one
-- :arg id uuid
-- :col note text
select note from job where id = $1;
