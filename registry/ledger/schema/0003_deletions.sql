-- How things are deleted: requests with their lists, decisions, deletions, work items, batches.
-- Spec: architecture.md §4, §5; deletion.md P-04 to P-11, P-15 to P-17, X-01, X-06 to X-09, X-16.

create table deletion_request (
	id bigint generated always as identity primary key,
	institution_id bigint not null,
	requested_by bigint not null,
	requested_via text not null check (requested_via in ('web', 'api', 'cli')),
	requested_at timestamptz not null default now(),
	reason text not null default '' check (length(reason) <= 2000),
	sole_admin boolean not null, -- was the requester the only admin counted, at the request?
	state text not null default 'open' check (state in ('open', 'approved', 'rejected', 'expired', 'void')),
	expires_at timestamptz not null,
	closed_at timestamptz,
	closed_note text not null default '',
	list_digest bytea not null check (octet_length(list_digest) = 32),
	object_count bigint not null check (object_count >= 0),
	file_count bigint not null check (file_count >= 0),
	byte_count bigint not null check (byte_count >= 0),
	foreign key (requested_by, institution_id) references user_account (id, institution_id),
	check ((state = 'open') = (closed_at is null)),
	unique (id, requested_by, institution_id)
);
create index request_by_institution on deletion_request (institution_id, id);
create index request_open on deletion_request (expires_at) where state = 'open';

-- What was named: each thing gets one work item at approval (P-09).
create table request_item (
	id bigint generated always as identity primary key,
	request_id bigint not null references deletion_request,
	object_id bigint not null references intellectual_object,
	file_id bigint references generic_file, -- null: the whole object
	is_open boolean not null default true, -- until the request ends without approval, or its work item ends
	unique nulls not distinct (request_id, object_id, file_id)
);
-- One open request per item.
create unique index request_item_one_open_per_file on request_item (file_id) where is_open and file_id is not null;
create unique index request_item_one_open_per_object on request_item (object_id) where is_open and file_id is null;
create index request_item_by_object on request_item (object_id) where is_open;

-- The exact list: every file that may be removed, at the generation that was seen (I1, X-07).
create table request_file (
	request_id bigint not null references deletion_request,
	file_id bigint not null references generic_file,
	generation int not null,
	item_id bigint not null references request_item,
	outcome text not null default 'pending' check (outcome in ('pending', 'deleted', 'refused', 'failed')),
	reason text not null default '',
	settled_at timestamptz,
	primary key (request_id, file_id),
	check ((outcome = 'pending') = (settled_at is null))
);
create index request_file_by_file on request_file (file_id);
create index request_file_by_item on request_file (item_id, file_id);

-- Only the hash of a token is kept; the token itself is in the mail (X-08).
create table approval_token (
	token_sha256 bytea primary key check (octet_length(token_sha256) = 32),
	request_id bigint not null references deletion_request,
	user_id bigint not null references user_account,
	created_at timestamptz not null default now(),
	expires_at timestamptz not null,
	rotated_at timestamptz
);
create index approval_token_by_request on approval_token (request_id);

-- I5: requester and approver are two people, or the sole admin both times it was counted.
create table decision (
	request_id bigint primary key, -- one decision: whoever comes second gets a conflict (X-09)
	institution_id bigint not null,
	requested_by bigint not null,
	verdict text not null check (verdict in ('approve', 'reject')),
	decided_by bigint not null references user_account,
	decided_via text not null check (decided_via in ('web', 'api', 'cli')),
	decided_at timestamptz not null default now(),
	list_digest bytea not null,
	as_sole_admin boolean not null default false,
	foreign key (request_id, requested_by, institution_id) references deletion_request (id, requested_by, institution_id),
	check (verdict = 'reject' or decided_by <> requested_by or as_sole_admin)
);
create trigger decision_kept before update or delete or truncate on decision for each statement execute function refuse();

create function decision_guard() returns trigger language plpgsql as $$
declare
	r deletion_request;
	u active_user;
	who user_account;
