-- What harvesters do here: who they are, each list that they began, and what could not be shown to them.
-- Spec: records.md 3.3 (H-3, H-5, H-7, H-12), 3.4, 3.7.

-- The key that signs resumption tokens: one for all registries, made here once.
create table oai_token_key (
	only_row boolean primary key default true check (only_row),
	key bytea not null check (octet_length(key) = 32)
);
insert into oai_token_key (key)
	values (sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));

-- The moment at which a list begins, to the second.  Whoever stamps meanwhile is waited for, and every later stamp is this
-- moment or after it, even if the clock is set back: so a harvester that comes again from this moment on misses nothing.
create function oai_begin() returns timestamptz language plpgsql security definer set search_path = public, pg_temp as $$
declare
	at timestamptz;
begin
	perform pg_advisory_xact_lock_shared(oai_lock_key());
	at := oai_now();
	update oai_policy set last_stamp = at where last_stamp < at;
	return at;
end $$;

create table harvester (
	id bigint generated always as identity primary key,
	name text not null unique check (length(name) between 1 and 200),
	contact text not null check (length(contact) between 3 and 254), -- an e-mail address, which hears of purges
	-- Who it is: an account whose API key it sends, or an address and a user agent that an operator has confirmed.
	user_id bigint unique references user_account,
	remote text not null default '' check (length(remote) <= 64),
	user_agent text not null default '' check (length(user_agent) <= 255),
	registered_by text not null,
	registered_at timestamptz not null default now(),
	retired_at timestamptz,
	retired_by text,
	retired_reason text check (length(retired_reason) between 1 and 1000),
	check (user_id is not null or remote <> ''),
	check ((retired_at is null) = (retired_by is null) and (retired_at is null) = (retired_reason is null))
);
create unique index harvester_by_address on harvester (remote, user_agent) where user_id is null and retired_at is null;

-- One list, from its first page on.
create table harvest_chain (
	id bigint generated always as identity primary key,
	harvester_id bigint references harvester, -- null: nobody has registered this one
	remote text not null,
	user_agent text not null,
	verb text not null check (verb in ('ListIdentifiers', 'ListRecords')),
	prefix text not null,
	set_spec text not null default '',
	from_at timestamptz, -- null: everything
	until_at timestamptz not null,
	begun_at timestamptz not null, -- as the answer said: where the next harvest starts
	last_at timestamptz not null default clock_timestamp(),
	completed_at timestamptz, -- when the page without a token was handed out (P-3)
	pages bigint not null default 0,
	returned bigint not null default 0,
	deleted bigint not null default 0, -- of them, as deleted
	suppressed bigint not null default 0, -- of them, with the flag
	failed bigint not null default 0 -- left out: see harvest_error
);
create index harvest_chain_by_time on harvest_chain (begun_at desc, id desc);
create index harvest_chain_by_harvester on harvest_chain (harvester_id, completed_at desc) where completed_at is not null;
create index harvest_chain_unfinished on harvest_chain (last_at) where completed_at is null;

-- What a harvester should have been given, and was not, until somebody puts it right (H-11, F-51).
create table harvest_error (
	item_id uuid not null references oai_item,
	prefix text not null,
	institution_id bigint not null references institution,
	reason text not null check (length(reason) <= 500),
	first_at timestamptz not null default now(),
	last_at timestamptz not null default now(),
	times bigint not null default 1,
	chain_id bigint, -- the last list that left it out; null: it was asked for alone
	primary key (item_id, prefix)
);
create index harvest_error_by_institution on harvest_error (institution_id, last_at desc);
create index harvest_error_by_time on harvest_error (last_at);

revoke execute on function oai_begin() from public;
grant execute on function oai_begin() to tombstone_registry;
grant select on oai_token_key to tombstone_registry;
grant select, insert on harvester, harvest_chain, harvest_error to tombstone_registry;
grant update (harvester_id, last_at, completed_at, pages, returned, deleted, suppressed, failed) on harvest_chain to tombstone_registry;
grant update (contact, retired_at, retired_by, retired_reason) on harvester to tombstone_registry;
grant update (reason, last_at, times, chain_id) on harvest_error to tombstone_registry;
grant delete on harvest_error to tombstone_registry;
