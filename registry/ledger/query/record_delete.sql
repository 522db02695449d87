-- Records deleted and brought back.

-- Locks what is named, in order of id so that two deletions that meet wait for each other and never for ever (R6).  What
-- it was waited for is seen by the next statement, not by this one.
-- :name record_delete_lock :many
-- :arg ids uuid[]
-- :col id uuid
select x.id from record x where x.id = any ($1::uuid[]) order by x.id for no key update;

-- :name record_delete_named :many
-- :arg ids uuid[]
-- :col id uuid
-- :col institution_id int8
-- :col number int8
-- :col kind text
-- :col system text
-- :col label text
-- :col title text
-- :col state text
-- :col version int4
-- :col deletion_id int8?
-- :col parent_id uuid?
-- :col modes text[]
-- :col is_restorable bool
-- :col created_by text
select x.id, x.institution_id, x.number, x.kind, k.system, k.label, x.title, x.state, x.version, x.deletion_id, x.parent_id, k.modes,
	k.is_restorable, x.created_by
from record x join record_kind k on k.name = x.kind where x.id = any ($1::uuid[]) order by x.number;

-- Everything that is deleted with it, locked in the same order.
-- :name record_delete_closure :one
-- :arg ids uuid[]
-- :arg mode text
-- :arg at_most int4
-- :col ids uuid[]
-- :col kinds text[]
-- :col counts int8[]
-- :col has_rights bool
with want as materialized (
	select distinct c as id from unnest($1::uuid[]) u cross join lateral record_closure(u, $2::text) c limit $3::int
), r as materialized (
	select x.id, x.kind, x.rights is not null as has_rights from record x where x.id in (select want.id from want) and x.state = 'active'
	order by x.id for no key update of x
), n as (
	select r.kind, count(*) as n from r group by r.kind
)
select coalesce((select array_agg(r.id order by r.id) from r), '{}') as ids, coalesce((select array_agg(n.kind order by n.kind) from n), '{}') as kinds,
	coalesce((select array_agg(n.n order by n.kind) from n), '{}') as counts, coalesce((select bool_or(r.has_rights) from r), false) as has_rights;

-- How many that would be now: what came while the others were waited for is not locked yet.
-- :name record_delete_closure_size :one
-- :arg ids uuid[]
-- :arg mode text
-- :arg at_most int4
-- :col records int8
select count(*) as records from (
	select distinct c as id from unnest($1::uuid[]) u cross join lateral record_closure(u, $2::text) c limit $3::int) w
join record r on r.id = w.id and r.state = 'active';

-- :name record_delete_blockers :many
-- :arg ids uuid[]
-- :arg mode text
-- :arg at_most int4
-- :col id uuid
-- :col number int8
-- :col kind text
-- :col title text
-- :col rule text
-- :col detail text
select r.id, r.number, r.kind, r.title, b.rule, b.detail
from record_blockers($1::uuid[], $2::text) b join record r on r.id = b.record_id limit $3::int;

-- What is in it, for who looks before: children directly, captures at any depth.
-- :name record_delete_inside :one
-- :arg id uuid
-- :col children int8
-- :col captures int8
with recursive down as (
	select $1::uuid as id
	union
	select c.id from down join record c on c.parent_id = down.id and c.state = 'active'
)
select (select count(*) from record c where c.parent_id = $1::uuid and c.state = 'active') as children,
	(select count(*) from down join record c on c.id = down.id where c.kind = 'mms_capture') as captures;

-- The rights that the children of a container have by being in it, before and after they are moved up (NW-8).
-- :name record_delete_inherited :one
-- :arg id uuid
-- :col lost text
-- :col gained text
-- :col heirs int8
with recursive up as (
	select r.id, r.parent_id, r.rights, 0 as step from record r where r.id = $1::uuid
	union all
	select r.id, r.parent_id, r.rights, up.step + 1 from up join record r on r.id = up.parent_id
)
select coalesce((select u.rights ->> 'name' from up u where u.step = 0), '') as lost,
	coalesce((select u.rights ->> 'name' from up u where u.step > 0 and u.rights is not null order by u.step limit 1), '') as gained,
	(select count(*) from record c where c.parent_id = $1::uuid and c.state = 'active' and c.rights is null) as heirs;

