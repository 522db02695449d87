-- The migrations that were applied: registry/ledger/migrate.c.

-- :name schema_version_list :many
-- :col version int4
-- :col name text
-- :col sha256 text
select version, name, sha256 from public.schema_version order by version;

-- :name schema_version_add :exec
-- :arg version int4
-- :arg name text
-- :arg sha256 text
insert into public.schema_version (version, name, sha256) values ($1, $2, $3);
