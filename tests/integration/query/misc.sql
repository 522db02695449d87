-- Statements that fail, count or go on for ever.

-- :name misc_raise :exec
-- :arg state text
-- :arg message text
insert into job_note (note) select raise_state($1, $2);

-- In the select list, a series is made row by row; in the from clause it would be made whole first.
-- :name misc_series :each
-- :arg first int8
-- :arg last int8
-- :col n int8
-- :col half int8
select n, 1000000 / (n - 50) as half from (select generate_series($1::int8, $2::int8) as n) as series;

-- :name misc_pid :one
-- :col pid int4
select pg_backend_pid() as pid;

-- :name misc_sleep :exec
-- :arg seconds int4
insert into job_note (note) select 'slept' from pg_sleep($1::int4);

-- :name misc_setting :one
-- :arg name text
-- :col value text?
select current_setting($1, true) as value;
