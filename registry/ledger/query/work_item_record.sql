-- Work items of pipelines outside.

-- What a new one is about: the object that is named, or the one that the bag's name will give; '' for none that fits.
-- :name work_item_subject :opt
-- :arg institution_id int8
-- :arg object_id int8
-- :arg bag text
-- :col object_id int8
-- :col identifier text
select coalesce(o.id, 0) as object_id, case when $2::bigint = 0 then n.identifier || '/' || $3::text else coalesce(o.identifier, '') end as identifier
from institution n left join intellectual_object o on o.institution_id = n.id
	and (o.id = $2::bigint or $2::bigint = 0 and o.identifier = n.identifier || '/' || $3::text)
where n.id = $1::bigint and n.deactivated_at is null;

-- A request for deletion sees the item, or the item is made after the request.
-- :name work_item_object_lock :opt
-- :arg identifier text
-- :col id int8
select id from intellectual_object where identifier = $1::text for no key update;

-- :name work_item_record_insert :one
-- :arg institution_id int8
-- :arg object_identifier text
-- :arg object_id int8
-- :arg file_id int8
-- :arg name text
-- :arg etag text
-- :arg bucket text
-- :arg user_email text
-- :arg note text
-- :arg stage text
-- :arg status text
-- :arg outcome text
-- :arg node text
-- :arg pid int8
-- :arg size_bytes int8
-- :arg bag_date timestamptz?
-- :arg date_processed timestamptz?
-- :arg queued_at timestamptz?
-- :arg started_at timestamptz?
-- :arg retry bool?
-- :arg needs_admin_review bool
-- :col id int8
insert into work_item (is_outside, action, institution_id, object_identifier, object_id, file_id, name, etag, bucket, user_email, note, stage, status,
	outcome, node, pid, bytes_total, bag_date, date_processed, queued_at, started_at, retry, needs_admin_review, completed_at)
values (true, 'Ingest', $1::bigint, $2::text, nullif($3::bigint, 0), nullif($4::bigint, 0), $5::text, $6::text, $7::text, $8::text, $9::text,
	$10::text, $11::text, $12::text, $13::text, $14::bigint, $15::bigint, $16::timestamptz, $17::timestamptz, $18::timestamptz,
	$19::timestamptz, $20::bool, $21::bool, case when $11::text in ('Success', 'Failed', 'Cancelled') then now() end)
returning id;

-- :name work_item_record_lock :opt
-- :arg id int8
-- :col institution_id int8
-- :col action text
-- :col is_outside bool
-- :col object_id int8
-- :col file_id int8
-- :col request_id int8
-- :col object_identifier text
-- :col name text
-- :col etag text
-- :col bucket text
-- :col user_email text
-- :col approver_email text
-- :col stage text
-- :col status text
-- :col outcome text
-- :col has_ended bool
select w.institution_id, w.action, w.is_outside, coalesce(w.object_id, 0) as object_id, coalesce(w.file_id, 0) as file_id,
	coalesce((select d.request_id from deletion d where d.id = w.deletion_id), 0) as request_id, w.object_identifier, w.name, w.etag, w.bucket,
	w.user_email, w.approver_email, w.stage, w.status, w.outcome, w.completed_at is not null as has_ended
from work_item w where w.id = $1::bigint for no key update of w;

-- What can be set of every item: nothing that moves it.
-- :name work_item_record_annotate :exec
-- :arg id int8
-- :arg note text?
-- :arg node text?
-- :arg pid int8?
update work_item set note = coalesce($2::text, note), node = coalesce($3::text, node), pid = coalesce($4::bigint, pid), updated_at = now()
where id = $1::bigint;

-- :name work_item_record_move :exec
-- :arg id int8
-- :arg object_id int8
-- :arg stage text?
-- :arg status text?
-- :arg outcome text?
-- :arg size_bytes int8?
-- :arg date_processed timestamptz?
-- :arg queued_at timestamptz?
-- :arg started_at timestamptz?
-- :arg retry bool?
-- :arg needs_admin_review bool?
update work_item set object_id = coalesce(object_id, nullif($2::bigint, 0)), stage = coalesce($3::text, stage),
	status = coalesce($4::text, status), outcome = coalesce($5::text, outcome), bytes_total = coalesce($6::bigint, bytes_total),
	date_processed = coalesce($7::timestamptz, date_processed), queued_at = coalesce($8::timestamptz, queued_at),
	started_at = coalesce($9::timestamptz, started_at), retry = coalesce($10::bool, retry),
	needs_admin_review = coalesce($11::bool, needs_admin_review), updated_at = now(),
	completed_at = case when coalesce($4::text, status) in ('Success', 'Failed', 'Cancelled') then coalesce(completed_at, now()) end
where id = $1::bigint and is_outside;

-- :name work_item_record_requeue :exec
-- :arg id int8
-- :arg stage text?
update work_item set stage = coalesce($2::text, stage), status = 'Pending', outcome = 'Not started', note = 'Requeued', retry = true,
	needs_admin_review = false, node = '', pid = 0, completed_at = null, queued_at = now(), started_at = null, date_processed = null,
	updated_at = now()
where id = $1::bigint and is_outside;
