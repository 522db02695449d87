-- What was answered to requests that a client may send again because it did not hear the answer: kept for a day, so that
-- nothing is done twice.  It tells nothing of what happened that the audit trail does not, so it may go.
create table idempotency_key (
	user_id bigint not null references user_account,
	key text not null check (length(key) between 1 and 255),
	request_sha256 bytea not null check (octet_length(request_sha256) = 32),
	began_at timestamptz not null default now(),
	status int check (status between 200 and 299), -- null: not answered yet, or it is not known whether anything was done
	location text not null default '',
	etag text not null default '',
	body text not null default '',
	primary key (user_id, key)
);
create index idempotency_key_age on idempotency_key (began_at);
grant select, insert, update, delete on idempotency_key to tombstone_registry;
