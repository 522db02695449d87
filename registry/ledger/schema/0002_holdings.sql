-- What is held: storage, objects, files, checksums, copies, PREMIS events, holds.  Spec: deletion.md P-12 to P-20.

create table storage_backend (
	id bigint generated always as identity primary key,
	name text not null unique check (name ~ '^[a-z0-9][a-z0-9_.-]{0,62}$'),
	created_at timestamptz not null default now()
);

create table storage_option (
	id bigint generated always as identity primary key,
	name text not null unique check (length(name) between 1 and 100),
	min_days int not null check (min_days between 0 and 36500),
	created_at timestamptz not null default now()
);

-- The copies that an option asks for, one backend each.
create table storage_option_backend (
	storage_option_id bigint not null references storage_option,
	backend_id bigint not null references storage_backend,
	primary key (storage_option_id, backend_id)
);

create table intellectual_object (
	id bigint generated always as identity primary key,
	institution_id bigint not null references institution,
	identifier text not null unique check (length(identifier) between 1 and 1024),
	bag_name text not null,
	title text not null,
	description text not null default '',
	alt_identifier text not null default '',
	access text not null default 'institution' check (access in ('consortia', 'institution', 'restricted')),
	bag_group_identifier text not null default '',
	bagit_profile_identifier text not null default '',
	source_organization text not null default '',
	internal_sender_identifier text not null default '',
	internal_sender_description text not null default '',
	storage_option_id bigint not null references storage_option,
	state text not null default 'A' check (state in ('A', 'D')),
	cycle int not null default 1 check (cycle >= 1), -- counts up each time a deleted object comes back
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	unique (id, institution_id)
);
create index object_by_institution on intellectual_object (institution_id, id);

create table generic_file (
	id bigint generated always as identity primary key,
	institution_id bigint not null,
	object_id bigint not null,
	identifier text not null unique check (length(identifier) between 1 and 2048),
	file_format text not null,
	size_bytes bigint not null check (size_bytes >= 0),
	uuid uuid not null unique default gen_random_uuid(),
	storage_option_id bigint not null references storage_option,
	state text not null default 'A' check (state in ('A', 'D')),
	generation int not null default 1 check (generation >= 1), -- counts up each time new bytes are stored
	mod_time timestamptz,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	foreign key (object_id, institution_id) references intellectual_object (id, institution_id),
	unique (id, institution_id)
);
create index file_by_object on generic_file (object_id, state, id);
create index file_by_institution on generic_file (institution_id, id);

-- Fixity records: one per algorithm and generation, kept for ever (P-16).
create table checksum (
	id bigint generated always as identity primary key,
	file_id bigint not null references generic_file,
	generation int not null,
	algorithm text not null check (algorithm in ('md5', 'sha1', 'sha256', 'sha512')),
	digest text not null check (digest ~ '^[0-9a-f]+$'),
	created_at timestamptz not null default now(),
	unique (file_id, generation, algorithm)
);

-- A copy's row is never removed (X-05).
--	stored      recorded by the ingest that sent it
--	superseded  of an older generation; its bytes stay until the file is deleted
--	removing    claimed by a deletion: the bytes may be gone at any moment
--	gone        absence confirmed, or recorded as not verifiable: see verification
create table copy (
	id bigint generated always as identity primary key,
	file_id bigint not null references generic_file,
	generation int not null,
	backend_id bigint not null references storage_backend,
	storage_option_id bigint not null references storage_option,
	url text not null unique check (length(url) between 1 and 8192),
	version_id text,
	etag text,
	size_bytes bigint not null check (size_bytes >= 0),
	stored_at timestamptz not null default now(), -- when the ledger learned that the bytes were safe
	status text not null default 'stored' check (status in ('stored', 'superseded', 'removing', 'gone')),
	deletion_id bigint, -- the deletion that claimed it
	outcome text check (outcome in ('removed', 'already absent', 'refused', 'failed', 'unknown')),
	outcome_detail text,
	provider_request_id text,
	verification text check (verification in ('verified absent', 'accepted, not verifiable')),
	removed_at timestamptz,
	verified_at timestamptz,
	check ((status = 'gone') = (verification is not null and removed_at is not null)),
	check (status <> 'gone' or outcome in ('removed', 'already absent')),
	check (status not in ('removing', 'gone') or deletion_id is not null),
	unique (file_id, generation, backend_id)
);

-- URLs that an ingest promised before it sent bytes there.  What is never recorded was left by an ingest that died.
create table promised_put (
	url text primary key,
	backend_id bigint not null references storage_backend,
	object_identifier text not null,
	promised_at timestamptz not null default now(),
	recorded_at timestamptz
);
create index promised_put_open on promised_put (object_identifier) where recorded_at is null;