-- :name record_delete_coordinator :opt
-- :arg user_id int8
-- :arg institution_id int8
-- :col id int8
select u.id from active_user u join user_duty d on d.user_id = u.id and d.duty = 'digitization_coordinator'
where u.id = $1::bigint and u.institution_id = $2::bigint;

-- :name record_delete_begin :one
-- :arg institution_id int8
-- :arg origin text
-- :arg actor_kind text
-- :arg actor text
-- :arg actor_label text
-- :arg user_id int8?
-- :arg job text
-- :arg root_id uuid
-- :arg mode text
-- :arg reason_code text
-- :arg reason text
-- :arg is_override bool
-- :arg legacy_uri text
-- :arg confirmations jsonb
-- :arg rights_by int8?
-- :arg records int8
-- :col id int8
with d as (
	insert into deletion (institution_id, planned_at, finished_at) values ($1::bigint, now(), now()) returning id
)
insert into record_deletion (deletion_id, origin, actor_kind, actor, actor_label, user_id, job, root_id, root_kind, mode, reason_code,
	reason, is_override, legacy_uri, confirmations, rights_by, records)
select d.id, $2::text, $3::text, $4::text, $5::text, $6::bigint, $7::text, r.id, r.kind, $9::text, $10::text, $11::text, $12::bool,
	$13::text, $14::jsonb, $15::bigint, $16::bigint
from d join record r on r.id = $8::uuid
returning deletion_id as id;

-- :name record_delete_mark :one
-- :arg deletion_id int8
-- :arg ids uuid[]
-- :col records int8
select record_mark_deleted($1::bigint, $2::uuid[]) as records;

-- Children of a container that is deleted go where it was.
-- :name record_delete_reassign :exec
-- :arg id uuid
update record c set parent_id = p.parent_id, version = c.version + 1, updated_at = now()
from record p where p.id = $1::uuid and c.parent_id = p.id and c.state = 'active';

-- :name record_delete_show :opt
-- :arg scope int8
-- :arg deletion_id int8
-- :col id int8
-- :col institution_id int8
-- :col at timestamptz
-- :col origin text
-- :col actor_kind text
-- :col actor text
-- :col actor_label text
-- :col job text
-- :col root_id uuid
-- :col mode text
-- :col reason_code text
-- :col reason text
-- :col is_override bool
-- :col legacy_uri text
-- :col records int8
select d.id, d.institution_id, d.created_at as at, r.origin, r.actor_kind, r.actor, r.actor_label, r.job, r.root_id, r.mode, r.reason_code,
	r.reason, r.is_override, r.legacy_uri, r.records
from deletion d join record_deletion r on r.deletion_id = d.id
where d.id = $2::bigint and ($1::bigint = 0 or d.institution_id = $1::bigint);

-- What comes back with what is named: below it what was deleted together with it (A-06), above it what is deleted (A-07).
-- :name record_restore_closure :one
-- :arg ids uuid[]
-- :arg alone bool
-- :arg at_most int4
-- :col ids uuid[]
with recursive named as (
	select x.id, x.parent_id, x.deletion_id from record x where x.id = any ($1::uuid[]) and x.state = 'deleted'
), down as (
	select n.id, n.deletion_id from named n
	union
	select c.id, c.deletion_id from down join record c on c.parent_id = down.id and c.state = 'deleted' and c.deletion_id = down.deletion_id
		and not $2::bool
), up as (
	select n.parent_id as id from named n where n.parent_id is not null
	union
	select r.parent_id from up join record r on r.id = up.id where r.parent_id is not null
), want as (
	select down.id from down union select up.id from up
), r as materialized (
	select x.id from record x where x.id in (select want.id from want) and x.state = 'deleted' order by x.id limit $3::int for no key update of x
)
select coalesce(array_agg(r.id order by r.id), '{}') as ids from r;

-- :name record_restore_begin :one
-- :arg institution_id int8
-- :arg restored_by text
-- :arg user_id int8?
-- :arg via text
-- :arg criteria jsonb
-- :arg records int8
-- :col id int8
insert into record_restoration (institution_id, restored_by, user_id, via, criteria, records)
values ($1::bigint, $2::text, $3::bigint, $4::text, $5::jsonb, $6::bigint) returning id;

