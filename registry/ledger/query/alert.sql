-- Alerts: people's own.  Lists: see read_object.sql.

-- user_id 0: everybody's.
-- :name read_alert_pick :one
-- :arg user_id int8
-- :arg institution_id int8
-- :arg type text?
-- :arg since timestamptz
-- :arg until timestamptz
-- :arg is_unread bool
-- :arg newest_first bool
-- :arg from_id int8
-- :arg at_most int4
-- :col ids int8[]
select coalesce(array_agg(p.id order by case when $7::bool then -p.id else p.id end), '{}') as ids from (
	select q.id from user_account u cross join lateral (
		(select a.id from alert a where not $7::bool and a.user_id between u.id and u.id and a.id > $8::bigint
			and ($2::bigint = 0 or a.institution_id = $2::bigint) and ($3::text is null or a.type = $3::text)
			and a.created_at >= $4::timestamptz and a.created_at <= $5::timestamptz and (not $6::bool or a.read_at is null)
			order by a.user_id, a.id limit $9::int)
		union all
		(select a.id from alert a where $7::bool and a.user_id between u.id and u.id and a.id < $8::bigint
			and ($2::bigint = 0 or a.institution_id = $2::bigint) and ($3::text is null or a.type = $3::text)
			and a.created_at >= $4::timestamptz and a.created_at <= $5::timestamptz and (not $6::bool or a.read_at is null)
			order by a.user_id desc, a.id desc limit $9::int)) q
	where $1::bigint = 0 or u.id = $1::bigint
	order by case when $7::bool then -q.id else q.id end limit $9::int) p;

-- :name read_alert_rows :many
-- :arg user_id int8
-- :arg ids int8[]
-- :col id int8
-- :col institution_id int8
-- :col institution text
-- :col institution_name text
-- :col type text
-- :col subject text
-- :col content text
-- :col request_id int8
-- :col created_at timestamptz
-- :col user_id int8
-- :col user_name text
-- :col user_email text
-- :col sent_at timestamptz?
-- :col read_at timestamptz?
select a.id, a.institution_id, n.identifier as institution, n.name as institution_name, a.type, a.subject, a.content,
	coalesce(a.request_id, 0) as request_id, a.created_at, a.user_id, u.name as user_name, u.email as user_email, a.sent_at, a.read_at
from unnest($2::bigint[]) with ordinality p (id, place) join alert a on a.id = p.id
join institution n on n.id = a.institution_id join user_account u on u.id = a.user_id
where $1::bigint = 0 or a.user_id = $1::bigint order by p.place;

-- :name read_alert_unread :one
-- :arg user_id int8
-- :arg at_most int4
-- :col n int8
select count(*) as n from (select from alert a where a.user_id = $1::bigint and a.read_at is null limit $2::int) q;

-- :name alert_mark :exec
-- :arg user_id int8
-- :arg ids int8[]
-- :arg is_read bool
update alert set read_at = case when $3::bool then now() end
where user_id = $1::bigint and id = any ($2::bigint[]) and (read_at is null) = $3::bool;

-- :name alert_mark_all :exec
-- :arg user_id int8
update alert set read_at = now() where user_id = $1::bigint and read_at is null;
