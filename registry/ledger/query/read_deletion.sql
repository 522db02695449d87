-- Reading deletion requests, with what became of them: see read_object.sql.

-- :name read_deletion_pick :one
-- :arg scope int8
-- :arg state text?
-- :arg newest_first bool
-- :arg from_id int8
-- :arg at_most int4
-- :arg requester text?
-- :arg since timestamptz?
-- :arg until timestamptz?
-- :col ids int8[]
select coalesce(array_agg(p.id order by case when $3::bool then -p.id else p.id end), '{}') as ids from (
	select q.id from institution n cross join lateral (
		(select r.id from deletion_request r where not $3::bool and r.institution_id between n.id and n.id
			and ($2::text is null or case when r.state = 'open' and r.expires_at <= now() then 'expired' else r.state end = $2::text)
			and ($6::text is null or r.requested_by in (select u.id from user_account u where lower(u.email) = lower($6::text)))
			and ($7::timestamptz is null or r.requested_at >= $7::timestamptz) and ($8::timestamptz is null or r.requested_at < $8::timestamptz)
			and r.id > $4::bigint order by r.institution_id, r.id limit $5::int)
		union all
		(select r.id from deletion_request r where $3::bool and r.institution_id between n.id and n.id
			and ($2::text is null or case when r.state = 'open' and r.expires_at <= now() then 'expired' else r.state end = $2::text)
			and ($6::text is null or r.requested_by in (select u.id from user_account u where lower(u.email) = lower($6::text)))
			and ($7::timestamptz is null or r.requested_at >= $7::timestamptz) and ($8::timestamptz is null or r.requested_at < $8::timestamptz)
			and r.id < $4::bigint order by r.institution_id desc, r.id desc limit $5::int)) q
	where $1::bigint = 0 or n.id = $1::bigint
	order by case when $3::bool then -q.id else q.id end limit $5::int) p;

-- :name read_deletion_rows :many
-- :arg scope int8
-- :arg ids int8[]
-- :col id int8
-- :col institution_id int8
-- :col institution text
-- :col institution_name text
-- :col requested_by_id int8
-- :col requested_by_name text
-- :col requested_by_email text
-- :col requested_via text
-- :col requested_at timestamptz
-- :col reason text
-- :col reason_code text
-- :col state text
-- :col expires_at timestamptz
-- :col closed_at timestamptz?
-- :col closed_note text
-- :col list_digest bytea
-- :col object_count int8
-- :col file_count int8
-- :col byte_count int8
-- :col named_files int8
-- :col first_identifier text
-- :col verdict text
-- :col decided_by_id int8
-- :col decided_by_name text
-- :col decided_by_email text
-- :col decided_via text
-- :col decided_at timestamptz?
-- :col as_sole_admin bool
-- :col deletion_id int8
-- :col planned_at timestamptz?
-- :col finished_at timestamptz?
select r.id, r.institution_id, n.identifier as institution, n.name as institution_name, r.requested_by as requested_by_id,
	q.name as requested_by_name, q.email as requested_by_email, r.requested_via, r.requested_at, r.reason, r.reason_code,
	case when r.state = 'open' and r.expires_at <= now() then 'expired' else r.state end as state, r.expires_at, r.closed_at,
	r.closed_note, r.list_digest, r.object_count, r.file_count, r.byte_count,
	(select count(i.file_id) from request_item i where i.request_id = r.id) as named_files,
	coalesce((select coalesce(f.identifier, o.identifier) from request_item i join intellectual_object o on o.id = i.object_id
		left join generic_file f on f.id = i.file_id where i.request_id between r.id and r.id order by i.request_id, i.id limit 1), '') as first_identifier,
	coalesce(a.verdict, '') as verdict, coalesce(a.decided_by, 0) as decided_by_id, coalesce(g.name, '') as decided_by_name,
	coalesce(g.email, '') as decided_by_email, coalesce(a.decided_via, '') as decided_via, a.decided_at,
	coalesce(a.as_sole_admin, false) as as_sole_admin, coalesce(d.id, 0) as deletion_id, d.planned_at, d.finished_at
from unnest($2::bigint[]) with ordinality p (id, place) join deletion_request r on r.id = p.id
join institution n on n.id = r.institution_id join user_account q on q.id = r.requested_by
left join decision a on a.request_id = r.id left join user_account g on g.id = a.decided_by
left join deletion d on d.request_id = r.id
where $1::bigint = 0 or r.institution_id = $1::bigint order by p.place;

