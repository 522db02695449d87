-- What is told and kept: mail, outbox, audit log.  Spec: architecture.md I6, I8; deletion.md X-18.

-- Mail to one person.  The text of a request for approval is made when it is sent, with its token.
create table alert (
	id bigint generated always as identity primary key,
	institution_id bigint not null references institution,
	user_id bigint not null references user_account,
	type text not null check (type in ('Deletion Requested', 'Deletion Confirmed', 'Deletion Cancelled', 'Deletion Completed',
		'Deletion Failed')),
	request_id bigint references deletion_request,
	subject text not null,
	content text not null default '', -- without any token
	created_at timestamptz not null default now(),
	sent_at timestamptz,
	read_at timestamptz
);
create index alert_by_user on alert (user_id, id);

-- What must be done outside the ledger, written in the transaction that made it necessary.
create table outbox (
	id bigint generated always as identity primary key,
	kind text not null check (kind in ('mail')),
	alert_id bigint references alert,
	due_at timestamptz not null default now(),
	attempts int not null default 0,
	last_error text not null default '',
	done_at timestamptz,
	gave_up_at timestamptz,
	created_at timestamptz not null default now()
);
create index outbox_due on outbox (due_at) where done_at is null and gave_up_at is null;

create table audit_entry (
	id bigint generated always as identity primary key,
	written_by xid8 not null default pg_current_xact_id(),
	at timestamptz not null default now(),
	actor text not null, -- an e-mail address, or the program that acted
	via text not null check (via in ('web', 'api', 'cli', 'dispatcher', 'worker', 'migration')),
	verb text not null,
	institution_id bigint,
	subject text not null,
	detail text not null default '',
	list_digest bytea
);
create index audit_entry_by_transaction on audit_entry (written_by, id);
create trigger audit_entry_kept before update or delete or truncate on audit_entry for each statement execute function refuse();

-- The chain: entry by entry in the order of their transactions, hash over the previous hash and the entry (I8).
create table audit_seal (
	seq bigint primary key check (seq >= 1),
	entry_id bigint not null unique,
	written_by xid8 not null,
	hash bytea not null check (octet_length(hash) = 32),
	sealed_at timestamptz not null default now()
);
create trigger audit_seal_kept before update or delete or truncate on audit_seal for each statement execute function refuse();
