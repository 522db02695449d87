-- Who acts: institutions, their people, sessions and keys.  Spec: deletion.md P-01, P-06, X-06, X-08.

create function refuse() returns trigger language plpgsql as $$
begin
	raise exception '% of % is not allowed: this record is kept for ever', lower(tg_op), tg_table_name using errcode = 'TB403';
end $$;

create table institution (
	id bigint generated always as identity primary key,
	identifier text not null unique check (identifier ~ '^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$'),
	name text not null check (length(name) between 1 and 500),
	-- An admin counts for the two-person rule from this many days after becoming one, and until as many days after
	-- ceasing to be one (X-06).
	admin_days int not null default 7 check (admin_days between 0 and 365),
	-- A sole admin's own request: 'self' lets that admin confirm it (seed 003), 'operator' wants an operator's consent.
	sole_admin text not null default 'self' check (sole_admin in ('self', 'operator')),
	deactivated_at timestamptz,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now()
);

create table user_account (
	id bigint generated always as identity primary key,
	institution_id bigint not null references institution,
	email text not null check (length(email) between 3 and 254 and email ~ '^[^@[:space:][:cntrl:]<>",;]+@[^@[:space:][:cntrl:]<>",;]+$'),
	name text not null check (length(name) between 1 and 200),
	role text not null check (role in ('sysadmin', 'inst_admin', 'inst_user')),
	password_hash text,
	admin_since timestamptz,
	admin_until timestamptz,
	deactivated_at timestamptz,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	unique (id, institution_id),
	check (role <> 'inst_admin' or admin_since is not null)
);
create unique index user_email on user_account (lower(email));
create index user_institution on user_account (institution_id);

-- Keeps admin_since and admin_until true whoever writes the role (X-06: they decide whether two people are two).
create function user_account_admin_times() returns trigger language plpgsql as $$
declare
	was boolean := tg_op = 'UPDATE' and old.role = 'inst_admin' and old.deactivated_at is null;
	is_now boolean := new.role = 'inst_admin' and new.deactivated_at is null;
begin
	if is_now and not was then
		new.admin_since := now();
		new.admin_until := null;
	elsif was and not is_now then
		new.admin_until := now();
	elsif tg_op = 'UPDATE' then
		new.admin_since := old.admin_since;
		new.admin_until := old.admin_until;
	else
		new.admin_since := case when new.role = 'inst_admin' then now() end;
		new.admin_until := null;
	end if;
	new.updated_at := now();
	return new;
end $$;
create trigger user_account_admin_times before insert or update on user_account
	for each row execute function user_account_admin_times();

create table session (
	token_sha256 bytea primary key check (octet_length(token_sha256) = 32),
	user_id bigint not null references user_account,
	created_at timestamptz not null default now(),
	expires_at timestamptz not null,
	ended_at timestamptz
);
create index session_by_user on session (user_id);

create table api_key (
	id bigint generated always as identity primary key,
	user_id bigint not null references user_account,
	name text not null check (length(name) between 1 and 200),
	key_sha256 bytea not null unique check (octet_length(key_sha256) = 32),
	created_at timestamptz not null default now(),
	revoked_at timestamptz
);
create index api_key_user on api_key (user_id);

create view active_user as
	select u.id, u.institution_id, i.identifier as institution, i.name as institution_name, u.email, u.name, u.role,
		u.password_hash, u.admin_since, i.admin_days, i.sole_admin
	from user_account u join institution i on i.id = u.institution_id
	where u.deactivated_at is null and i.deactivated_at is null;

-- How many people were an institution's admins at any moment of its admin_days before now: the measure of "sole".
create function admins_counted(institution bigint) returns bigint language sql stable as $$
	select count(*) from user_account u join institution i on i.id = u.institution_id
	where u.institution_id = institution and u.admin_since is not null
		and (u.role = 'inst_admin' and u.deactivated_at is null
			or u.admin_until > now() - make_interval(days => i.admin_days))
$$;
