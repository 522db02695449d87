-- Institutions, users, sessions and API keys.

-- :name people_institution_insert :one
-- :arg identifier text
-- :arg name text
-- :col id int8
insert into institution (identifier, name) values ($1::text, $2::text) returning id;

-- 0 and '' stand for any.
-- :name people_institution_list :many
-- :arg only_id int8
-- :arg identifier text
-- :arg after_id int8
-- :arg at_most int4
-- :col id int8
-- :col identifier text
-- :col name text
-- :col admin_days int4
-- :col sole_admin text
-- :col require_totp bool
-- :col admins_counted int8
-- :col deactivated_at timestamptz?
-- :col created_at timestamptz
select id, identifier, name, admin_days, sole_admin, require_totp, admins_counted(id) as admins_counted, deactivated_at, created_at
from institution where ($1::bigint = 0 or id = $1::bigint) and ($2::text = '' or identifier = $2::text) and id > $3::bigint
order by id limit $4::int;

-- :name people_institution_set :opt
-- :arg id int8
-- :arg admin_days int4
-- :arg sole_admin text
-- :col id int8
update institution set admin_days = $2::int, sole_admin = $3::text, updated_at = now() where id = $1::bigint returning id;

-- Its people can do nothing from this moment on.
-- :name people_institution_deactivate :opt
-- :arg id int8
-- :col id int8
with closed as (
	update institution set deactivated_at = now(), updated_at = now() where id = $1::bigint and deactivated_at is null returning id
), out as (
	update session s set ended_at = now() from user_account u, closed c
	where u.institution_id = c.id and s.user_id = u.id and s.ended_at is null
), revoked as (
	update api_key k set revoked_at = now() from user_account u, closed c
	where u.institution_id = c.id and k.user_id = u.id and k.revoked_at is null
)
select id from closed;

-- :name people_user_insert :one
-- :arg institution_id int8
-- :arg email text
-- :arg name text
-- :arg role text
-- :arg password_hash text?
-- :col id int8
insert into user_account (institution_id, email, name, role, password_hash)
values ($1::bigint, $2::text, $3::text, $4::text, $5::text) returning id;

-- 0 and '' stand for any.
-- :name people_user_list :many
-- :arg institution_id int8
-- :arg email text
-- :arg after_id int8
-- :arg at_most int4
-- :col id int8
-- :col institution_id int8
-- :col institution text
-- :col email text
-- :col name text
-- :col role text
-- :col has_password bool
-- :col has_totp bool
-- :col admin_since timestamptz?
-- :col deactivated_at timestamptz?
-- :col created_at timestamptz
-- :col signed_in_at timestamptz?
-- :col duties text[]
select u.id, u.institution_id, i.identifier as institution, u.email, u.name, u.role, u.password_hash is not null as has_password,
	exists (select from user_totp t where t.user_id = u.id and t.confirmed_at is not null) as has_totp,
	u.admin_since, u.deactivated_at, u.created_at,
	(select max(s.created_at) from session s where s.user_id = u.id and not s.awaits_code) as signed_in_at,
	array(select d.duty from user_duty d where d.user_id = u.id order by d.duty) as duties
from user_account u join institution i on i.id = u.institution_id
where ($1::bigint = 0 or u.institution_id = $1::bigint) and ($2::text = '' or lower(u.email) = lower($2::text)) and u.id > $3::bigint
order by u.id limit $4::int;

-- Locks the account that is about to change.
-- :name people_user_lock :opt
-- :arg id int8
-- :col institution_id int8
-- :col email text
-- :col role text
-- :col is_active bool
-- :col has_password bool
select institution_id, email, role, deactivated_at is null as is_active, password_hash is not null as has_password from user_account where id = $1::bigint for no key update;

-- What a person has besides the role; asked once the account is locked.
-- :name people_duty_list :one
-- :arg user_id int8
-- :col duties text[]
select array(select duty from user_duty where user_id = $1::bigint order by duty) as duties;

-- Active people of an institution who have this duty.
-- :name people_duty_people :many
-- :arg institution_id int8
-- :arg duty text
-- :arg at_most int4
-- :col id int8
-- :col name text
-- :col email text
select u.id, u.name, u.email from active_user u where u.institution_id = $1::bigint and $2::text = any (u.duties)
order by u.name, u.id limit $3::int;

-- :name people_duty_give :exec
-- :arg user_id int8
-- :arg duty text
-- :arg given_by text
insert into user_duty (user_id, duty, given_by) values ($1::bigint, $2::text, $3::text);

-- :name people_duty_take :exec
-- :arg user_id int8
-- :arg duty text
delete from user_duty where user_id = $1::bigint and duty = $2::text;

-- Other rights, other sessions.
-- :name people_user_set_role :exec
-- :arg id int8
-- :arg role text
with out as (
	update session set ended_at = now() where user_id = $1::bigint and ended_at is null
)
update user_account set role = $2::text where id = $1::bigint;

-- X-06: sessions, keys and tokens stop at once.
-- :name people_user_deactivate :exec
-- :arg id int8
with out as (
	update session set ended_at = now() where user_id = $1::bigint and ended_at is null
), revoked as (
	update api_key set revoked_at = now() where user_id = $1::bigint and revoked_at is null
), rotated as (
	update approval_token set rotated_at = now() where user_id = $1::bigint and rotated_at is null
), void as (
	update account_token set used_at = now() where user_id = $1::bigint and used_at is null
)
update user_account set deactivated_at = now() where id = $1::bigint;

-- :name people_password_find :opt
-- :arg email text
-- :col id int8
-- :col institution_id int8
-- :col institution text
-- :col email text
-- :col name text
-- :col role text
-- :col password_hash text?
select id, institution_id, institution, email, name, role, password_hash from active_user where lower(email) = lower($1::text);

