-- What OAI-PMH shows.  Spec: records.md 3.

-- :name oai_policy :one
-- :col deleted_record text
-- :col expose_holdings bool
-- :col expose_objects bool
-- :col suppressed text
-- :col compat_folio text
-- :col deleted_record_since timestamptz
select deleted_record, expose_holdings, expose_objects, suppressed, compat_folio, deleted_record_since from oai_policy;

-- :name oai_token_key :one
-- :col key bytea
select key from oai_token_key;

-- :name oai_stamp :one
-- :arg at_most int4
-- :col n int8
select oai_stamp($1::int) as n;

-- :name oai_begin :one
-- :col at timestamptz
select oai_begin() as at;

-- The oldest datestamp: the first entry of each kind's part of the index.
-- :name oai_earliest :one
-- :arg kinds text[]
-- :col at timestamptz?
select min(f.datestamp) as at from unnest($1::text[]) k (name) cross join lateral (
	select i.datestamp from oai_item i where i.kind = k.name order by i.datestamp, i.id limit 1
) f;

-- :name oai_institutions :many
-- :col identifier text
-- :col name text
select identifier, name from institution order by identifier;

-- :name oai_institution :opt
-- :arg identifier text
-- :col id int8
select id from institution where identifier = $1::text;

-- A page: of each kind the next few, and of these the next few.  Each branch is a range of its index and stops at
-- at_most, so that neither the size of the list nor the number of tombstones counts.
-- :name oai_page :many
-- :arg kinds text[]
-- :arg after timestamptz
-- :arg after_id uuid
-- :arg until timestamptz
-- :arg hides_deleted bool
-- :arg hides_suppressed bool
-- :arg at_most int4
-- :col id uuid
-- :col datestamp timestamptz
select p.id, p.datestamp from unnest($1::text[]) k (name) cross join lateral (
	select i.id, i.datestamp from oai_item i
	where i.kind = k.name and (i.datestamp, i.id) > ($2::timestamptz, $3::uuid)
		and i.datestamp <= $4::timestamptz and not ($5::boolean and i.is_deleted)
		and not (($6::boolean or i.kind = 'intellectual_object') and i.is_suppressed and (not i.was_shown or $5::boolean))
	order by i.datestamp, i.id limit $7::int
) p order by p.datestamp, p.id limit $7::int;

-- :name oai_page_institution :many
-- :arg kinds text[]
-- :arg after timestamptz
-- :arg after_id uuid
-- :arg until timestamptz
-- :arg hides_deleted bool
-- :arg hides_suppressed bool
-- :arg at_most int4
-- :arg institution_id int8
-- :col id uuid
-- :col datestamp timestamptz
select p.id, p.datestamp from unnest($1::text[]) k (name) cross join lateral (
	select i.id, i.datestamp from oai_item i
	where i.institution_id = $8::bigint and i.kind = k.name
		and (i.datestamp, i.id) > ($2::timestamptz, $3::uuid) and i.datestamp <= $4::timestamptz and not ($5::boolean and i.is_deleted)
		and not (($6::boolean or i.kind = 'intellectual_object') and i.is_suppressed and (not i.was_shown or $5::boolean))
	order by i.datestamp, i.id limit $7::int
) p order by p.datestamp, p.id limit $7::int;

-- Items as they are shown, in order of their datestamps.  What was deleted a moment ago, and has no new datestamp yet, is
-- not shown as live.  Payloads of what is deleted are not even read.
-- :name oai_items :many
-- :arg ids uuid[]
-- :arg with_marc bool
-- :arg with_mods bool
-- :arg with_content bool
-- :col id uuid
-- :col institution_id int8
-- :col institution text
-- :col kind text
-- :col is_deleted bool
-- :col is_suppressed bool
-- :col was_shown bool
-- :col datestamp timestamptz
-- :col source text
-- :col origin text
-- :col title text
-- :col local_id text
-- :col hrid text
-- :col has_marc bool
-- :col has_mods bool
-- :col marc bytea?
-- :col marc_form text
-- :col marc_leader_at int4
-- :col marc_005_at int4
-- :col mods text?
-- :col content jsonb
-- :col updated_at timestamptz
-- :col object_id int8
-- :col object_identifier text
-- :col object_description text
-- :col object_created_at timestamptz
select i.id, i.institution_id, n.identifier as institution, i.kind, i.is_deleted or now.is_gone as is_deleted,
	i.is_suppressed or now.is_suppressed as is_suppressed, i.was_shown, i.datestamp, coalesce(r.source, 'NONE') as source,
	coalesce(d.origin, '') as origin, coalesce(r.title, o.title, '') as title, coalesce(r.local_id, '') as local_id,
	coalesce(r.hrid, '') as hrid, r.marc is not null as has_marc, r.mods is not null as has_mods,
	case when $2::boolean and not now.is_gone and not i.is_deleted then r.marc end as marc, coalesce(r.marc_form, '') as marc_form,
	coalesce(r.marc_leader_at, 0) as marc_leader_at, coalesce(r.marc_005_at, 0) as marc_005_at,
	case when $3::boolean and not now.is_gone and not i.is_deleted then r.mods end as mods,
	case when $4::boolean and not now.is_gone and not i.is_deleted then coalesce(r.content, '{}') else '{}' end as content,
	coalesce(r.updated_at, i.datestamp) as updated_at, coalesce(o.id, 0) as object_id,
	coalesce(o.identifier, '') as object_identifier, coalesce(o.description, '') as object_description,
	coalesce(o.created_at, i.datestamp) as object_created_at
