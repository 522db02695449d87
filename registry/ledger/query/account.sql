-- People's own accounts: the second factor, sessions, links by mail.

-- :name account_totp_lock :opt
-- :arg user_id int8
-- :col sealed bytea
-- :col is_on bool
-- :col last_step int8
-- :col now_s int8
-- :col wait_s int8
select sealed, confirmed_at is not null as is_on, last_step, floor(extract(epoch from clock_timestamp()))::bigint as now_s,
	greatest(0, ceil(extract(epoch from coalesce(locked_until, now()) - clock_timestamp())))::bigint as wait_s
from user_totp where user_id = $1::bigint for no key update;

-- A new secret, as long as none is in use.
-- :name account_totp_begin :opt
-- :arg user_id int8
-- :arg sealed bytea
-- :col user_id int8
insert into user_totp (user_id, sealed) values ($1::bigint, $2::bytea)
on conflict (user_id) do update set sealed = excluded.sealed, created_at = now(), last_step = 0 where user_totp.confirmed_at is null
returning user_id;

-- :name account_totp_confirm :exec
-- :arg user_id int8
update user_totp set confirmed_at = now() where user_id = $1::bigint and confirmed_at is null;

-- Each step is used once, whoever comes first: the comparison is the database's.
-- :name account_totp_use :exec
-- :arg user_id int8
-- :arg step int8
update user_totp set last_step = $2::bigint, wrong_count = 0, locked_until = null where user_id = $1::bigint and last_step < $2::bigint;

-- :name account_totp_wrong :exec
-- :arg user_id int8
-- :arg tries int4
-- :arg wait_s int4
update user_totp set wrong_count = wrong_count + 1,
	locked_until = case when (wrong_count + 1) % $2::int = 0 then now() + make_interval(secs => $3::int) else locked_until end
where user_id = $1::bigint;

-- :name account_totp_off :exec
-- :arg user_id int8
with codes as (
	delete from backup_code where user_id = $1::bigint
)
delete from user_totp where user_id = $1::bigint;

-- :name account_totp_status :one
-- :arg user_id int8
-- :arg institution_id int8
-- :col on_since timestamptz?
-- :col is_begun bool
-- :col codes_left int8
-- :col is_required bool
select (select confirmed_at from user_totp where user_id = $1::bigint) as on_since,
	exists (select from user_totp where user_id = $1::bigint and confirmed_at is null) as is_begun,
	(select count(*) from backup_code where user_id = $1::bigint and used_at is null) as codes_left,
	coalesce((select require_totp from institution where id = $2::bigint), false) as is_required;

-- :name account_backup_use :exec
-- :arg user_id int8
-- :arg code_sha256 bytea
with used as (
	update backup_code set used_at = now() where user_id = $1::bigint and code_sha256 = $2::bytea and used_at is null returning user_id
)
update user_totp t set wrong_count = 0, locked_until = null from used where t.user_id = used.user_id;

-- :name account_backup_clear :exec
-- :arg user_id int8
delete from backup_code where user_id = $1::bigint;

-- :name account_backup_insert :exec
-- :arg user_id int8
-- :arg codes bytea[]
insert into backup_code (user_id, code_sha256) select $1::bigint, c from unnest($2::bytea[]) c;

-- :name account_tell :exec
-- :arg user_id int8
-- :arg type text
-- :arg content text
with told as (
	insert into alert (institution_id, user_id, type, subject, content)
	select institution_id, id, $2::text, $2::text, $3::text from user_account where id = $1::bigint returning id
)
insert into outbox (kind, alert_id) select 'mail', id from told;

-- The person's account, for who would change it, with the password to ask for.
-- :name account_lock :opt
-- :arg user_id int8
-- :col institution_id int8
-- :col email text
-- :col name text
-- :col is_active bool
-- :col password_hash text?
select institution_id, email, name, deactivated_at is null as is_active, password_hash from user_account where id = $1::bigint for no key update;