create table hold (
	id bigint generated always as identity primary key,
	institution_id bigint not null references institution,
	object_id bigint, -- null with file_id null: the whole institution
	file_id bigint,
	reason text not null check (length(reason) between 1 and 2000),
	mandate text not null default '',
	placed_by bigint not null references user_account,
	placed_at timestamptz not null default now(),
	review_at timestamptz,
	lifted_by bigint references user_account,
	lift_approved_by bigint references user_account,
	lifted_at timestamptz,
	foreign key (object_id, institution_id) references intellectual_object (id, institution_id),
	foreign key (file_id, institution_id) references generic_file (id, institution_id),
	check (object_id is null or file_id is null),
	check ((lifted_at is null) = (lifted_by is null) and (lifted_at is null) = (lift_approved_by is null)),
	check (lifted_by <> lift_approved_by)
);
create index hold_institution on hold (institution_id) where lifted_at is null and object_id is null and file_id is null;
create index hold_object on hold (object_id) where lifted_at is null;
create index hold_file on hold (file_id) where lifted_at is null;

-- Placing a hold waits for the claims that hold the same rows, and later claims wait for it (X-12): whoever commits
-- first is seen by the other.
create function hold_locks_target() returns trigger language plpgsql as $$
begin
	if new.file_id is not null then
		perform 1 from generic_file where id = new.file_id for no key update;
	elsif new.object_id is not null then
		perform 1 from intellectual_object where id = new.object_id for no key update;
	else
		perform 1 from institution where id = new.institution_id for no key update;
	end if;
	return new;
end $$;
create trigger hold_locks_target before insert on hold for each row execute function hold_locks_target();
create trigger hold_kept before delete or truncate on hold for each statement execute function refuse();

create table premis_event (
	id bigint generated always as identity primary key,
	identifier uuid not null unique default gen_random_uuid(),
	institution_id bigint not null references institution,
	object_id bigint not null references intellectual_object,
	file_id bigint references generic_file, -- null: about the object
	generation int not null, -- of the file, or the object's cycle
	event_type text not null check (event_type in ('ingestion', 'deletion', 'message digest calculation', 'fixity check',
		'identifier assignment', 'access assignment', 'replication', 'creation', 'policy assignment', 'recovery')),
	date_time timestamptz not null default now(),
	detail text not null,
	outcome text not null check (outcome in ('Success', 'Failure')),
	outcome_detail text not null default '',
	outcome_information text not null default '',
	object_used text not null default '', -- the tool (APTrust's member "object")
	agent text not null,
	deletion_id bigint
);
create index event_by_object on premis_event (object_id, id);
create index event_by_file on premis_event (file_id, id);
create index event_by_institution on premis_event (institution_id, id);
-- I3: one deletion event per file and deletion cycle, one per object and cycle.
create unique index event_one_deletion_per_file on premis_event (file_id, generation) where event_type = 'deletion' and file_id is not null;
create unique index event_one_deletion_per_object on premis_event (object_id, generation) where event_type = 'deletion' and file_id is null;
create trigger event_kept before update or delete or truncate on premis_event for each statement execute function refuse();
create trigger checksum_kept before update or delete or truncate on checksum for each statement execute function refuse();
create trigger copy_kept before delete or truncate on copy for each statement execute function refuse();
create trigger object_kept before delete or truncate on intellectual_object for each statement execute function refuse();
create trigger file_kept before delete or truncate on generic_file for each statement execute function refuse();

-- I2: a file is Deleted only when none of its copies can still be there; it comes back only with new bytes.
create function file_state_guard() returns trigger language plpgsql as $$
declare
	bad text;
begin
	select n.identifier into bad from now_rows n join was_rows w using (id) join copy c on c.file_id = n.id
		where w.state = 'A' and n.state = 'D' and c.status <> 'gone' limit 1;
	if found then
		raise exception 'file % keeps a copy that is not confirmed gone', bad using errcode = 'TB409';
	end if;
	select n.identifier into bad from now_rows n join was_rows w using (id)
		where n.generation < w.generation or w.state = 'D' and n.state = 'A' and n.generation = w.generation limit 1;
	if found then
		raise exception 'file % can come back only with newly stored bytes', bad using errcode = 'TB409';
	end if;
	return null;
end $$;
create trigger file_state_guard after update on generic_file
	referencing old table as was_rows new table as now_rows for each statement execute function file_state_guard();

create function object_state_guard() returns trigger language plpgsql as $$
begin
	if old.state = 'A' and new.state = 'D' and exists (select from generic_file f where f.object_id = new.id and f.state = 'A') then
		raise exception 'object % still has active files', new.identifier using errcode = 'TB409';
	end if;
	return new;
end $$;
create trigger object_state_guard before update of state on intellectual_object
	for each row execute function object_state_guard();

-- The day from which a stored copy may be deleted (P-12); storage/retention.c states the same rule in C.
create function retention_until(stored_at timestamptz, min_days int) returns timestamptz language sql immutable as $$
	select (stored_at at time zone 'UTC' + make_interval(days => min_days)) at time zone 'UTC'
$$;
