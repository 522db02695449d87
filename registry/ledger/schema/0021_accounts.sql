-- People's own accounts: a second factor, sessions that can be told apart, links by mail to set a password.
-- Spec: deletion.md X-06, X-08; ASVS 5.0 chapters 6 and 7.

-- A session in two steps, with what its owner recognises it by.
alter table session
	add column id bigint generated always as identity unique,
	add column last_seen_at timestamptz not null default now(), -- to the minute
	add column idle_s int not null default 3600 check (idle_s >= 60),
	add column awaits_code boolean not null default false, -- the password was right; good for nothing but the code
	add column address text not null default '',
	add column browser text not null default '';
grant update (ended_at, last_seen_at) on session to tombstone_registry;

alter table api_key add column last_used_at timestamptz; -- to the minute
grant update (last_used_at) on api_key to tombstone_registry;

-- Must whoever approves this institution's deletions prove it with a code?
alter table institution add column require_totp boolean not null default false;

create table user_totp (
	user_id bigint primary key references user_account,
	sealed bytea not null, -- the secret, encrypted with a key that is not in the database
	confirmed_at timestamptz, -- on since; null while the first code is awaited
	last_step bigint not null default 0, -- of the code that was used last: none is used twice, nor an older one
	wrong_count int not null default 0, -- since the last right one
	locked_until timestamptz,
	created_at timestamptz not null default now()
);

create table backup_code (
	user_id bigint not null references user_account,
	code_sha256 bytea not null check (octet_length(code_sha256) = 32),
	used_at timestamptz,
	created_at timestamptz not null default now(),
	primary key (user_id, code_sha256)
);

-- What a link in a mail proves: that its reader is the person, and may set a password.
create table account_token (
	token_sha256 bytea primary key check (octet_length(token_sha256) = 32),
	user_id bigint not null references user_account,
	created_at timestamptz not null default now(),
	expires_at timestamptz not null,
	used_at timestamptz -- or made useless: by a newer one, another password, the end of the account
);
create index account_token_by_user on account_token (user_id) where used_at is null;

-- Addresses that somebody typed who has forgotten a password, until the mailer has looked whose they are: what the page
-- does is the same for all of them, so that its time tells nothing.
create table password_wish (
	id bigint generated always as identity primary key,
	email text not null check (length(email) <= 254),
	created_at timestamptz not null default now()
);

grant select, insert, delete on user_totp, backup_code, password_wish to tombstone_registry;
grant update (sealed, confirmed_at, last_step, wrong_count, locked_until, created_at) on user_totp to tombstone_registry;
grant update (used_at) on backup_code to tombstone_registry;
grant select, insert on account_token to tombstone_registry;
grant update (used_at) on account_token to tombstone_registry;

alter table alert drop constraint alert_type_check, add constraint alert_type_check check (type in ('Deletion Requested',
	'Deletion Confirmed', 'Deletion Cancelled', 'Deletion Completed', 'Deletion Failed', 'Password Reset', 'Password Changed',
	'Welcome New User', 'Second Factor Changed'));