from oai_item i join institution n on n.id = i.institution_id
left join record r on i.object_id is null and r.id = i.id left join record_deletion d on d.deletion_id = r.deletion_id
left join intellectual_object o on o.id = i.object_id
cross join lateral (select coalesce(r.state = 'deleted', o.state = 'D', false) as is_gone,
	coalesce(r.discovery_suppress, o.access = 'restricted', false) as is_suppressed) now
where i.id = any ($1::uuid[])
order by i.datestamp, i.id;

-- What is held of titles: each live item, and holdings without items; of each title at_most.  The keys are those of FOLIO's
-- JSON; what an item does not say for itself, its holdings say.
-- :name oai_holdings :many
-- :arg title_ids uuid[]
-- :arg hides_suppressed bool
-- :arg at_most int4
-- :col title_id uuid
-- :col institution text
-- :col campus text
-- :col library text
-- :col location text
-- :col location_name text
-- :col call_number text
-- :col call_number_prefix text
-- :col call_number_suffix text
-- :col call_number_type text
-- :col material_type text
-- :col volume text
-- :col enumeration text
-- :col chronology text
-- :col barcode text
-- :col copy_number text
-- :col loan_type text
-- :col ill_policy text
-- :col is_suppressed bool
select t.id as title_id, coalesce(l.at ->> 'institution', n.name) as institution, coalesce(l.at ->> 'campus', '') as campus,
	coalesce(l.at ->> 'library', '') as library, coalesce(l.at ->> 'code', l.at ->> 'name', '') as location,
	coalesce(l.at ->> 'name', '') as location_name,
	coalesce(p.item ->> 'itemLevelCallNumber', p.held ->> 'callNumber', '') as call_number,
	coalesce(p.item ->> 'itemLevelCallNumberPrefix', p.held ->> 'callNumberPrefix', '') as call_number_prefix,
	coalesce(p.item ->> 'itemLevelCallNumberSuffix', p.held ->> 'callNumberSuffix', '') as call_number_suffix,
	coalesce(p.item ->> 'itemLevelCallNumberType', p.held ->> 'callNumberType', '') as call_number_type,
	coalesce(p.item -> 'materialType' ->> 'name', p.item ->> 'materialType', '') as material_type,
	coalesce(p.item ->> 'volume', '') as volume, coalesce(p.item ->> 'enumeration', '') as enumeration,
	coalesce(p.item ->> 'chronology', '') as chronology, p.barcode,
	coalesce(p.item ->> 'copyNumber', p.held ->> 'copyNumber', '') as copy_number,
	coalesce(p.item -> 'temporaryLoanType' ->> 'name', p.item ->> 'temporaryLoanType', p.item -> 'permanentLoanType' ->> 'name',
		p.item ->> 'permanentLoanType', '') as loan_type,
	coalesce(p.held -> 'illPolicy' ->> 'name', p.held ->> 'illPolicy', '') as ill_policy, p.is_suppressed
from unnest($1::uuid[]) t (id) cross join lateral (
	select h.content as held, coalesce(x.content, '{}') as item, coalesce(x.barcode, '') as barcode, h.institution_id,
		h.number as h_number, x.number as x_number, h.discovery_suppress or coalesce(x.discovery_suppress, false) as is_suppressed
	from record h left join record x on x.parent_id = h.id and x.state = 'active' and x.kind in ('item', 'alma_item')
	where h.parent_id = t.id and h.state = 'active' and h.kind in ('holdings', 'alma_holding')
		and not ($2::boolean and (h.discovery_suppress or coalesce(x.discovery_suppress, false)))
	order by h.number, x.number limit $3::int
) p join institution n on n.id = p.institution_id
cross join lateral (select case when jsonb_typeof(p.item -> 'location') = 'object' then p.item -> 'location'
	when jsonb_typeof(p.held -> 'location') = 'object' then p.held -> 'location' else '{}' end as at) l
order by t.id, p.h_number, p.x_number;

-- Where titles can be read: the electronic access of the title and of its live holdings, and its portfolios.
-- :name oai_access :many
-- :arg title_ids uuid[]
-- :arg hides_suppressed bool
-- :arg at_most int4
-- :col title_id uuid
-- :col uri text
-- :col link_text text
-- :col materials text
-- :col public_note text
-- :col is_suppressed bool
select t.id as title_id, e.at ->> 'uri' as uri, coalesce(e.at ->> 'linkText', '') as link_text,
	coalesce(e.at ->> 'materialsSpecification', '') as materials, coalesce(e.at ->> 'publicNote', '') as public_note, e.is_suppressed
from unnest($1::uuid[]) t (id) cross join lateral (
	select a.at, r.discovery_suppress as is_suppressed, r.number
	from record r cross join lateral jsonb_array_elements(
		case when jsonb_typeof(r.content -> 'electronicAccess') = 'array' then r.content -> 'electronicAccess' else '[]' end) a (at)
	where (r.id = t.id or r.parent_id = t.id and r.kind in ('holdings', 'alma_holding', 'alma_portfolio')) and r.state = 'active'
		and not ($2::boolean and r.discovery_suppress) and a.at ->> 'uri' <> ''
	order by r.number limit $3::int
) e order by t.id, e.number;