-- :name record_restore_mark :one
-- :arg restoration_id int8
-- :arg ids uuid[]
-- :arg keep_suppressed bool
-- :col records int8
select record_mark_active($1::bigint, $2::uuid[], $3::bool) as records;

-- A name that somebody else has taken meanwhile.
-- :name record_restore_clash :opt
-- :arg ids uuid[]
-- :col what text
-- :col value text
-- :col number int8
-- :col other_number int8
select w.what, w.value, r.number, o.number as other_number
from record r cross join lateral (values ('identifier', r.local_id), ('HRID', r.hrid), ('barcode', r.barcode)) w (what, value)
join record o on o.institution_id = r.institution_id and o.state = 'active' and o.id <> r.id
	and (w.what = 'identifier' and o.kind = r.kind and o.local_id = w.value or w.what = 'HRID' and o.kind = r.kind and o.hrid = w.value
		or w.what = 'barcode' and o.barcode = w.value)
where r.id = any ($1::uuid[]) and r.state = 'deleted' and w.value <> '' limit 1;

-- One that cannot come back (N-02).
-- :name record_restore_refused :opt
-- :arg ids uuid[]
-- :col number int8
-- :col label text
-- :col system text
select r.number, k.label, k.system from record r join record_kind k on k.name = r.kind
where r.id = any ($1::uuid[]) and not k.is_restorable order by r.number limit 1;

-- :name record_gone_find :opt
-- :arg id uuid
-- :col kind text
-- :col institution_name text
-- :col title text
-- :col deleted_at timestamptz
-- :col reason_code text
select r.kind, i.name as institution_name, case when t.discovery_suppress or t.staff_suppress then '' else t.title end as title, t.deleted_at,
	d.reason_code
from record r join institution i on i.id = r.institution_id
join record_tombstone t on t.record_id = r.id and t.deletion_id = r.deletion_id join record_deletion d on d.deletion_id = r.deletion_id
where r.id = $1::uuid and r.state = 'deleted';

-- :name record_tombstones :many
-- :arg id uuid
-- :col number int8
-- :col institution_id int8
-- :col institution text
-- :col institution_name text
-- :col kind text
-- :col parent_id uuid?
-- :col ancestors uuid[]
-- :col children uuid[]
-- :col event_id uuid
-- :col version int4
-- :col title text
-- :col local_id text
-- :col hrid text
-- :col barcode text
-- :col source text
-- :col discovery_suppress bool
-- :col staff_suppress bool
-- :col marc bytea
-- :col marc_form text
-- :col marc_leader_at int4
-- :col marc_005_at int4
-- :col mods text
-- :col content jsonb
-- :col rights text
-- :col capture_ids text[]
-- :col image_id text
-- :col asset_object_id int8
-- :col asset_file_id int8
-- :col created_by text
-- :col created_at timestamptz
-- :col updated_at timestamptz
-- :col deletion_id int8
-- :col deleted_at timestamptz
-- :col restored_at timestamptz?
-- :col restoration_id int8?
-- :col restored_by text
select r.number, r.institution_id, i.identifier as institution, i.name as institution_name, r.kind, t.parent_id, t.ancestors, t.children,
	t.event_id, t.version, t.title, t.local_id, t.hrid, t.barcode, t.source, t.discovery_suppress, t.staff_suppress,
	coalesce(t.marc, '') as marc, coalesce(t.marc_form, '') as marc_form, coalesce(t.marc_leader_at, 0) as marc_leader_at,
	coalesce(t.marc_005_at, 0) as marc_005_at, coalesce(t.mods, '') as mods, t.content, coalesce(t.rights::text, '') as rights,
	t.capture_ids, t.image_id, coalesce(t.asset_object_id, 0) as asset_object_id, coalesce(t.asset_file_id, 0) as asset_file_id,
	r.created_by, r.created_at, r.updated_at, t.deletion_id, t.deleted_at, t.restored_at, t.restoration_id,
	coalesce(b.restored_by, '') as restored_by
from record r join institution i on i.id = r.institution_id join record_tombstone t on t.record_id = r.id
left join record_restoration b on b.id = t.restoration_id
where r.id = $1::uuid order by t.deletion_id desc;
