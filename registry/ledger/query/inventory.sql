-- Inventories of stores that cannot be asked for one key, and what they prove.

-- :name inventory_waiting :opt
-- :arg backend text
-- :col id int8
-- :col job_id text
-- :col started_at timestamptz
-- :col started_by text
-- :col as_of timestamptz?
select i.id, i.job_id, i.started_at, i.started_by, i.as_of from store_inventory i join storage_backend b on b.id = i.backend_id
where b.name = $1::text and i.state = 'waiting';

-- :name inventory_insert :opt
-- :arg backend text
-- :arg job_id text
-- :arg started_by text
-- :arg as_of timestamptz?
-- :col id int8
insert into store_inventory (backend_id, job_id, started_by, as_of)
select id, $2::text, $3::text, $4::timestamptz from storage_backend where name = $1::text on conflict do nothing returning id;

-- :name inventory_lose :opt
-- :arg id int8
-- :arg note text
-- :col job_id text
-- :col backend text
update store_inventory i set state = 'lost', ended_at = now(), note = $2::text from storage_backend b
where i.id = $1::bigint and i.state = 'waiting' and b.id = i.backend_id returning i.job_id, b.name as backend;

-- What the inventory holds, as far as it matters: copies that were accepted as deleted.
-- :name inventory_hold :exec
-- :arg id int8
-- :arg urls text[]
insert into store_inventory_copy (inventory_id, copy_id)
select i.id, c.id from store_inventory i join copy c on c.backend_id = i.backend_id
where i.id = $1::bigint and c.url = any ($2::text[]) and c.status = 'gone' and c.verification = 'accepted, not verifiable'
on conflict do nothing;

-- It was read to its end.
-- :name inventory_end :opt
-- :arg id int8
-- :arg archives int8
-- :arg bytes int8
-- :arg as_of timestamptz?
-- :col job_id text
-- :col backend text
-- :col as_of timestamptz?
update store_inventory i set state = 'read', ended_at = now(), archives = $2::bigint, bytes = $3::bigint,
	as_of = coalesce($4::timestamptz, i.as_of)
from storage_backend b where i.id = $1::bigint and i.state = 'waiting' and b.id = i.backend_id
returning i.job_id, b.name as backend, i.as_of;

-- Copies that it does not hold are gone, where it can tell; each file gets one event.
-- :name inventory_confirm :many
-- :arg id int8
-- :arg agent text
-- :col institution_id int8
-- :col copies int8
-- :col files int8
-- :col digest bytea
with i as (
	select x.id, x.backend_id, x.as_of, b.name as backend from store_inventory x join storage_backend b on b.id = x.backend_id
	where x.id = $1::bigint and x.state = 'read'
), confirmed as (
	update copy c set verification = 'verified absent', verified_at = now(), inventory_id = i.id from i
	where c.backend_id = i.backend_id and c.status = 'gone' and c.verification = 'accepted, not verifiable'
		and inventory_proves_absence(i.as_of, c.stored_at, c.removed_at)
		and not exists (select from store_inventory_copy x where x.inventory_id = i.id and x.copy_id = c.id)
	returning c.id, c.file_id, c.generation, c.deletion_id
), named as (
	select c.*, f.institution_id, f.object_id from confirmed c join generic_file f on f.id = c.file_id
), told as (
	insert into premis_event (institution_id, object_id, file_id, generation, event_type, detail, outcome, outcome_detail,
		outcome_information, object_used, agent, deletion_id)
	select n.institution_id, n.object_id, n.file_id, max(n.generation), 'deletion verification',
		format('Verified absent by the inventory of backend %s of %s', i.backend, to_char(i.as_of at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
		'Success', format('%s of the copies that were accepted as deleted, not verifiable', count(*)),
		format('The inventory does not hold what deletion %s removed.', n.deletion_id), 'Tombstone inventory', $2::text, n.deletion_id
	from named n cross join i group by n.institution_id, n.object_id, n.file_id, n.deletion_id, i.backend, i.as_of
)
select n.institution_id, count(*) as copies, count(distinct n.file_id) as files,
	sha256(string_agg(int8send(n.id), ''::bytea order by n.id)) as digest
from named n group by n.institution_id order by n.institution_id;

-- Copies that it does hold are still there, where it can tell: an operator has to look.
-- :name inventory_contradict :many
-- :arg id int8
-- :arg agent text
-- :col institution_id int8
-- :col copies int8
-- :col digest bytea
with i as (
	select x.id, x.as_of, b.name as backend from store_inventory x join storage_backend b on b.id = x.backend_id
	where x.id = $1::bigint and x.state = 'read'
), still as (
	select c.id, c.file_id, c.generation, c.deletion_id, f.institution_id, f.object_id
	from i join store_inventory_copy x on x.inventory_id = i.id join copy c on c.id = x.copy_id join generic_file f on f.id = c.file_id
	where c.status = 'gone' and c.verification = 'accepted, not verifiable' and inventory_proves_presence(i.as_of, c.removed_at)
), told as (
	insert into premis_event (institution_id, object_id, file_id, generation, event_type, detail, outcome, outcome_detail,
		outcome_information, object_used, agent, deletion_id)
	select s.institution_id, s.object_id, s.file_id, max(s.generation), 'deletion verification',
		format('Still in the inventory of backend %s of %s', i.backend, to_char(i.as_of at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
		'Failure', format('%s of the copies that were accepted as deleted', count(*)),
		format('The inventory holds what deletion %s removed.', s.deletion_id), 'Tombstone inventory', $2::text, s.deletion_id
	from still s cross join i group by s.institution_id, s.object_id, s.file_id, s.deletion_id, i.backend, i.as_of
), flagged as (
	update work_item w set needs_admin_review = true, updated_at = now(), note = case when position('an inventory still holds' in w.note) > 0
		then w.note else w.note || ' Attention: an inventory still holds copies that the store had accepted as deleted.' end
	where w.id in (select y.id from still s join deletion d on d.id = s.deletion_id
		join request_file l on l.request_id = d.request_id and l.file_id = s.file_id
		join work_item y on y.deletion_id = d.id and y.item_id = l.item_id)
)
select s.institution_id, count(*) as copies, sha256(string_agg(int8send(s.id), ''::bytea order by s.id)) as digest
from still s group by s.institution_id order by s.institution_id;

-- :name inventory_contradictions :many
-- :arg id int8
-- :arg at_most int4
-- :col file_identifier text
-- :col url text
-- :col deletion_id int8
-- :col removed_at timestamptz
select f.identifier as file_identifier, c.url, c.deletion_id, c.removed_at
from store_inventory i join store_inventory_copy x on x.inventory_id = i.id join copy c on c.id = x.copy_id join generic_file f on f.id = c.file_id
where i.id = $1::bigint and c.status = 'gone' and c.verification = 'accepted, not verifiable' and inventory_proves_presence(i.as_of, c.removed_at)
order by c.id limit $2::int;

-- Copies about which nothing is known yet but that the store accepted their deletion.
-- :name inventory_open :one
-- :arg backend text
-- :col copies int8
select count(*) as copies from copy c join storage_backend b on b.id = c.backend_id
where b.name = $1::text and c.status = 'gone' and c.verification = 'accepted, not verifiable';
