-- What exports of records read, all of it in one snapshot: see record_export.c.  The statements of records have the same
-- columns.

-- For the rest of the transaction: as long as it takes, and never by sorting records with all they hold.
-- :name record_export_begin :one
-- :col is_seed bool
-- :col ignored text
select p.compat_folio = 'seed' as is_seed,
	set_config('statement_timeout', '0', true) || set_config('enable_sort', 'off', true) as ignored
from oai_policy p;

-- :name record_export_institutions :many
-- :arg scope int8
-- :col id int8
select i.id from institution i where $1::bigint = 0 or i.id = $1::bigint order by i.id;

-- Of one kind, in order of numbers.  hidden: '' whichever, 'yes' instances of FOLIO that are suppressed
-- twice (F-47), 'no' all others.
-- :name record_export_rows :each
-- :arg institution_id int8
-- :arg kind text
-- :arg state text
-- :arg suppressed bool
-- :arg hidden text
-- :arg wants_marc bool
-- :arg wants_mods bool
-- :arg wants_tombstone bool
-- :col id uuid
-- :col kind text
-- :col source text
-- :col is_deleted bool
-- :col hrid text
-- :col local_id text
-- :col title text
-- :col updated_at timestamptz
-- :col deleted_at timestamptz?
-- :col has_marc bool
-- :col marc bytea?
-- :col marc_form text
-- :col leader_at int4
-- :col at_005 int4
-- :col mods text?
-- :col parent_hrid text
-- :col deletion_id int8
-- :col origin text
-- :col actor text
-- :col mode text
-- :col reason text
-- :col event_id uuid?
-- :col tombstone jsonb?
select r.id, r.kind, r.source, r.state = 'deleted' as is_deleted, r.hrid, r.local_id, r.title, r.updated_at, r.deleted_at,
	r.marc is not null as has_marc, case when $6::boolean then r.marc end as marc, coalesce(r.marc_form, '') as marc_form,
	coalesce(r.marc_leader_at, 0) as leader_at, coalesce(r.marc_005_at, 0) as at_005, case when $7::boolean then r.mods end as mods,
	coalesce(case when $6::boolean and r.marc is null and r.kind = 'holdings' then
		(select p.hrid from record p where p.id = r.parent_id) end, '') as parent_hrid,
	coalesce(r.deletion_id, 0) as deletion_id, coalesce(d.origin, '') as origin, coalesce(d.actor, '') as actor,
	coalesce(d.mode, '') as mode, coalesce(nullif(d.reason, ''), d.reason_code, '') as reason, t.event_id,
	case when $8::boolean then to_jsonb(t) - 'marc' || jsonb_build_object('marc_base64',
		translate(encode(t.marc, 'base64'), E'\n', ''), 'deletion', to_jsonb(d)) end as tombstone
from record r left join record_deletion d on d.deletion_id = r.deletion_id
left join record_tombstone t on $8::boolean and t.record_id = r.id and t.deletion_id = r.deletion_id
where r.institution_id = $1::bigint and r.kind = $2::text and r.state = $3::text and ($4::boolean or not r.discovery_suppress)
	and ($5::text = '' or ($5::text = 'yes') = (r.kind = 'instance' and r.source <> 'MARC' and r.discovery_suppress and r.staff_suppress))
order by r.number;

-- What was deleted within some time, in that order.
-- :name record_export_dated :each
-- :arg institution_id int8
-- :arg kinds text[]
-- :arg begins timestamptz
-- :arg ends timestamptz
-- :arg wants_marc bool
-- :arg wants_mods bool
-- :arg wants_tombstone bool
-- :col id uuid
-- :col kind text
-- :col source text
-- :col is_deleted bool
-- :col hrid text
-- :col local_id text
-- :col title text
-- :col updated_at timestamptz
-- :col deleted_at timestamptz?
-- :col has_marc bool
-- :col marc bytea?
-- :col marc_form text
-- :col leader_at int4
-- :col at_005 int4
-- :col mods text?
-- :col parent_hrid text
-- :col deletion_id int8
-- :col origin text
-- :col actor text
-- :col mode text
-- :col reason text
-- :col event_id uuid?
-- :col tombstone jsonb?
select r.id, r.kind, r.source, r.state = 'deleted' as is_deleted, r.hrid, r.local_id, r.title, r.updated_at, r.deleted_at,
	r.marc is not null as has_marc, case when $5::boolean then r.marc end as marc, coalesce(r.marc_form, '') as marc_form,
	coalesce(r.marc_leader_at, 0) as leader_at, coalesce(r.marc_005_at, 0) as at_005, case when $6::boolean then r.mods end as mods,
	coalesce(case when $5::boolean and r.marc is null and r.kind = 'holdings' then
		(select p.hrid from record p where p.id = r.parent_id) end, '') as parent_hrid,
	coalesce(r.deletion_id, 0) as deletion_id, coalesce(d.origin, '') as origin, coalesce(d.actor, '') as actor,
	coalesce(d.mode, '') as mode, coalesce(nullif(d.reason, ''), d.reason_code, '') as reason, t.event_id,
	case when $7::boolean then to_jsonb(t) - 'marc' || jsonb_build_object('marc_base64',
		translate(encode(t.marc, 'base64'), E'\n', ''), 'deletion', to_jsonb(d)) end as tombstone
