-- The same of work items.

-- In order of updated_at, behind from_at and from_id, as far as stop_at.
-- :name read_work_item_pick_by_time :one
-- :arg scope int8
-- :arg statuses text[]
-- :arg action text?
-- :arg newest_first bool
-- :arg from_at timestamptz
-- :arg from_id int8
-- :arg stop_at timestamptz
-- :arg at_most int4
-- :col ids int8[]
-- :col at timestamptz[]
select coalesce(array_agg(p.id order by p.place), '{}') as ids, coalesce(array_agg(p.at order by p.place), '{}') as at from (
	select q.id, q.at, row_number() over (order by case when $4::bool then q.at end desc, case when not $4::bool then q.at end,
		case when $4::bool then -q.id else q.id end) as place
	from institution n cross join unnest($2::text[]) s (status)
	cross join (values ('Ingest'), ('Delete')) a (action) cross join lateral (
		(select w.id, w.updated_at as at from work_item w where not $4::bool and w.institution_id = n.id and w.status = s.status and w.action = a.action
			and (w.updated_at, w.id) > ($5::timestamptz, $6::bigint) and w.updated_at <= $7::timestamptz order by w.updated_at, w.id limit $8::int)
		union all
		(select w.id, w.updated_at as at from work_item w where $4::bool and w.institution_id = n.id and w.status = s.status and w.action = a.action
			and (w.updated_at, w.id) < ($5::timestamptz, $6::bigint) and w.updated_at >= $7::timestamptz order by w.updated_at desc, w.id desc limit $8::int)) q
	where ($1::bigint = 0 or n.id = $1::bigint) and ($3::text is null or a.action = $3::text)
	order by place limit $8::int) p;

-- Which of ids fit terms, a jsonpath predicate, in the order of two of their members; without those, in their own.
-- :name read_work_item_sift :one
-- :arg scope int8
-- :arg ids int8[]
-- :arg terms text?
-- :arg sort text
-- :arg sort_down bool
-- :arg then_sort text
-- :arg then_down bool
-- :col ids int8[]
select coalesce(array_agg(p.id order by case when not $5::bool then r.j -> $4::text end, case when $5::bool then r.j -> $4::text end desc,
	case when not $7::bool then r.j -> $6::text end, case when $7::bool then r.j -> $6::text end desc, p.place), '{}') as ids
from unnest($2::bigint[]) with ordinality p (id, place) join work_item w on w.id = p.id
left join intellectual_object o on o.id = w.object_id left join storage_option s on s.id = o.storage_option_id
left join generic_file f on f.id = w.file_id
cross join lateral (select jsonb_build_object('id', w.id, 'institution_id', w.institution_id, 'object_identifier', w.object_identifier, 'action', w.action, 'stage',
		w.stage, 'status', w.status, 'needs_admin_review', w.needs_admin_review, 'user', w.user_email, 'inst_approver',
		w.approver_email, 'intellectual_object_id', w.object_id, 'generic_file_id', w.file_id, 'name',
		coalesce(nullif(w.name, ''), nullif(o.bag_name, ''), w.object_identifier), 'etag', w.etag, 'bucket', w.bucket, 'bag_date', us(w.bag_date), 'alt_identifier', o.alt_identifier, 'bag_group_identifier',
		o.bag_group_identifier, 'bagit_profile_identifier', o.bagit_profile_identifier, 'source_organization',
		o.source_organization, 'storage_option', s.name, 'generic_file_identifier', f.identifier, 'size', w.bytes_total,
		'internal_sender_identifier', o.internal_sender_identifier, 'retry', coalesce(w.retry, w.completed_at is null), 'node', nullif(w.node, ''), 'created_at', us(w.created_at), 'updated_at', us(w.updated_at),
		'date_processed', us(coalesce(w.date_processed, w.updated_at)), 'queued_at', us(w.queued_at)) as j offset 0) r
where ($1::bigint = 0 or w.institution_id = $1::bigint) and ($3::text is null or r.j @@ (select $3::text::jsonpath));
