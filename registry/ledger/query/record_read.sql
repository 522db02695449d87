-- Reading records.  scope: the institution that may be seen, 0 for all.  A list is picked as numbers from an index, one range
-- for each institution, kind and state, then read.

-- In the order of numbers.
-- :name record_read_pick :one
-- :arg scope int8
-- :arg kind text?
-- :arg system text?
-- :arg state text?
-- :arg newest_first bool
-- :arg from_number int8
-- :arg at_most int4
-- :col numbers int8[]
select coalesce(array_agg(p.number order by case when $5::bool then -p.number else p.number end), '{}') as numbers from (
	select q.number from institution n cross join record_kind k cross join (values ('active'), ('deleted')) s (state) cross join lateral (
		(select r.number from record r where not $5::bool and r.institution_id = n.id and r.kind = k.name and r.state = s.state
			and r.number > $6::bigint order by r.number limit $7::int)
		union all
		(select r.number from record r where $5::bool and r.institution_id = n.id and r.kind = k.name and r.state = s.state
			and r.number < $6::bigint order by r.number desc limit $7::int)) q
	where ($1::bigint = 0 or n.id = $1::bigint) and ($2::text is null or k.name = $2::text) and ($3::text is null or k.system = $3::text)
		and ($4::text is null or s.state = $4::text)
	order by case when $5::bool then -q.number else q.number end limit $7::int) p;

-- At most at_most of them: counting stops there, and needs no order.
-- :name record_read_count :one
-- :arg scope int8
-- :arg kind text?
-- :arg system text?
-- :arg state text?
-- :arg at_most int4
-- :col n int8
select count(*) as n from (
	select from institution n cross join record_kind k cross join (values ('active'), ('deleted')) s (state) cross join lateral (
		select from record r where r.institution_id = n.id and r.kind = k.name and r.state = s.state order by r.number limit $5::int) q
	where ($1::bigint = 0 or n.id = $1::bigint) and ($2::text is null or k.name = $2::text) and ($3::text is null or k.system = $3::text)
		and ($4::text is null or s.state = $4::text) limit $5::int) p;

-- Those in nothing.  Most kinds always are, or never; of the two that may be either there is an index.
-- :name record_read_pick_top :one
-- :arg scope int8
-- :arg kind text?
-- :arg system text?
-- :arg state text?
-- :arg newest_first bool
-- :arg from_number int8
-- :arg at_most int4
-- :col numbers int8[]
select coalesce(array_agg(p.number order by case when $5::bool then -p.number else p.number end), '{}') as numbers from (
	select q.number from institution n cross join record_kind k cross join (values ('active'), ('deleted')) s (state) cross join lateral (
		(select r.number from record r where not $5::bool and k.parents = '{}' and r.institution_id = n.id and r.kind = k.name
			and r.state = s.state and r.number > $6::bigint order by r.number limit $7::int)
		union all
		(select r.number from record r where $5::bool and k.parents = '{}' and r.institution_id = n.id and r.kind = k.name
			and r.state = s.state and r.number < $6::bigint order by r.number desc limit $7::int)
		union all
		(select r.number from record r where not $5::bool and r.parent_id is null and r.kind in ('mms_item', 'alma_collection')
			and r.institution_id = n.id and r.kind = k.name and r.state = s.state and r.number > $6::bigint order by r.number limit $7::int)
		union all
		(select r.number from record r where $5::bool and r.parent_id is null and r.kind in ('mms_item', 'alma_collection')
			and r.institution_id = n.id and r.kind = k.name and r.state = s.state and r.number < $6::bigint
			order by r.number desc limit $7::int)) q
	where not k.needs_parent and ($1::bigint = 0 or n.id = $1::bigint) and ($2::text is null or k.name = $2::text)
		and ($3::text is null or k.system = $3::text) and ($4::text is null or s.state = $4::text)
	order by case when $5::bool then -q.number else q.number end limit $7::int) p;

-- Those directly in a record.
-- :name record_read_pick_in :one
-- :arg scope int8
-- :arg kind text?
-- :arg system text?
-- :arg state text?
-- :arg newest_first bool
-- :arg from_number int8
-- :arg at_most int4
-- :arg parent_id uuid
-- :col numbers int8[]
select coalesce(array_agg(p.number order by case when $5::bool then -p.number else p.number end), '{}') as numbers from (
	select q.number from record up join record_kind k on up.kind = any (k.parents)
	cross join (values ('active'), ('deleted')) s (state) cross join lateral (
		(select r.number from record r where not $5::bool and r.parent_id = up.id and r.state = s.state and r.kind = k.name
			and r.number > $6::bigint order by r.number limit $7::int)
		union all
		(select r.number from record r where $5::bool and r.parent_id = up.id and r.state = s.state and r.kind = k.name
			and r.number < $6::bigint order by r.number desc limit $7::int)) q
	where up.id = $8::uuid and ($1::bigint = 0 or up.institution_id = $1::bigint) and ($2::text is null or k.name = $2::text)
		and ($3::text is null or k.system = $3::text) and ($4::text is null or s.state = $4::text)
	order by case when $5::bool then -q.number else q.number end limit $7::int) p;