from record r left join record_deletion d on d.deletion_id = r.deletion_id
left join record_tombstone t on $7::boolean and t.record_id = r.id and t.deletion_id = r.deletion_id
where r.institution_id = $1::bigint and r.state = 'deleted' and r.kind = any ($2::text[]) and r.deleted_at >= $3::timestamptz
	and r.deleted_at < $4::timestamptz
order by r.deleted_at, r.number;

-- :name record_export_named :each
-- :arg scope int8
-- :arg kinds text[]
-- :arg ids uuid[]
-- :arg state text
-- :arg suppressed bool
-- :arg hidden text
-- :arg wants_marc bool
-- :arg wants_mods bool
-- :arg wants_tombstone bool
-- :col id uuid
-- :col kind text
-- :col source text
-- :col is_deleted bool
-- :col hrid text
-- :col local_id text
-- :col title text
-- :col updated_at timestamptz
-- :col deleted_at timestamptz?
-- :col has_marc bool
-- :col marc bytea?
-- :col marc_form text
-- :col leader_at int4
-- :col at_005 int4
-- :col mods text?
-- :col parent_hrid text
-- :col deletion_id int8
-- :col origin text
-- :col actor text
-- :col mode text
-- :col reason text
-- :col event_id uuid?
-- :col tombstone jsonb?
select r.id, r.kind, r.source, r.state = 'deleted' as is_deleted, r.hrid, r.local_id, r.title, r.updated_at, r.deleted_at,
	r.marc is not null as has_marc, case when $7::boolean then r.marc end as marc, coalesce(r.marc_form, '') as marc_form,
	coalesce(r.marc_leader_at, 0) as leader_at, coalesce(r.marc_005_at, 0) as at_005, case when $8::boolean then r.mods end as mods,
	coalesce(case when $7::boolean and r.marc is null and r.kind = 'holdings' then
		(select p.hrid from record p where p.id = r.parent_id) end, '') as parent_hrid,
	coalesce(r.deletion_id, 0) as deletion_id, coalesce(d.origin, '') as origin, coalesce(d.actor, '') as actor,
	coalesce(d.mode, '') as mode, coalesce(nullif(d.reason, ''), d.reason_code, '') as reason, t.event_id,
	case when $9::boolean then to_jsonb(t) - 'marc' || jsonb_build_object('marc_base64',
		translate(encode(t.marc, 'base64'), E'\n', ''), 'deletion', to_jsonb(d)) end as tombstone
from record r left join record_deletion d on d.deletion_id = r.deletion_id
left join record_tombstone t on $9::boolean and t.record_id = r.id and t.deletion_id = r.deletion_id
where r.id = any ($3::uuid[]) and ($1::bigint = 0 or r.institution_id = $1::bigint) and r.kind = any ($2::text[])
	and r.state = $4::text and ($5::boolean or not r.discovery_suppress)
	and ($6::text = '' or ($6::text = 'yes') = (r.kind = 'instance' and r.source <> 'MARC' and r.discovery_suppress and r.staff_suppress));

-- Named, and not there.
-- :name record_export_missing :each
-- :arg scope int8
-- :arg kinds text[]
-- :arg ids uuid[]
-- :col id uuid
select w.id from (select distinct u as id from unnest($3::uuid[]) u) w
where not exists (select from record r where r.id = w.id and ($1::bigint = 0 or r.institution_id = $1::bigint) and r.kind = any ($2::text[]));