-- Only for the password that was checked: it may have been changed, or its owner deactivated, meanwhile.  The lock makes
-- a deactivation see the session that follows, or this statement the deactivation.
-- :name people_password_lock :opt
-- :arg user_id int8
-- :arg password_hash text
-- :col id int8
select a.id from user_account a join institution i on i.id = a.institution_id
where a.id = $1::bigint and a.password_hash = $2::text and a.deactivated_at is null and i.deactivated_at is null for share of a;

-- :name people_user_share :opt
-- :arg user_id int8
-- :col id int8
select a.id from user_account a join institution i on i.id = a.institution_id
where a.id = $1::bigint and a.deactivated_at is null and i.deactivated_at is null for share of a;

-- Half a session for who has a second factor, unless it is proven.
-- :name people_session_insert :one
-- :arg token_sha256 bytea
-- :arg user_id int8
-- :arg hours int4
-- :arg idle_s int4
-- :arg half_minutes int4
-- :arg is_proven bool
-- :arg address text
-- :arg browser text
-- :col awaits_code bool
insert into session (token_sha256, user_id, expires_at, idle_s, awaits_code, address, browser)
select $1::bytea, $2::bigint, now() + case when w.awaits then make_interval(mins => $5::int) else make_interval(hours => $3::int) end,
	$4::int, w.awaits, $7::text, $8::text
from (select not $6::bool and exists (select from user_totp where user_id = $2::bigint and confirmed_at is not null) as awaits) w
returning awaits_code;

-- Half a session: whose password was right.
-- :name people_session_half :opt
-- :arg token_sha256 bytea
-- :col user_id int8
-- :col institution_id int8
-- :col institution text
-- :col email text
-- :col name text
-- :col role text
-- :col address text
-- :col browser text
select u.id as user_id, u.institution_id, u.institution, u.email, u.name, u.role, s.address, s.browser
from session s join active_user u on u.id = s.user_id
where s.token_sha256 = $1::bytea and s.ended_at is null and s.expires_at > now() and s.awaits_code;

-- :name people_session_half_end :exec
-- :arg token_sha256 bytea
update session set ended_at = now() where token_sha256 = $1::bytea and ended_at is null and awaits_code;

-- :name people_session_find :opt
-- :arg token_sha256 bytea
-- :col user_id int8
-- :col institution_id int8
-- :col institution text
-- :col email text
-- :col name text
-- :col role text
-- :col duties text[]
-- :col is_stale bool
select u.id as user_id, u.institution_id, u.institution, u.email, u.name, u.role, u.duties, s.last_seen_at < now() - interval '1 minute' as is_stale
from session s join active_user u on u.id = s.user_id
where s.token_sha256 = $1::bytea and s.ended_at is null and s.expires_at > now() and not s.awaits_code
	and s.last_seen_at > now() - make_interval(secs => s.idle_s);

-- :name people_session_seen :exec
-- :arg token_sha256 bytea
update session set last_seen_at = now() where token_sha256 = $1::bytea and last_seen_at < now() - interval '1 minute';

-- :name people_session_end :opt
-- :arg token_sha256 bytea
-- :col user_id int8
-- :col institution_id int8
-- :col email text
with ended as (
	update session set ended_at = now() where token_sha256 = $1::bytea and ended_at is null returning user_id
)
select u.id as user_id, u.institution_id, u.email from ended e join user_account u on u.id = e.user_id;

-- :name people_key_insert :one
-- :arg user_id int8
-- :arg name text
-- :arg key_sha256 bytea
-- :col id int8
insert into api_key (user_id, name, key_sha256) values ($1::bigint, $2::text, $3::bytea) returning id;

-- :name people_key_list :many
-- :arg user_id int8
-- :arg after_id int8
-- :arg at_most int4
-- :col id int8
-- :col user_id int8
-- :col email text
-- :col name text
-- :col created_at timestamptz
-- :col revoked_at timestamptz?
-- :col last_used_at timestamptz?
select k.id, k.user_id, u.email, k.name, k.created_at, k.revoked_at, k.last_used_at from api_key k join user_account u on u.id = k.user_id
where ($1::bigint = 0 or k.user_id = $1::bigint) and k.id > $2::bigint order by k.id limit $3::int;

-- :name people_key_lock :opt
-- :arg id int8
-- :col user_id int8
-- :col institution_id int8
-- :col email text
-- :col is_revoked bool
select k.user_id, u.institution_id, u.email, k.revoked_at is not null as is_revoked
from api_key k join user_account u on u.id = k.user_id where k.id = $1::bigint for no key update of k;

-- :name people_key_revoke :exec
-- :arg id int8
update api_key set revoked_at = now() where id = $1::bigint and revoked_at is null;

-- :name people_key_find :opt
-- :arg email text
-- :arg key_sha256 bytea
-- :col user_id int8
-- :col institution_id int8
-- :col institution text
-- :col email text
-- :col name text
-- :col role text
-- :col duties text[]
-- :col key_id int8
-- :col is_stale bool
select u.id as user_id, u.institution_id, u.institution, u.email, u.name, u.role, u.duties, k.id as key_id,
	coalesce(k.last_used_at < now() - interval '1 minute', true) as is_stale
from api_key k join active_user u on u.id = k.user_id
where k.key_sha256 = $2::bytea and k.revoked_at is null and lower(u.email) = lower($1::text);

-- :name people_key_used :exec
-- :arg id int8
update api_key set last_used_at = now() where id = $1::bigint and coalesce(last_used_at < now() - interval '1 minute', true);