-- In the order of titles, those that begin with prefix.  Of a title the index has 255 characters.
-- :name record_read_pick_titled :one
-- :arg scope int8
-- :arg kind text?
-- :arg system text?
-- :arg state text?
-- :arg only_top bool
-- :arg from_number int8
-- :arg at_most int4
-- :arg prefix text
-- :col numbers int8[]
with mark as materialized (
	select coalesce((select left(r.title, 255) from record r where r.number = $6::bigint
		and ($1::bigint = 0 or r.institution_id = $1::bigint)), '') as name
)
select coalesce(array_agg(p.number order by p.name collate "C", p.number), '{}') as numbers from (
	select q.number, q.name from mark cross join institution n cross join record_kind k
	cross join (values ('active'), ('deleted')) s (state) cross join lateral (
		select r.number, left(r.title, 255) as name from record r where r.institution_id = n.id and r.kind = k.name and r.state = s.state
			and (left(r.title, 255) collate "C", r.number) > (mark.name, $6::bigint)
			and left(r.title, 255) collate "C" >= $8::text and left(r.title, 255) collate "C" < $8::text || chr(1114111)
			and (not $5::bool or r.parent_id is null)
		order by left(r.title, 255) collate "C", r.number limit $7::int) q
	where ($1::bigint = 0 or n.id = $1::bigint) and ($2::text is null or k.name = $2::text) and ($3::text is null or k.system = $3::text)
		and ($4::text is null or s.state = $4::text)
	order by q.name collate "C", q.number limit $7::int) p;

-- By what its system calls it: the first of the three that is not '' is looked up, the others leave out.
-- :name record_read_pick_called :one
-- :arg scope int8
-- :arg kind text?
-- :arg system text?
-- :arg state text?
-- :arg newest_first bool
-- :arg from_number int8
-- :arg at_most int4
-- :arg local_id text
-- :arg hrid text
-- :arg barcode text
-- :arg parent_id uuid?
-- :arg only_top bool
-- :arg prefix text
-- :col numbers int8[]
select coalesce(array_agg(p.number order by case when $5::bool then -p.number else p.number end), '{}') as numbers from (
	select q.number from institution n cross join record_kind k cross join lateral (
		select r.* from record r where $8::text <> '' and r.institution_id = n.id and r.kind = k.name and r.local_id = $8::text
			and r.local_id <> '' and r.state = 'active'
		union all
		select r.* from record r where $8::text <> '' and r.institution_id = n.id and r.kind = k.name and r.local_id = $8::text
			and r.local_id <> '' and r.state = 'deleted'
		union all
		select r.* from record r where $8::text = '' and $9::text <> '' and r.institution_id = n.id and r.kind = k.name and r.hrid = $9::text
			and r.hrid <> '' and r.state = 'active'
		union all
		select r.* from record r where $8::text = '' and $9::text <> '' and r.institution_id = n.id and r.kind = k.name and r.hrid = $9::text
			and r.hrid <> '' and r.state = 'deleted'
		union all
		select r.* from record r where $8::text = '' and $9::text = '' and r.institution_id = n.id and r.kind = k.name
			and r.barcode = $10::text and r.barcode <> '' and r.state = 'active'
		union all
		select r.* from record r where $8::text = '' and $9::text = '' and r.institution_id = n.id and r.kind = k.name
			and r.barcode = $10::text and r.barcode <> '' and r.state = 'deleted') q
	where ($1::bigint = 0 or n.id = $1::bigint) and ($2::text is null or k.name = $2::text) and ($3::text is null or k.system = $3::text)
		and ($4::text is null or q.state = $4::text) and ($9::text = '' or q.hrid = $9::text) and ($10::text = '' or q.barcode = $10::text)
		and ($11::uuid is null or q.parent_id = $11::uuid) and (not $12::bool or q.parent_id is null)
		and starts_with(q.title, $13::text) and case when $5::bool then q.number < $6::bigint else q.number > $6::bigint end
	order by case when $5::bool then -q.number else q.number end limit $7::int) p;

-- :name record_read_find :opt
-- :arg scope int8
-- :arg id uuid
-- :col number int8
select r.number from record r where r.id = $2::uuid and ($1::bigint = 0 or r.institution_id = $1::bigint);

