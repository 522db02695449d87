-- Descriptive records: three catalogues (MMS, FOLIO, Alma) whose deletions all take one road, whoever begins them.
-- Spec: records.md 1.1, 1.2, 2.1 to 2.7.

create table record_kind (
	name text primary key,
	system text not null check (system in ('mms', 'folio', 'alma')),
	label text not null,
	parents text[] not null, -- the kinds that what it is in may have
	needs_parent boolean not null,
	keeps_children boolean not null, -- they may stay when it is deleted alone (FOLIO's instances)
	is_harvested boolean not null, -- an OAI-PMH item of its own
	is_restorable boolean not null,
	modes text[] not null check (modes <@ array['self', 'with_contents', 'with_children', 'reassign_children', 'with_empty_ancestors'])
);
insert into record_kind values
	('mms_collection', 'mms', 'Collection', '{}', false, false, true, false, '{self,with_contents}'),
	('mms_container', 'mms', 'Container', '{mms_collection,mms_container}', true, false, true, false, '{self,with_children,reassign_children}'),
	('mms_item', 'mms', 'Item', '{mms_collection,mms_container}', false, false, true, false, '{self}'),
	('mms_capture', 'mms', 'Capture', '{mms_item}', true, false, false, false, '{self}'),
	('instance', 'folio', 'Instance', '{}', false, true, true, true, '{self,with_contents}'),
	('holdings', 'folio', 'Holdings', '{instance}', true, false, true, true, '{self,with_contents,with_empty_ancestors}'),
	('item', 'folio', 'Item', '{holdings}', true, false, false, true, '{self,with_empty_ancestors}'),
	('authority', 'folio', 'Authority', '{}', false, false, false, true, '{self}'),
	('alma_title', 'alma', 'Title', '{}', false, false, true, true, '{with_contents,self}'),
	('alma_holding', 'alma', 'Holding', '{alma_title}', true, false, false, true, '{with_contents,self,with_empty_ancestors}'),
	('alma_item', 'alma', 'Physical item', '{alma_holding}', true, false, false, true, '{self,with_empty_ancestors}'),
	('alma_collection', 'alma', 'Collection', '{alma_collection}', false, false, true, true, '{self,with_contents}'),
	('alma_representation', 'alma', 'Digital representation', '{alma_title}', true, false, false, true, '{with_contents,self,with_empty_ancestors}'),
	('alma_remote_representation', 'alma', 'Digital remote representation', '{alma_title}', true, false, false, true, '{self,with_empty_ancestors}'),
	('alma_digital_file', 'alma', 'Digital file', '{alma_representation}', true, false, false, true, '{self,with_empty_ancestors}'),
	('alma_portfolio', 'alma', 'Electronic portfolio', '{alma_title}', true, false, false, true, '{self,with_empty_ancestors}');
create trigger record_kind_kept before delete or truncate on record_kind for each statement execute function refuse();

-- Authority records go by d, s and x (FC-9), all others by d.
create function leader_says_deleted(kind text, status int) returns boolean language sql immutable as $$
	select status = 100 or kind = 'authority' and status in (115, 120)
$$;

create table record (
	id uuid primary key default gen_random_uuid(),
	number bigint generated always as identity, -- MMS shows it as the Record ID
	institution_id bigint not null references institution,
	kind text not null references record_kind,
	parent_id uuid references record,
	source text not null default 'NONE' check (source in ('MARC', 'FOLIO', 'MODS', 'NONE')),
	state text not null default 'active' check (state in ('active', 'deleted')),
	version int not null default 1 check (version >= 1),
	title text not null check (length(title) between 1 and 4000),
	local_id text not null default '' check (length(local_id) <= 255), -- MMS ID, PID, item id: what its system calls it
	hrid text not null default '' check (length(hrid) <= 255),
	barcode text not null default '' check (length(barcode) <= 255),
	discovery_suppress boolean not null default false,
	staff_suppress boolean not null default false,
	-- The MARC side.  marc_form says how it is written; byte marc_leader_at + 5 is the record status, the 16 bytes from
	-- marc_005_at on are field 005: a change of state writes both in place.
	marc bytea,
	marc_form text check (marc_form in ('iso2709', 'marcxml')),
	marc_leader_at int,
	marc_005_at int,
	mods text,
	content jsonb not null default '{}', -- what the inventory knows besides
	rights jsonb, -- a rights profile of its own: {"name", "kind": "local" or "custom"}
	capture_ids text[] not null default '{}',
	capture_status text not null default '' check (capture_status in ('', 'Not captured yet', 'Captured')),
	work_order text not null default '' check (work_order in ('', 'Draft', 'Submitted', 'Completed')),
	image_id text not null default '' check (length(image_id) <= 2048),
	asset_object_id bigint references intellectual_object,
	asset_file_id bigint references generic_file,
	created_by text not null,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	deleted_at timestamptz,
	deletion_id bigint, -- of a tombstone: see record_state_guard()
	constraint record_own_parent check (parent_id <> id),
	constraint record_deleted_by check ((state = 'deleted') = (deleted_at is not null) and (state = 'deleted') = (deletion_id is not null)),
	-- What is deleted is shown to nobody (R2).
	constraint record_deleted_suppressed check (state = 'active' or discovery_suppress and staff_suppress),
	constraint record_marc_whole check ((marc is null) = (marc_form is null) and (marc is null) = (marc_leader_at is null)
		and (marc is null) = (marc_005_at is null)),
	constraint record_marc_places check (marc is null or marc_leader_at >= 0 and marc_leader_at + 24 <= octet_length(marc)
		and marc_005_at >= 0 and marc_005_at + 16 <= octet_length(marc)),
	-- One state, and the MARC side says the same (F-07, F-12, F-25, F-32): whoever writes, they cannot differ.
	constraint record_lockstep check (marc is null
		or leader_says_deleted(kind, get_byte(marc, marc_leader_at + 5)) = (state = 'deleted')),
	constraint record_capture_ids check (kind = 'mms_capture' or cardinality(capture_ids) = 0)
);
create index record_by_number on record (number); -- unique by its making: asking again would cost each change
create index record_by_parent on record (parent_id, state, kind, number) where parent_id is not null;
create index record_by_kind on record (institution_id, kind, state, number);
-- Those in nothing, of the kinds that may be in something: others are found by kind.
create index record_top on record (institution_id, kind, state, number)
	where parent_id is null and kind in ('mms_item', 'alma_collection');
-- A whole title may be longer than an index takes.
create index record_by_title on record (institution_id, kind, state, left(title, 255) collate "C", number);
create index record_by_deletion_time on record (institution_id, deleted_at, number) where state = 'deleted';
-- What is deleted gives its names free; who comes back to find them taken is told so (T16).
create unique index record_local_id on record (institution_id, kind, local_id) where local_id <> '' and state = 'active';
create unique index record_hrid on record (institution_id, kind, hrid) where hrid <> '' and state = 'active';
create unique index record_barcode on record (institution_id, barcode) where barcode <> '' and state = 'active';
create index record_deleted_local_id on record (institution_id, kind, local_id) where local_id <> '' and state = 'deleted';
create index record_deleted_hrid on record (institution_id, kind, hrid) where hrid <> '' and state = 'deleted';
create index record_deleted_barcode on record (institution_id, barcode) where barcode <> '' and state = 'deleted';
create index record_asset_file on record (asset_file_id) where asset_file_id is not null;
create index record_asset_object on record (asset_object_id) where asset_object_id is not null;

-- Ties besides the parent: nothing is deleted along them, and a change at one end is a change of the other (R5).
create table record_link (
	from_id uuid not null references record,
	to_id uuid not null references record,
	kind text not null check (kind in ('bound_with', 'member_of')),
	primary key (from_id, to_id, kind),
	check (from_id <> to_id)
);
create index record_link_to on record_link (to_id);

-- Everything that was deleted together has one deletion (R4).  What needs two people has a request; records have this.
alter table deletion alter column request_id drop not null;
create table record_deletion (
	deletion_id bigint primary key references deletion,
	origin text not null check (origin in ('ui', 'api', 'source_api', 'leader', 'import', 'job', 'sql')),
	actor_kind text not null check (actor_kind in ('user', 'job', 'system', 'sql')),
	actor text not null, -- an e-mail address, a job's number, a database login
	actor_label text not null default '', -- "System", "Electronic Inventory Creator": as recorded where it happened
	user_id bigint references user_account,
	job text not null default '',
	root_id uuid not null references record,
	root_kind text not null references record_kind,
	mode text not null check (mode in ('self', 'with_contents', 'with_children', 'reassign_children', 'with_empty_ancestors', 'several')),
	reason_code text not null default '' check (length(reason_code) <= 64),
	reason text not null default '' check (length(reason) <= 2000),
	is_override boolean not null default false,
	legacy_uri text not null default '' check (length(legacy_uri) <= 2048),
	confirmations jsonb not null default '{}',
	rights_by bigint references user_account,
	records bigint not null check (records >= 1)
);
create index record_deletion_by_user on record_deletion (user_id, deletion_id desc) where user_id is not null;
create index record_deletion_by_actor on record_deletion (actor, deletion_id desc);
create index record_deletion_by_job on record_deletion (job) where job <> '';
create trigger record_deletion_kept before update or delete or truncate on record_deletion for each statement execute function refuse();

create or replace function deletion_guard() returns trigger language plpgsql as $$
begin
	if new.request_id is null then
		if new.planned_at is null or new.finished_at is null then
			raise exception 'a deletion without a request is one of records, and is done at once' using errcode = 'TB409';
		end if;
		return new;
	end if;
	if not exists (select from decision where request_id = new.request_id and verdict = 'approve') then
		raise exception 'request % was not approved', new.request_id using errcode = 'TB409';
	end if;
	return new;
end $$;

create table record_restoration (
	id bigint generated always as identity primary key,
	institution_id bigint not null references institution,
	restored_by text not null,
	user_id bigint references user_account,
	via text not null,
	at timestamptz not null default now(),
	criteria jsonb not null default '{}',
	records bigint not null check (records >= 1)
);
create trigger record_restoration_kept before update or delete or truncate on record_restoration for each statement execute function refuse();

-- What remains: the record as it was before, once for each of its deletions (R3).  Its payloads are kept for those who
-- may read them, and never shown to others.
create table record_tombstone (
	-- Neither is a foreign key, which would ask for each of 100,000 rows what record_mark_deleted() knows; nothing that they
	-- name is ever removed.
	record_id uuid not null,
	deletion_id bigint not null,
	event_id uuid not null default gen_random_uuid(), -- of the PREMIS event "deaccession"
	institution_id bigint not null,
	kind text not null,
	deleted_at timestamptz not null,
	parent_id uuid,
	ancestors uuid[] not null, -- nearest first
	children uuid[] not null, -- those that were active
	version int not null,
	title text not null,
	local_id text not null,
	hrid text not null,
	barcode text not null,
	source text not null,
	discovery_suppress boolean not null,
	staff_suppress boolean not null,
	marc bytea,
	marc_form text,
	marc_leader_at int,
	marc_005_at int,
	mods text,
	content jsonb not null,
	rights jsonb,
	capture_ids text[] not null,
	image_id text not null,
	asset_object_id bigint,
	asset_file_id bigint,
	restored_at timestamptz,
	restoration_id bigint references record_restoration,
	primary key (record_id, deletion_id),
	check ((restored_at is null) = (restoration_id is null))
);
create index record_tombstone_by_deletion on record_tombstone (deletion_id, record_id);

create function record_tombstone_guard() returns trigger language plpgsql as $$
begin
	if old.restored_at is not null or new.restored_at is null
		or to_jsonb(new) - 'restored_at' - 'restoration_id' <> to_jsonb(old) - 'restored_at' - 'restoration_id' then
		raise exception 'a tombstone is kept as it was written' using errcode = 'TB403';
	end if;
	return new;
end $$;
create trigger record_tombstone_guard before update on record_tombstone for each row execute function record_tombstone_guard();
create trigger record_tombstone_kept before delete or truncate on record_tombstone for each statement execute function refuse();

-- A record keeps its place in the world: kind and institution for ever, a parent of the right kind, no circle.
create function record_guard() returns trigger language plpgsql as $$
declare
	k record_kind;
	parent_kind text;
	parent_home bigint;
	parent_state text;
begin
	if tg_op = 'UPDATE' and (new.id <> old.id or new.kind <> old.kind or new.institution_id <> old.institution_id
			or new.created_at <> old.created_at) then
		raise exception 'record %: identity, kind and institution do not change', old.id using errcode = 'TB409';
	end if;
	if tg_op = 'INSERT' and new.state <> 'active' then
		raise exception 'a record is created active: delete it then' using errcode = 'TB409';
	end if;
	select * into strict k from record_kind where name = new.kind;
	if new.parent_id is null then
		if k.needs_parent then
			raise exception 'a record of kind % is in one of kind %', new.kind, array_to_string(k.parents, ' or ') using errcode = 'TB422';
		end if;
		return new;
	end if;
	-- Locked: a deletion of the parent comes before this, and is seen, or after it, and sees this (T4).
	select r.kind, r.institution_id, r.state into parent_kind, parent_home, parent_state from record r where r.id = new.parent_id for share;
	if parent_home is distinct from new.institution_id or not parent_kind = any (k.parents) then
		raise exception 'a record of kind % cannot be in one of kind %', new.kind, coalesce(parent_kind, 'unknown') using errcode = 'TB422';
	end if;
	if parent_state = 'deleted' then
		raise exception 'record % is deleted: nothing can be put into it', new.parent_id using errcode = 'TB409';
	end if;
	if tg_op = 'UPDATE' and exists (
			with recursive up as (
				select r.id, r.parent_id from record r where r.id = new.parent_id
				union
				select r.id, r.parent_id from up join record r on r.id = up.parent_id
			) select from up where up.id = new.id) then
		raise exception 'record % cannot be put into itself', new.id using errcode = 'TB409';
	end if;
	return new;
end $$;
create trigger record_insert_guard before insert on record for each row execute function record_guard();
create trigger record_update_guard before update on record for each row
	when (old.id <> new.id or old.kind <> new.kind or old.institution_id <> new.institution_id or old.created_at <> new.created_at
		or old.parent_id is distinct from new.parent_id)
	execute function record_guard();

-- R2, R3: who is deleted has a tombstone of that deletion, who is active has none that is open; nothing is half done.
create function record_state_guard() returns trigger language plpgsql set jit = off as $$
declare
	bad uuid;
begin
	select n.id into bad from now_rows n where n.state = 'deleted' and not exists (select from record_tombstone t
		where t.record_id = n.id and t.deletion_id = n.deletion_id and t.restored_at is null) limit 1;
	if found then
		raise exception 'record % is deleted by way of record_mark_deleted() only', bad using errcode = 'TB409';
	end if;
	select n.id into bad from now_rows n where n.state = 'active'
		and exists (select from record_tombstone t where t.record_id = n.id and t.restored_at is null) limit 1;
	if found then
		raise exception 'record % comes back by way of record_mark_active() only', bad using errcode = 'TB409';
	end if;
	return null;
end $$;
create trigger record_state_guard after update on record
	referencing new table as now_rows for each statement execute function record_state_guard();

-- The records that a deletion of root in this mode takes along, root too.  Captures are never taken along: they are in
-- the way (N-06).
create function record_closure(root uuid, mode text) returns setof uuid language plpgsql stable as $$
declare
	r record;
begin
	if mode in ('with_contents', 'with_children') then
		return query with recursive down as (
			select x.id from record x where x.id = root
			union
			select c.id from down join record c on c.parent_id = down.id and c.state = 'active' and c.kind <> 'mms_capture'
		) select d.id from down d;
		return;
	end if;
	return next root;
	if mode <> 'with_empty_ancestors' then
		return;
	end if;
	select x.* into strict r from record x where x.id = root;
	while r.parent_id is not null and not exists (select from record s where s.parent_id = r.parent_id and s.state = 'active' and s.id <> r.id) loop
		select x.* into strict r from record x where x.id = r.parent_id;
		exit when r.state <> 'active';
		return next r.id;
	end loop;
end $$;

create function uuid_or_null(t text) returns uuid language sql immutable as $$
	select case when t ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then t::uuid end
$$;

-- May a store still hold the asset that a record names, by whatever it names it (N-10, NW-2)?  The ledger knows each copy:
-- recorded and not yet confirmed gone, or promised by an ingest that died.
create function record_has_asset(home bigint, object_id bigint, file_id bigint, image_id text) returns boolean language sql stable as $$
	select exists (select from intellectual_object o where o.state = 'A'
			and (o.id = $2 or $4 <> '' and o.identifier = $4 and o.institution_id = $1))
		or exists (select from generic_file f
			where (f.id = $3 or $4 <> '' and f.institution_id = $1 and (f.identifier = $4 or f.uuid = uuid_or_null($4)))
				and (f.state = 'A' or exists (select from copy c where c.file_id = f.id and c.status <> 'gone')))
		or $4 <> '' and exists (select from promised_put p where p.object_identifier = $4 and p.recorded_at is null)
$$;

create function record_has_asset(r public.record) returns boolean language sql stable as $$
	select record_has_asset(r.institution_id, r.asset_object_id, r.asset_file_id, r.image_id)
$$;

-- What stands in the way of deleting these records together (records.md 2.4), in the order in which people should hear
-- of it.  None of them can be overridden.
create function record_blockers(ids uuid[], mode text)
returns table (record_id uuid, rule text, detail text) language sql stable as $$
	with r as materialized (
		select x.id, x.institution_id, x.number, x.kind, x.capture_ids, x.work_order,
			x.asset_object_id is not null or x.asset_file_id is not null or x.image_id <> '' as names_asset,
			x.asset_object_id, x.asset_file_id, x.image_id, case when x.content = '{}' then x.content else jsonb_build_object(
				'status', x.content -> 'status', 'openRequests', x.content -> 'openRequests', 'openOrders', x.content -> 'openOrders',
				'perpetualAccess', x.content -> 'perpetualAccess') end as content
		from record x where x.id = any (ids) and x.state = 'active'
	)
	(select r.id, 'held', 'the whole institution is under hold: ' || h.reason from r join hold h on h.institution_id = r.institution_id
		and h.lifted_at is null and h.object_id is null and h.file_id is null order by r.number limit 1)
	union all
	(select r.id, 'capture_ids', 'a capture with an identifier in Capture IDs is never deleted' from r
		where cardinality(r.capture_ids) > 0 order by r.number)
	union all
	(select r.id, 'asset', 'its asset is there, whatever the status of the capture says' from r
		where r.kind = 'mms_capture' and r.names_asset
			and record_has_asset(r.institution_id, r.asset_object_id, r.asset_file_id, r.image_id) order by r.number)
	union all
	(select r.id, 'work_order', 'it is on a work order that was submitted' from r where r.work_order = 'Submitted' order by r.number)
	union all
	(select r.id, 'captures', format(case c.n when 1 then 'it has 1 capture' else 'it has %s captures' end, c.n) from r join lateral (
		select count(*) as n from record c where c.parent_id = r.id and c.kind = 'mms_capture' and c.state = 'active') c on c.n > 0
		where r.kind = 'mms_item' order by r.number)
	union all
	(select r.id, 'captures', format(case c.n when 1 then '1 capture is in it' else '%s captures are in it' end, c.n) from r join lateral (
		with recursive down as (select r.id union select x.id from down join record x on x.parent_id = down.id and x.state = 'active')
		select count(*) as n from down join record x on x.id = down.id and x.kind = 'mms_capture') c on c.n > 0
		where mode = 'reassign_children' order by r.number)
	union all
	(select r.id, 'asset', 'an asset of the ledger belongs to it' from r
		where r.kind in ('mms_collection', 'mms_container', 'mms_item')
			and r.names_asset
			and record_has_asset(r.institution_id, r.asset_object_id, r.asset_file_id, r.image_id) order by r.number)
	union all
	(select r.id, 'children', format(case c.n when 1 then '1 record is in it' else '%s records are in it' end, c.n) from r join record_kind k on k.name = r.kind and not k.keeps_children
		join lateral (select count(*) as n from record c where c.parent_id = r.id and c.state = 'active' and c.kind <> 'mms_capture'
			and not c.id = any (ids)) c on c.n > 0
		where mode in ('self', 'with_empty_ancestors', 'several') order by r.number)
	union all
	(select r.id, 'status', format('its status is "%s"', r.content ->> 'status') from r
		where r.kind in ('item', 'alma_item') and r.content ->> 'status' in ('Checked out', 'On order', 'In transit', 'Awaiting pickup',
			'Awaiting delivery', 'Paged', 'In process', 'Claimed returned', 'Requested') order by r.number)
	union all
	(select r.id, 'requests', 'somebody has requested it' from r
		where r.kind in ('item', 'alma_item') and r.content -> 'openRequests' > '0' order by r.number)
	union all
	(select r.id, 'orders', 'it has open order lines' from r where r.content -> 'openOrders' > '0' order by r.number)
	union all
	(select r.id, 'perpetual', 'it gives perpetual access' from r
		where r.kind = 'alma_portfolio' and r.content -> 'perpetualAccess' = 'true' order by r.number)
$$;

-- A MARC record with this status and time, every other byte as it was.
create function record_marc_at(marc bytea, leader_at int, at_005 int, status int, at timestamptz) returns bytea language sql immutable as $$
	select overlay(set_byte(marc, leader_at + 5, status)
		placing convert_to(to_char(at at time zone 'UTC', 'YYYYMMDDHH24MISS".0"'), 'SQL_ASCII') from at_005 + 1 for 16)
$$;

-- The one place where records become deleted.  Those that are deleted already stay as they are (R7).  How many became so.
create function record_mark_deleted(deletion bigint, ids uuid[]) returns bigint
language plpgsql security definer set search_path = public, pg_temp set jit = off set work_mem = '64MB' as $$
declare
	n bigint;
begin
	if not exists (select from record_deletion d where d.deletion_id = deletion) then
		raise exception 'deletion % is none of records', deletion using errcode = 'TB409';
	end if;
	with recursive r as materialized (
		select x.id, x.parent_id from record x where x.id = any (ids) and x.state = 'active'
	), up as (
		select p.start, p.start as id, 1 as step from (select distinct r.parent_id as start from r where r.parent_id is not null) p
		union all
		select up.start, x.parent_id, up.step + 1 from up join record x on x.id = up.id where x.parent_id is not null and up.step < 64
	), above as (
		select up.start, array_agg(up.id order by up.step) as chain from up group by up.start
	), below as (
		select c.parent_id, array_agg(c.id order by c.number) as members from r join record c on c.parent_id = r.id and c.state = 'active'
		group by c.parent_id
	)
	insert into record_tombstone (record_id, deletion_id, institution_id, kind, deleted_at, parent_id, ancestors, children, version,
		title, local_id, hrid, barcode, source, discovery_suppress, staff_suppress, marc, marc_form, marc_leader_at, marc_005_at, mods,
		content, rights, capture_ids, image_id, asset_object_id, asset_file_id)
	select x.id, deletion, x.institution_id, x.kind, now(), x.parent_id, coalesce(above.chain, '{}'), coalesce(below.members, '{}'), x.version,
		x.title, x.local_id, x.hrid, x.barcode, x.source, x.discovery_suppress, x.staff_suppress, x.marc, x.marc_form, x.marc_leader_at,
		x.marc_005_at, x.mods, x.content, x.rights, x.capture_ids, x.image_id, x.asset_object_id, x.asset_file_id
	from record x left join above on above.start = x.parent_id left join below on below.parent_id = x.id
	where x.id = any (ids) and x.state = 'active';
	update record x set state = 'deleted', version = x.version + 1, updated_at = now(), deleted_at = now(), deletion_id = deletion,
		discovery_suppress = true, staff_suppress = true,
		marc = record_marc_at(x.marc, x.marc_leader_at, x.marc_005_at, 100, now())
	where x.id = any (ids) and x.state = 'active';
	get diagnostics n = row_count;
	return n;
end $$;

-- The one place where deleted records come back.  keep_suppressed leaves both flags on (FOLIO's way, FC-3).
create function record_mark_active(restoration bigint, ids uuid[], keep_suppressed boolean) returns bigint
language plpgsql security definer set search_path = public, pg_temp set jit = off set work_mem = '64MB' as $$
declare
	n bigint;
begin
	update record_tombstone t set restored_at = now(), restoration_id = restoration
	from record x where x.id = any (ids) and x.state = 'deleted' and t.record_id = x.id and t.deletion_id = x.deletion_id;
	update record x set state = 'active', version = x.version + 1, updated_at = now(), deleted_at = null, deletion_id = null,
		discovery_suppress = keep_suppressed or t.discovery_suppress, staff_suppress = keep_suppressed or t.staff_suppress,
		marc = record_marc_at(x.marc, x.marc_leader_at, x.marc_005_at, 99, now())
	from record_tombstone t where x.id = any (ids) and x.state = 'deleted' and t.record_id = x.id and t.deletion_id = x.deletion_id;
	get diagnostics n = row_count;
	return n;
end $$;

-- A DELETE by hand ends in the same place (F-57): rows are collected, and the statement becomes a deletion.
create table record_sql_delete (xact xid8 not null, record_id uuid not null, primary key (xact, record_id));
create function record_sql_delete_row() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
	if old.state = 'active' then
		insert into record_sql_delete values (pg_current_xact_id(), old.id) on conflict do nothing;
	end if;
	return null;
end $$;
create function record_sql_delete_all() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
	home bigint;
	wanted uuid[];
	made bigint;
	first_id uuid;
	bad record;
begin
	for home, wanted in
		select r.institution_id, array_agg(r.id order by r.number) from record_sql_delete d join record r on r.id = d.record_id
		where d.xact = pg_current_xact_id() and r.state = 'active' group by r.institution_id order by r.institution_id
	loop
		select b.record_id, b.detail into bad from record_blockers(wanted, 'several') b limit 1;
		if found then
			raise exception 'record % cannot be deleted: %', bad.record_id, bad.detail using errcode = 'TB409';
		end if;
		first_id := wanted[1];
		insert into deletion (institution_id, planned_at, finished_at) values (home, now(), now()) returning id into made;
		insert into record_deletion (deletion_id, origin, actor_kind, actor, root_id, root_kind, mode, records)
		select made, 'sql', 'sql', session_user, r.id, r.kind, case when cardinality(wanted) = 1 then 'self' else 'several' end,
			cardinality(wanted) from record r where r.id = first_id;
		perform record_mark_deleted(made, wanted);
		insert into audit_entry (actor, via, verb, institution_id, subject, detail)
		values (session_user, 'sql', 'delete records', home, format('deletion %s', made), format('%s records, by a statement', cardinality(wanted)));
	end loop;
	delete from record_sql_delete where xact = pg_current_xact_id();
	return null;
end $$;
create trigger record_sql_delete_row before delete on record for each row execute function record_sql_delete_row();
create trigger record_sql_delete_all after delete on record for each statement execute function record_sql_delete_all();
create trigger record_kept before truncate on record for each statement execute function refuse();
alter table audit_entry drop constraint audit_entry_via_check, add constraint audit_entry_via_check
	check (via in ('web', 'api', 'cli', 'dispatcher', 'worker', 'migration', 'sql'));

revoke execute on function record_mark_deleted(bigint, uuid[]), record_mark_active(bigint, uuid[], boolean), record_sql_delete_row(),
	record_sql_delete_all() from public;
grant execute on function record_mark_deleted(bigint, uuid[]), record_mark_active(bigint, uuid[], boolean),
	record_closure(uuid, text), record_blockers(uuid[], text), record_has_asset(bigint, bigint, bigint, text),
	record_has_asset(public.record), uuid_or_null(text), leader_says_deleted(text, int),
	record_marc_at(bytea, int, int, int, timestamptz) to tombstone_registry;
grant select on record_kind, record, record_link, record_deletion, record_restoration, record_tombstone to tombstone_registry;
grant insert on record, record_link, record_deletion, record_restoration to tombstone_registry;
grant delete on record_link to tombstone_registry;
grant update (parent_id, source, version, title, local_id, hrid, barcode, discovery_suppress, staff_suppress, marc, marc_form,
	marc_leader_at, marc_005_at, mods, content, rights, capture_ids, capture_status, work_order, image_id, asset_object_id, asset_file_id,
	updated_at) on record to tombstone_registry;