-- Ends every session of a person; that of old_sha256 goes on under a new token, and no longer than before.
-- :name account_session_renew :exec
-- :arg user_id int8
-- :arg old_sha256 bytea
-- :arg new_sha256 bytea
with made as (
	insert into session (token_sha256, user_id, expires_at, idle_s, address, browser)
	select $3::bytea, user_id, expires_at, idle_s, address, browser from session
	where token_sha256 = $2::bytea and user_id = $1::bigint and ended_at is null and expires_at > now() and not awaits_code
)
update session set ended_at = now() where user_id = $1::bigint and ended_at is null;

-- :name account_session_list :many
-- :arg user_id int8
-- :arg current_sha256 bytea
-- :arg at_most int4
-- :col id int8
-- :col created_at timestamptz
-- :col last_seen_at timestamptz
-- :col expires_at timestamptz
-- :col address text
-- :col browser text
-- :col is_current bool
select id, created_at, last_seen_at, expires_at, address, browser, token_sha256 = $2::bytea as is_current from session
where user_id = $1::bigint and ended_at is null and expires_at > now() and not awaits_code
	and last_seen_at > now() - make_interval(secs => idle_s)
order by token_sha256 = $2::bytea desc, last_seen_at desc, id desc limit $3::int;

-- One of them by its number (user_id 0: whoever's it is), or, with number 0, all but the current one.
-- :name account_session_end :exec
-- :arg user_id int8
-- :arg id int8
-- :arg current_sha256 bytea
update session set ended_at = coalesce(ended_at, now()) where (user_id = $1::bigint or ($1::bigint = 0 and $2::bigint <> 0))
	and case when $2::bigint = 0 then token_sha256 <> $3::bytea and ended_at is null else id = $2::bigint end;

-- :name account_wish :exec
-- :arg email text
insert into password_wish (email) values ($1::text);

-- Turns wishes into mails, for addresses of active people; not more than one a minute to each of them.
-- :name account_wish_grant :exec
-- :arg at_most int4
with wishes as (
	delete from password_wish where id in (select id from password_wish order by id limit $1::int) returning email
), told as (
	insert into alert (institution_id, user_id, type, subject)
	select distinct u.institution_id, u.id, 'Password Reset', 'Password Reset'
	from wishes w join active_user u on lower(u.email) = lower(w.email) where not exists (
		select from alert a where a.user_id = u.id and a.type = 'Password Reset' and a.created_at > now() - interval '1 minute')
	returning id
)
insert into outbox (kind, alert_id) select 'mail', id from told;

-- A link for one mail; it makes older ones useless.
-- :name account_token_insert :exec
-- :arg token_sha256 bytea
-- :arg user_id int8
-- :arg minutes int4
with older as (
	update account_token set used_at = now() where user_id = $2::bigint and used_at is null
)
insert into account_token (token_sha256, user_id, expires_at)
select $1::bytea, u.id, now() + make_interval(mins => $3::int) from active_user u where u.id = $2::bigint;

-- :name account_token_find :opt
-- :arg token_sha256 bytea
-- :col user_id int8
-- :col institution_id int8
-- :col institution text
-- :col email text
-- :col name text
-- :col role text
-- :col is_over bool
select u.id as user_id, u.institution_id, u.institution, u.email, u.name, u.role, t.used_at is not null or t.expires_at <= now() as is_over
from account_token t join active_user u on u.id = t.user_id where t.token_sha256 = $1::bytea;

-- :name account_token_use :exec
-- :arg token_sha256 bytea
update account_token set used_at = now() where token_sha256 = $1::bytea and used_at is null and expires_at > now();

-- A new password: links that were sent are of no use any more.
-- :name account_password_set :exec
-- :arg user_id int8
-- :arg password_hash text
with void as (
	update account_token set used_at = now() where user_id = $1::bigint and used_at is null
)
update user_account set password_hash = $2::text where id = $1::bigint;

-- :name account_activate :exec
-- :arg user_id int8
update user_account set deactivated_at = null where id = $1::bigint and deactivated_at is not null;

-- :name account_require_totp :opt
-- :arg institution_id int8
-- :arg require_totp bool
-- :col id int8
update institution set require_totp = $2::bool, updated_at = now() where id = $1::bigint returning id;