-- By kind and one of its names: the active one, else the one that was deleted last.
-- :name record_read_find_named :opt
-- :arg scope int8
-- :arg kind text
-- :arg number int8
-- :arg local_id text
-- :arg hrid text
-- :col number int8
select q.number from (
	(select r.number, r.state, r.deleted_at from record r where r.number = $3::bigint and r.kind = $2::text
		and ($1::bigint = 0 or r.institution_id = $1::bigint))
	union all
	(select r.number, r.state, r.deleted_at from institution n join record r on r.institution_id = n.id and r.kind = $2::text
			and r.local_id = $4::text and r.local_id <> '' and r.state = 'active'
		where $3::bigint = 0 and ($1::bigint = 0 or n.id = $1::bigint))
	union all
	(select r.number, r.state, r.deleted_at from institution n join record r on r.institution_id = n.id and r.kind = $2::text
			and r.local_id = $4::text and r.local_id <> '' and r.state = 'deleted'
		where $3::bigint = 0 and ($1::bigint = 0 or n.id = $1::bigint))
	union all
	(select r.number, r.state, r.deleted_at from institution n join record r on r.institution_id = n.id and r.kind = $2::text
			and r.hrid = $5::text and r.hrid <> '' and r.state = 'active'
		where $3::bigint = 0 and $4::text = '' and ($1::bigint = 0 or n.id = $1::bigint))
	union all
	(select r.number, r.state, r.deleted_at from institution n join record r on r.institution_id = n.id and r.kind = $2::text
			and r.hrid = $5::text and r.hrid <> '' and r.state = 'deleted'
		where $3::bigint = 0 and $4::text = '' and ($1::bigint = 0 or n.id = $1::bigint))) q
order by q.state, q.deleted_at desc, q.number desc limit 1;

-- Payloads only where with_payloads; of deleted records only those of deleted_scope: as scope, -1 for none.
-- :name record_read_rows :many
-- :arg scope int8
-- :arg numbers int8[]
-- :arg with_payloads bool
-- :arg deleted_scope int8
-- :col id uuid
-- :col number int8
-- :col institution_id int8
-- :col institution text
-- :col institution_name text
-- :col kind text
-- :col parent_id uuid?
-- :col source text
-- :col is_deleted bool
-- :col version int4
-- :col title text
-- :col local_id text
-- :col hrid text
-- :col barcode text
-- :col discovery_suppress bool
-- :col staff_suppress bool
-- :col marc bytea?
-- :col marc_form text?
-- :col marc_leader_at int4?
-- :col marc_005_at int4?
-- :col mods text?
-- :col content jsonb?
-- :col rights jsonb?
-- :col capture_ids text[]
-- :col capture_status text
-- :col work_order text
-- :col image_id text
-- :col asset_object_id int8
-- :col asset_file_id int8
-- :col has_asset bool
-- :col created_by text
-- :col created_at timestamptz
-- :col updated_at timestamptz
-- :col deleted_at timestamptz?
-- :col deletion_id int8
select r.id, r.number, r.institution_id, n.identifier as institution, n.name as institution_name, r.kind, r.parent_id, r.source,
	r.state = 'deleted' as is_deleted, r.version, r.title, r.local_id, r.hrid, r.barcode, r.discovery_suppress, r.staff_suppress,
	case when s.is_shown then r.marc end as marc, case when s.is_shown then r.marc_form end as marc_form,
	case when s.is_shown then r.marc_leader_at end as marc_leader_at, case when s.is_shown then r.marc_005_at end as marc_005_at,
	case when s.is_shown then r.mods end as mods, case when s.is_shown then r.content end as content, r.rights, r.capture_ids,
	r.capture_status, r.work_order, r.image_id, coalesce(r.asset_object_id, 0) as asset_object_id,
	coalesce(r.asset_file_id, 0) as asset_file_id,
	case when r.kind = 'mms_capture' and (r.asset_object_id is not null or r.asset_file_id is not null or r.image_id <> '')
		then record_has_asset(r.institution_id, r.asset_object_id, r.asset_file_id, r.image_id) else false end as has_asset,
	r.created_by, r.created_at, r.updated_at, r.deleted_at, coalesce(r.deletion_id, 0) as deletion_id
from unnest($2::bigint[]) with ordinality p (number, place) join record r on r.number = p.number
join institution n on n.id = r.institution_id
cross join lateral (select $3::bool and (r.state = 'active' or $4::bigint in (0, r.institution_id)) as is_shown) s
where $1::bigint = 0 or r.institution_id = $1::bigint order by p.place;

-- What a record is in, nearest first.  The ledger lets no circle be made; the steps have an end all the same.
-- :name record_read_path :opt
-- :arg scope int8
-- :arg id uuid
-- :arg steps_max int4
-- :col numbers int8[]
with recursive up as (
	select r.number, r.parent_id, 0 as step from record r where r.id = $2::uuid and ($1::bigint = 0 or r.institution_id = $1::bigint)
	union all
	select r.number, r.parent_id, up.step + 1 from up join record r on r.id = up.parent_id where up.step < $3::int
)
select coalesce(array_agg(up.number order by up.step) filter (where up.step > 0), '{}') as numbers from up having count(*) > 0;

-- The active records in a record, at any depth.
-- :name record_read_contents :many
-- :arg id uuid
-- :col kind text
-- :col n int8
with recursive down as (
	select r.id, r.kind from record r where r.parent_id = $1::uuid and r.state = 'active'
	union all
	select c.id, c.kind from down cross join lateral (
		select r.id, r.kind from record r where r.parent_id = down.id and r.state = 'active' offset 0) c
)
select down.kind, count(*) as n from down group by down.kind;