-- How far the work has come, from the counters of its work items.
-- :name read_deletion_progress :one
-- :arg scope int8
-- :arg deletion_id int8
-- :col items int8
-- :col items_done int8
-- :col items_failed int8
-- :col files_total int8
-- :col files_done int8
-- :col files_refused int8
-- :col files_failed int8
-- :col bytes_total int8
-- :col bytes_done int8
select count(*) as items, count(*) filter (where w.status = 'Success') as items_done, count(*) filter (where w.status = 'Failed') as items_failed,
	coalesce(sum(w.files_total), 0)::bigint as files_total, coalesce(sum(w.files_done), 0)::bigint as files_done,
	coalesce(sum(w.files_refused), 0)::bigint as files_refused, coalesce(sum(w.files_failed), 0)::bigint as files_failed,
	coalesce(sum(w.bytes_total), 0)::bigint as bytes_total, coalesce(sum(w.bytes_done), 0)::bigint as bytes_done
from work_item w where w.deletion_id = $2::bigint and ($1::bigint = 0 or w.institution_id = $1::bigint);

-- Copies that the deletion claimed, by backend and by what is known of them.
-- :name read_deletion_copies :many
-- :arg scope int8
-- :arg deletion_id int8
-- :col backend text
-- :col status text
-- :col outcome text
-- :col verification text
-- :col copies int8
-- :col bytes int8
select b.name as backend, t.status, coalesce(t.outcome, '') as outcome, coalesce(t.verification, '') as verification,
	sum(t.copies)::bigint as copies, sum(t.bytes)::bigint as bytes
from deletion_tally t join deletion d on d.id = t.deletion_id join storage_backend b on b.id = t.backend_id
where d.id = $2::bigint and ($1::bigint = 0 or d.institution_id = $1::bigint)
group by b.name, t.status, t.outcome, t.verification having sum(t.copies) > 0 order by b.name, t.status, t.outcome, t.verification;

-- What was named.
-- :name read_deletion_items :many
-- :arg scope int8
-- :arg request_id int8
-- :arg from_id int8
-- :arg at_most int4
-- :col id int8
-- :col object_id int8
-- :col object_identifier text
-- :col file_id int8
-- :col file_identifier text
-- :col is_deleted bool
-- :col is_open bool
-- :col work_item_id int8
-- :col work_status text
select i.id, i.object_id, o.identifier as object_identifier, coalesce(i.file_id, 0) as file_id,
	coalesce(f.identifier, '') as file_identifier, coalesce(f.state, o.state) = 'D' as is_deleted, i.is_open,
	coalesce(w.id, 0) as work_item_id, coalesce(w.status, '') as work_status
from request_item i join deletion_request r on r.id = i.request_id join intellectual_object o on o.id = i.object_id
left join generic_file f on f.id = i.file_id left join work_item w on w.item_id = i.id
where i.request_id between $2::bigint and $2::bigint and ($1::bigint = 0 or r.institution_id = $1::bigint) and i.id > $3::bigint
order by i.request_id, i.id limit $4::int;

-- The exact list: its page is taken first, whatever plan is chosen for the rest.  The work items know whether there is any
-- file with the outcome that is asked for: nobody walks a long list to find none.
-- :name read_deletion_files :many
-- :arg scope int8
-- :arg request_id int8
-- :arg outcome text?
-- :arg from_id int8
-- :arg at_most int4
-- :col file_id int8
-- :col identifier text
-- :col generation int4
-- :col size_bytes int8
-- :col item_id int8
-- :col outcome text
-- :col reason text
-- :col settled_at timestamptz?
select l.file_id, f.identifier, l.generation, f.size_bytes, l.item_id, l.outcome, l.reason, l.settled_at
from (
	select q.* from request_file q
	where q.request_id between $2::bigint and $2::bigint and ($3::text is null or q.outcome = $3::text) and q.file_id > $4::bigint
		and exists (select from deletion_request r where r.id = $2::bigint and ($1::bigint = 0 or r.institution_id = $1::bigint))
		and ($3::text is null or $3::text = 'pending' and not exists (select from deletion d where d.request_id = $2::bigint)
			or exists (select from deletion d join work_item w on w.deletion_id = d.id where d.request_id = $2::bigint
				and case $3::text when 'deleted' then w.files_done when 'refused' then w.files_refused when 'failed' then w.files_failed
					else w.files_total - w.files_done - w.files_refused - w.files_failed end > 0))
	order by q.request_id, q.file_id limit $5::int) l