begin
	select * into strict r from deletion_request where id = new.request_id;
	select * into u from active_user where id = new.decided_by;
	if not found then
		raise exception 'only an active user can decide' using errcode = 'TB403';
	end if;
	if new.verdict = 'reject' then
		if u.institution_id <> r.institution_id or u.role <> 'inst_admin' then
			raise exception 'only an admin of the institution can decide' using errcode = 'TB403';
		end if;
		return new;
	end if;
	select a.* into who from user_account a join active_user using (id) where a.id = r.requested_by;
	if not found or who.role <> 'inst_admin' then
		raise exception 'the requester is no longer an active admin: the request cannot be approved' using errcode = 'TB409';
	end if;
	if new.list_digest <> r.list_digest then
		raise exception 'the decision is about another list than the request' using errcode = 'TB409';
	end if;
	if u.role = 'sysadmin' and r.sole_admin and admins_counted(r.institution_id) = 1
		and (select sole_admin from institution where id = r.institution_id) = 'operator' then
		return new; -- the operator is the second person
	end if;
	if u.institution_id <> r.institution_id or u.role <> 'inst_admin' then
		raise exception 'only an admin of the institution can decide' using errcode = 'TB403';
	end if;
	if new.decided_by = new.requested_by then
		if not (r.sole_admin and admins_counted(r.institution_id) = 1) then
			raise exception 'you asked for this deletion: another admin must decide it' using errcode = 'TB403';
		end if;
		if u.sole_admin = 'operator' then
			raise exception 'you are the only admin: an operator must approve this deletion' using errcode = 'TB403';
		end if;
		new.as_sole_admin := true;
		return new;
	end if;
	if u.admin_since > now() - make_interval(days => u.admin_days) then
		raise exception 'you can approve from %, % days after you became an admin',
			to_char((u.admin_since + make_interval(days => u.admin_days)) at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'), u.admin_days
			using errcode = 'TB403';
	end if;
	return new;
end $$;
create trigger decision_guard before insert on decision for each row execute function decision_guard();

create table deletion (
	id bigint generated always as identity primary key,
	request_id bigint not null unique references decision (request_id),
	institution_id bigint not null references institution,
	created_at timestamptz not null default now(),
	planned_at timestamptz,
	finished_at timestamptz
);
create index deletion_unplanned on deletion (id) where planned_at is null;

create function deletion_guard() returns trigger language plpgsql as $$
begin
	if not exists (select from decision where request_id = new.request_id and verdict = 'approve') then
		raise exception 'request % was not approved', new.request_id using errcode = 'TB409';
	end if;
	return new;
end $$;
create trigger deletion_guard before insert on deletion for each row execute function deletion_guard();
alter table copy add foreign key (deletion_id) references deletion;
alter table premis_event add foreign key (deletion_id) references deletion;
create index copy_by_deletion on copy (deletion_id) where deletion_id is not null;

create table work_item (
	id bigint generated always as identity primary key,
	institution_id bigint not null references institution,
	action text not null check (action in ('Ingest', 'Delete')),
	object_identifier text not null,
	object_id bigint references intellectual_object,
	file_id bigint references generic_file,
	item_id bigint unique references request_item,
	deletion_id bigint references deletion,
	stage text not null default 'Requested' check (stage in ('Requested', 'Receive', 'Validate', 'Store', 'Record', 'Resolve')),
	status text not null default 'Pending' check (status in ('Pending', 'Started', 'Success', 'Failed', 'Cancelled')),
	note text not null default 'Not started',
	outcome text not null default 'Not started',
	user_email text not null,
	approver_email text not null default '',
	files_total bigint not null default 0 check (files_total >= 0),
	files_done bigint not null default 0,
	files_refused bigint not null default 0,
	files_failed bigint not null default 0,
	bytes_total bigint not null default 0,
	bytes_done bigint not null default 0,
	needs_admin_review boolean not null default false,
	created_at timestamptz not null default now(), -- when the deletion was approved; the request has its own time (P-17)
	queued_at timestamptz,
	started_at timestamptz,
	completed_at timestamptz,
	updated_at timestamptz not null default now(),
	check ((action = 'Delete') = (deletion_id is not null and item_id is not null)),
	check ((status in ('Success', 'Failed', 'Cancelled')) = (completed_at is not null)),
	check (files_done + files_refused + files_failed <= files_total)
);
create index work_item_by_institution on work_item (institution_id, id);
create index work_item_by_deletion on work_item (deletion_id);
create index work_item_open_object on work_item (object_identifier) where completed_at is null;

-- What a lane takes: up to 1,000 files of one deletion.
create table batch (
	id bigint generated always as identity primary key,
	deletion_id bigint not null references deletion,
	institution_id bigint not null references institution,
	request_id bigint not null references deletion_request,
	file_ids bigint[] not null check (cardinality(file_ids) <= 1000),
	state text not null default 'ready' check (state in ('ready', 'leased', 'done', 'failed')),
	lease_owner text,
	lease_until timestamptz,
	fence bigint not null default 0, -- counts claims: an older one's writes are refused
	attempts int not null default 0,
	due_at timestamptz not null default now(),
	announced_at timestamptz,
	last_error text not null default '',
	check ((state = 'leased') = (lease_owner is not null and lease_until is not null))
);
create index batch_due on batch (due_at) where state in ('ready', 'leased');
create index batch_by_deletion on batch (deletion_id);

-- I1, I4: no copy is claimed for removal unless its file is on an approved request's list at this generation or a
-- later one, and a copy's bytes move one way.
create function copy_guard() returns trigger language plpgsql as $$
declare
	bad record;
begin
	select n.id, w.status as was, n.status as now into bad from now_rows n join was_rows w using (id)
		where w.status <> n.status and (w.status, n.status) not in (('stored', 'superseded'), ('stored', 'removing'),
			('superseded', 'removing'), ('removing', 'stored'), ('removing', 'superseded'), ('removing', 'gone')) limit 1;
	if found then
		raise exception 'copy %: % cannot become %', bad.id, bad.was, bad.now using errcode = 'TB409';
	end if;
	select n.id into bad from now_rows n join was_rows w using (id)
		where n.status in ('removing', 'gone') and w.status <> n.status and not exists (
			select from deletion d join decision a on a.request_id = d.request_id and a.verdict = 'approve'
			join request_file f on f.request_id = d.request_id and f.file_id = n.file_id and f.generation >= n.generation
			where d.id = n.deletion_id) limit 1;
	if found then
		raise exception 'copy % is on no approved list', bad.id using errcode = 'TB409';
	end if;
	return null;
end $$;
create trigger copy_guard after update on copy
	referencing old table as was_rows new table as now_rows for each statement execute function copy_guard();

-- The approved list does not change; only outcomes are added to it.
create function request_file_guard() returns trigger language plpgsql as $$
begin
	if exists (select from now_rows n left join was_rows w on w.request_id = n.request_id and w.file_id = n.file_id
			where w.generation is distinct from n.generation or w.item_id is distinct from n.item_id) then
		raise exception 'the list of a request cannot be changed' using errcode = 'TB403';
	end if;
	if exists (select from now_rows n join was_rows w using (request_id, file_id) where w.outcome = 'deleted' and n.outcome <> 'deleted') then
		raise exception 'a file that was deleted stays deleted in the list' using errcode = 'TB409';
	end if;
	return null;
end $$;
create trigger request_file_guard after update on request_file
	referencing old table as was_rows new table as now_rows for each statement execute function request_file_guard();
create trigger request_file_kept before delete or truncate on request_file for each statement execute function refuse();
create trigger request_item_kept before delete or truncate on request_item for each statement execute function refuse();
create trigger request_kept before delete or truncate on deletion_request for each statement execute function refuse();

-- A list is closed once its request was decided: nothing is added to an approved one.
create function request_list_is_open() returns trigger language plpgsql as $$
begin
	if exists (select from now_rows n join deletion_request r on r.id = n.request_id
			where r.state <> 'open' or r.requested_at <> now()) then
		raise exception 'the list of a request is made with the request, and never added to' using errcode = 'TB403';
	end if;
	return null;
end $$;
create trigger request_file_closed after insert on request_file
	referencing new table as now_rows for each statement execute function request_list_is_open();
create trigger request_item_closed after insert on request_item
	referencing new table as now_rows for each statement execute function request_list_is_open();

create table stop_switch (
	only_row boolean primary key default true check (only_row),
	is_on boolean not null default false,
	reason text not null default '',
	set_by text not null default '',
	set_at timestamptz not null default now()
);
insert into stop_switch default values;
