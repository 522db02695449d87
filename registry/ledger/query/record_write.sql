-- Writing records.

-- :name record_write_lock :opt
-- :arg id uuid
-- :col number int8
-- :col institution_id int8
-- :col kind text
-- :col parent_id uuid?
-- :col source text
-- :col is_deleted bool
-- :col version int4
-- :col marc_status int4?
-- :col deleted_at timestamptz?
select r.number, r.institution_id, r.kind, r.parent_id, r.source, r.state = 'deleted' as is_deleted, r.version,
	get_byte(r.marc, r.marc_leader_at + 5) as marc_status, r.deleted_at
from record r where r.id = $1::uuid for no key update;

-- A record and all that it is in, the outermost first, kept as they are until the transaction ends: nobody deletes one of
-- them meanwhile, and no two moves make a circle.
-- :name record_write_hold :many
-- :arg id uuid
-- :arg steps_max int4
-- :col id uuid
-- :col number int8
-- :col institution_id int8
-- :col title text
-- :col is_deleted bool
with recursive up as (
	select r.id, r.parent_id, 0 as step from record r where r.id = $1::uuid
	union all
	select r.id, r.parent_id, up.step + 1 from up join record r on r.id = up.parent_id where up.step < $2::int
)
select r.id, r.number, r.institution_id, r.title, r.state = 'deleted' as is_deleted from up join record r on r.id = up.id
order by up.step desc for share of r;

-- Assets are of the record's own institution.
-- :name record_write_assets :one
-- :arg institution_id int8
-- :arg object_id int8
-- :arg file_id int8
-- :col has_object bool
-- :col has_file bool
select $2::bigint <= 0 or exists (select from intellectual_object o where o.id = $2::bigint and o.institution_id = $1::bigint) as has_object,
	$3::bigint <= 0 or exists (select from generic_file f where f.id = $3::bigint and f.institution_id = $1::bigint) as has_file;

-- :name record_write_insert :one
-- :arg id uuid?
-- :arg institution_id int8
-- :arg kind text
-- :arg parent_id uuid?
-- :arg source text
-- :arg title text
-- :arg local_id text?
-- :arg hrid text?
-- :arg barcode text?
-- :arg discovery_suppress bool
-- :arg staff_suppress bool
-- :arg marc bytea?
-- :arg marc_form text?
-- :arg marc_leader_at int4?
-- :arg marc_005_at int4?
-- :arg mods text?
-- :arg content jsonb?
-- :arg rights jsonb?
-- :arg capture_ids text[]
-- :arg capture_status text?
-- :arg work_order text?
-- :arg image_id text?
-- :arg asset_object_id int8
-- :arg asset_file_id int8
-- :arg created_by text
-- :col id uuid
-- :col number int8
insert into record (id, institution_id, kind, parent_id, source, title, local_id, hrid, barcode, discovery_suppress, staff_suppress,
	marc, marc_form, marc_leader_at, marc_005_at, mods, content, rights, capture_ids, capture_status, work_order, image_id,
	asset_object_id, asset_file_id, created_by)
values (coalesce($1::uuid, gen_random_uuid()), $2::bigint, $3::text, $4::uuid, $5::text, $6::text, coalesce($7::text, ''),
	coalesce($8::text, ''), coalesce($9::text, ''), $10::bool, $11::bool, $12::bytea, $13::text, $14::int, $15::int, $16::text,
	coalesce($17::jsonb, '{}'), $18::jsonb, $19::text[], coalesce($20::text, ''), coalesce($21::text, ''), coalesce($22::text, ''),
	case when $23::bigint > 0 then $23::bigint end, case when $24::bigint > 0 then $24::bigint end, $25::text)
returning id, number;