join generic_file f on f.id = l.file_id order by l.file_id;

-- Requests that name an object, or files of it.  One may name any number of files: each request is met once in the index.
-- :name read_deletion_pick_of_object :one
-- :arg scope int8
-- :arg state text?
-- :arg newest_first bool
-- :arg from_id int8
-- :arg at_most int4
-- :arg object_id int8
-- :arg requester text?
-- :arg since timestamptz?
-- :arg until timestamptz?
-- :col ids int8[]
with recursive named as (
	(select i.request_id from request_item i where i.object_id between $6::bigint and $6::bigint order by i.object_id, i.request_id limit 1)
	union all
	select n.request_id from named m cross join lateral (
		select i.request_id from request_item i where i.object_id between $6::bigint and $6::bigint and i.request_id > m.request_id
		order by i.object_id, i.request_id limit 1) n
)
select coalesce(array_agg(p.id order by case when $3::bool then -p.id else p.id end), '{}') as ids from (
	select r.id from named m join deletion_request r on r.id = m.request_id
	where ($1::bigint = 0 or r.institution_id = $1::bigint)
		and ($2::text is null or case when r.state = 'open' and r.expires_at <= now() then 'expired' else r.state end = $2::text)
		and ($7::text is null or r.requested_by in (select u.id from user_account u where lower(u.email) = lower($7::text)))
		and ($8::timestamptz is null or r.requested_at >= $8::timestamptz) and ($9::timestamptz is null or r.requested_at < $9::timestamptz)
		and case when $3::bool then r.id < $4::bigint else r.id > $4::bigint end
	order by case when $3::bool then -r.id else r.id end limit $5::int) p;

-- Whose decision was asked for, and when the last mail went out.
-- :name read_deletion_recipients :many
-- :arg scope int8
-- :arg request_id int8
-- :col name text
-- :col email text
-- :col mailed_at timestamptz?
select u.name, u.email, max(a.sent_at) as mailed_at from alert a join user_account u on u.id = a.user_id
where a.request_id = $2::bigint and a.type = 'Deletion Requested' and ($1::bigint = 0 or a.institution_id = $1::bigint)
group by u.id, u.name, u.email order by u.email;

-- The copies of some files of the list, up to the generation that was listed: those that this deletion claimed, and those
-- that are still there.  Each file's are looked up by themselves, whatever the length of the list.
-- :name read_deletion_file_copies :many
-- :arg scope int8
-- :arg request_id int8
-- :arg file_ids int8[]
-- :col file_id int8
-- :col generation int4
-- :col backend text
-- :col url text
-- :col size_bytes int8
-- :col sha256 text
-- :col status text
-- :col outcome text
-- :col detail text
-- :col verification text
-- :col stored_at timestamptz
-- :col removed_at timestamptz?
-- :col verified_at timestamptz?
select k.file_id, k.generation, b.name as backend, k.url, k.size_bytes, coalesce(h.digest, '') as sha256, k.status,
	case when k.deletion_id = r.deletion_id then coalesce(k.outcome, '') else '' end as outcome,
	case when k.deletion_id = r.deletion_id then coalesce(k.outcome_detail, '') else '' end as detail,
	coalesce(k.verification, '') as verification, k.stored_at, k.removed_at, k.verified_at
from (select q.id, coalesce(d.id, 0) as deletion_id from deletion_request q left join deletion d on d.request_id = q.id
	where q.id = $2::bigint and ($1::bigint = 0 or q.institution_id = $1::bigint)) r
cross join unnest($3::bigint[]) u
cross join lateral (select x.generation from request_file x where x.request_id = r.id and x.file_id = u offset 0) l
cross join lateral (select c.* from copy c where c.file_id = u and c.generation <= l.generation
	and (c.status <> 'gone' or c.deletion_id = r.deletion_id) offset 0) k
join storage_backend b on b.id = k.backend_id
left join lateral (select x.digest from checksum x where x.file_id = k.file_id and x.generation = k.generation and x.algorithm = 'sha256'
	offset 0) h on true
order by k.file_id, k.generation desc, b.name;