-- What is null stays as it is.  An asset of 0 does too; one of -1 goes.
-- :name record_write_update :exec
-- :arg id uuid
-- :arg moves bool
-- :arg parent_id uuid?
-- :arg source text?
-- :arg title text?
-- :arg local_id text?
-- :arg hrid text?
-- :arg barcode text?
-- :arg discovery_suppress bool?
-- :arg staff_suppress bool?
-- :arg marc bytea?
-- :arg marc_form text?
-- :arg marc_leader_at int4?
-- :arg marc_005_at int4?
-- :arg mods text?
-- :arg content jsonb?
-- :arg sets_rights bool
-- :arg rights jsonb?
-- :arg capture_ids text[]?
-- :arg capture_status text?
-- :arg work_order text?
-- :arg image_id text?
-- :arg asset_object_id int8
-- :arg asset_file_id int8
update record r set version = r.version + 1, updated_at = now(), parent_id = case when $2::bool then $3::uuid else r.parent_id end,
	source = coalesce($4::text, r.source), title = coalesce($5::text, r.title), local_id = coalesce($6::text, r.local_id),
	hrid = coalesce($7::text, r.hrid), barcode = coalesce($8::text, r.barcode),
	discovery_suppress = coalesce($9::bool, r.discovery_suppress), staff_suppress = coalesce($10::bool, r.staff_suppress),
	marc = coalesce($11::bytea, r.marc), marc_form = coalesce($12::text, r.marc_form),
	marc_leader_at = coalesce($13::int, r.marc_leader_at), marc_005_at = coalesce($14::int, r.marc_005_at),
	mods = coalesce($15::text, r.mods), content = coalesce($16::jsonb, r.content),
	rights = case when $17::bool then $18::jsonb else r.rights end, capture_ids = coalesce($19::text[], r.capture_ids),
	capture_status = coalesce($20::text, r.capture_status), work_order = coalesce($21::text, r.work_order),
	image_id = coalesce($22::text, r.image_id),
	asset_object_id = case $23::bigint when 0 then r.asset_object_id when -1 then null else $23::bigint end,
	asset_file_id = case $24::bigint when 0 then r.asset_file_id when -1 then null else $24::bigint end
where r.id = $1::uuid;

-- The flags alone, of a record that has just come back.
-- :name record_write_flags :exec
-- :arg id uuid
-- :arg discovery_suppress bool?
-- :arg staff_suppress bool?
update record r set updated_at = now(), discovery_suppress = coalesce($2::bool, r.discovery_suppress),
	staff_suppress = coalesce($3::bool, r.staff_suppress) where r.id = $1::uuid;

-- :name record_write_version :one
-- :arg id uuid
-- :col version int4
select r.version from record r where r.id = $1::uuid;

-- Imports of one name take turns, so that the second finds what the first has made.
-- :name record_write_turn :one
-- :arg institution_id int8
-- :arg kind text
-- :arg name text
-- :col waited bool
select pg_advisory_xact_lock(hashtextextended(format('%s %s %s', $2::text, $1::bigint, $3::text), 0)) is null as waited;

-- By one of the two: the active one, else the one that was deleted last.
-- :name record_write_called :opt
-- :arg institution_id int8
-- :arg kind text
-- :arg local_id text
-- :arg hrid text
-- :col id uuid
-- :col is_deleted bool
-- :col is_restorable bool
select q.id, q.state = 'deleted' as is_deleted, k.is_restorable from (
	select r.id, r.state, r.deleted_at, r.number from record r where r.institution_id = $1::bigint and r.kind = $2::text
		and r.local_id = $3::text and r.local_id <> '' and r.state = 'active'
	union all
	select r.id, r.state, r.deleted_at, r.number from record r where r.institution_id = $1::bigint and r.kind = $2::text
		and r.local_id = $3::text and r.local_id <> '' and r.state = 'deleted'
	union all
	select r.id, r.state, r.deleted_at, r.number from record r where $3::text = '' and r.institution_id = $1::bigint and r.kind = $2::text
		and r.hrid = $4::text and r.hrid <> '' and r.state = 'active'
	union all
	select r.id, r.state, r.deleted_at, r.number from record r where $3::text = '' and r.institution_id = $1::bigint and r.kind = $2::text
		and r.hrid = $4::text and r.hrid <> '' and r.state = 'deleted') q
join record_kind k on k.name = $2::text order by q.state, q.deleted_at desc, q.number desc limit 1;

-- Both ends, kept until the transaction ends.
-- :name record_write_ends :many
-- :arg from_id uuid
-- :arg to_id uuid
-- :col id uuid
-- :col number int8
-- :col institution_id int8
-- :col kind text
-- :col is_deleted bool
select r.id, r.number, r.institution_id, r.kind, r.state = 'deleted' as is_deleted from record r
where r.id in ($1::uuid, $2::uuid) order by r.id for share;

-- :name record_write_link :exec
-- :arg from_id uuid
-- :arg to_id uuid
-- :arg kind text
insert into record_link (from_id, to_id, kind) values ($1::uuid, $2::uuid, $3::text) on conflict do nothing;

-- :name record_write_unlink :exec
-- :arg from_id uuid
-- :arg to_id uuid
-- :arg kind text
delete from record_link l where l.from_id = $1::uuid and l.to_id = $2::uuid and l.kind = $3::text;
