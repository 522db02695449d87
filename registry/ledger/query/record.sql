-- What pipelines outside record: objects, files with checksums and copies, events.

-- :name record_option :opt
-- :arg name text
-- :col id int8
select id from storage_option where name = $1::text;

-- :name record_institution :opt
-- :arg id int8
-- :col identifier text
select identifier from institution where id = $1::bigint and deactivated_at is null;

-- :name record_object_insert :one
-- :arg institution_id int8
-- :arg identifier text
-- :arg bag_name text
-- :arg title text
-- :arg description text?
-- :arg alt_identifier text?
-- :arg access text?
-- :arg bag_group_identifier text?
-- :arg bagit_profile_identifier text?
-- :arg source_organization text?
-- :arg internal_sender_identifier text?
-- :arg internal_sender_description text?
-- :arg etag text?
-- :arg storage_option_id int8
-- :col id int8
insert into intellectual_object (institution_id, identifier, bag_name, title, description, alt_identifier, access, bag_group_identifier,
	bagit_profile_identifier, source_organization, internal_sender_identifier, internal_sender_description, etag, storage_option_id)
values ($1::bigint, $2::text, $3::text, $4::text, coalesce($5::text, ''), coalesce($6::text, ''), coalesce($7::text, 'institution'),
	coalesce($8::text, ''), coalesce($9::text, ''), coalesce($10::text, ''), coalesce($11::text, ''), coalesce($12::text, ''),
	coalesce($13::text, ''), $14::bigint)
returning id;

-- Locked as by a request, a claim, a hold and an ingest: whoever comes second sees the other.
-- :name record_object_lock :opt
-- :arg id int8
-- :col institution_id int8
-- :col identifier text
-- :col state text
-- :col access text
-- :col storage_option_id int8
-- :col storage_option text
select o.institution_id, o.identifier, o.state, o.access, o.storage_option_id, s.name as storage_option
from intellectual_object o join storage_option s on s.id = o.storage_option_id where o.id = $1::bigint for no key update of o;

-- What is null stays as it is.  Deleted, it comes back in a new cycle (P-19).
-- :name record_object_update :exec
-- :arg id int8
-- :arg bag_name text?
-- :arg title text?
-- :arg description text?
-- :arg alt_identifier text?
-- :arg access text?
-- :arg bag_group_identifier text?
-- :arg bagit_profile_identifier text?
-- :arg source_organization text?
-- :arg internal_sender_identifier text?
-- :arg internal_sender_description text?
-- :arg etag text?
-- :arg storage_option_id int8
update intellectual_object set bag_name = coalesce($2::text, bag_name), title = coalesce($3::text, title),
	description = coalesce($4::text, description), alt_identifier = coalesce($5::text, alt_identifier), access = coalesce($6::text, access),
	bag_group_identifier = coalesce($7::text, bag_group_identifier),
	bagit_profile_identifier = coalesce($8::text, bagit_profile_identifier),
	source_organization = coalesce($9::text, source_organization),
	internal_sender_identifier = coalesce($10::text, internal_sender_identifier),
	internal_sender_description = coalesce($11::text, internal_sender_description), etag = coalesce($12::text, etag),
	storage_option_id = $13::bigint, cycle = cycle + (state = 'D')::int, state = 'A', updated_at = now()
where id = $1::bigint;

-- In order of ids, as everybody locks them.
-- :name record_objects_lock :many
-- :arg ids int8[]
-- :col id int8
-- :col institution_id int8
-- :col identifier text
-- :col state text
-- :col storage_option text
select o.id, o.institution_id, o.identifier, o.state, s.name as storage_option
from intellectual_object o join storage_option s on s.id = o.storage_option_id where o.id = any ($1::bigint[]) order by o.id for no key update of o;

-- The new files' ids in the order in which the files were given.  A time of -infinity is none.
-- :name record_files_insert :many
-- :arg object_ids int8[]
-- :arg identifiers text[]
-- :arg formats text[]
-- :arg sizes int8[]
-- :arg uuids text?[]
-- :arg mod_times timestamptz[]
-- :col id int8
with given as materialized (
	select a.* from unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::timestamptz[])
		with ordinality as a (object_id, identifier, format, size, uuid, mod_time, place)
), made as (
	insert into generic_file (institution_id, object_id, identifier, file_format, size_bytes, uuid, storage_option_id, mod_time)
	select o.institution_id, o.id, g.identifier, g.format, g.size, coalesce(g.uuid::uuid, gen_random_uuid()), o.storage_option_id,
		nullif(g.mod_time, '-infinity')
	from given g join intellectual_object o on o.id = g.object_id order by g.place returning id, identifier
)
select m.id from given g join made m on m.identifier = g.identifier order by g.place;

-- The object first, as everywhere.
-- :name record_file_object :opt
-- :arg id int8
-- :col object_id int8
select object_id from generic_file where id = $1::bigint;

-- :name record_file_lock :opt
-- :arg id int8
-- :col institution_id int8
-- :col object_id int8
-- :col identifier text
-- :col uuid uuid
-- :col state text
-- :col generation int4
-- :col size_bytes int8
-- :col storage_option text
-- :col object_state text
-- :col object_option text
-- :col reachable bool
select f.institution_id, f.object_id, f.identifier, f.uuid, f.state, f.generation, f.size_bytes, s.name as storage_option,
	o.state as object_state, t.name as object_option, deletion_may_reach(f.id, f.object_id, f.generation) as reachable
from generic_file f join storage_option s on s.id = f.storage_option_id join intellectual_object o on o.id = f.object_id
join storage_option t on t.id = o.storage_option_id where f.id = $1::bigint for no key update of f;

-- What of these checksums and addresses the present generation does not have.
-- :name record_file_news :one
-- :arg id int8
-- :arg algorithms text[]
-- :arg digests text[]
-- :arg urls text[]
-- :col differing int8
-- :col missing text[]
-- :col unknown int8
with f as (
	select id, generation from generic_file where id = $1::bigint
), k as (
	select a.algorithm, a.digest, c.digest as present from f cross join unnest($2::text[], $3::text[]) as a (algorithm, digest)
	left join checksum c on c.file_id = f.id and c.generation = f.generation and c.algorithm = a.algorithm
)
select (select count(*) from k where k.present <> k.digest) as differing,
	coalesce((select array_agg(k.algorithm) from k where k.present is null), '{}') as missing,
	(select count(*) from f cross join unnest($4::text[]) as u (url) where not exists (
		select from copy c where c.url = u.url and c.file_id = f.id and c.generation = f.generation)) as unknown;

-- Other things that are said of the file; its bytes stay what they are.
-- :name record_file_update :exec
-- :arg id int8
-- :arg file_format text?
-- :arg mod_time timestamptz?
update generic_file set file_format = coalesce($2::text, file_format), mod_time = coalesce($3::timestamptz, mod_time), updated_at = now()
where id = $1::bigint;

-- New bytes: a new generation, in the storage option of the object (I4).  The copies of those before stay until the file
-- is deleted.
-- :name record_file_renew :exec
-- :arg id int8
-- :arg file_format text?
-- :arg mod_time timestamptz?
-- :arg size_bytes int8?
with superseded as (
	update copy set status = 'superseded' where file_id = $1::bigint and status = 'stored'
)
update generic_file f set state = 'A', generation = f.generation + 1, file_format = coalesce($2::text, f.file_format),
	mod_time = coalesce($3::timestamptz, f.mod_time), size_bytes = coalesce($4::bigint, f.size_bytes),
	storage_option_id = o.storage_option_id, updated_at = now()
from intellectual_object o where f.id = $1::bigint and o.id = f.object_id;

-- Of each file's present generation.
-- :name record_checksums_insert :many
-- :arg file_ids int8[]
-- :arg algorithms text[]
-- :arg digests text[]
-- :col id int8
insert into checksum (file_id, generation, algorithm, digest)
select f.id, f.generation, a.algorithm, a.digest
from unnest($1::bigint[], $2::text[], $3::text[]) as a (file_id, algorithm, digest) join generic_file f on f.id = a.file_id
returning id;

-- Where each copy would lie: backend_id 0 for what belongs to no backend of the file's storage option.
-- :name record_copy_places :many
-- :arg file_ids int8[]
-- :arg urls text[]
-- :col backend_id int8
-- :col place text
-- :col storage_option text
select coalesce(b.id, 0) as backend_id, coalesce(p.place, '') as place, s.name as storage_option
from unnest($1::bigint[], $2::text[]) with ordinality as a (file_id, url, place)
join generic_file f on f.id = a.file_id join storage_option s on s.id = f.storage_option_id
cross join lateral (select backend_of_url(f.storage_option_id, a.url) as id) b
left join lateral (select q.place from backend_probe q where q.backend_id = b.id order by q.id desc limit 1) p on true
order by a.place;

-- Only what is known: no version, no ETag.  The minimum retention begins now.
-- :name record_copies_insert :many
-- :arg file_ids int8[]
-- :arg urls text[]
-- :arg backend_ids int8[]
-- :col id int8
insert into copy (file_id, generation, backend_id, storage_option_id, url, size_bytes)
select f.id, f.generation, a.backend_id, f.storage_option_id, a.url, f.size_bytes
from unnest($1::bigint[], $2::text[], $3::bigint[]) as a (file_id, url, backend_id) join generic_file f on f.id = a.file_id
returning id;

-- file_id 0: about the object.  A time of -infinity is now; identifiers that are null are made.
-- :name record_events_insert :many
-- :arg object_ids int8[]
-- :arg file_ids int8[]
-- :arg types text[]
-- :arg identifiers text?[]
-- :arg times timestamptz[]
-- :arg details text[]
-- :arg outcomes text[]
-- :arg outcome_details text[]
-- :arg outcome_informations text[]
-- :arg objects_used text[]
-- :arg agents text[]
-- :col id int8
insert into premis_event (identifier, institution_id, object_id, file_id, generation, event_type, date_time, detail, outcome, outcome_detail,
	outcome_information, object_used, agent)
select coalesce(a.identifier::uuid, gen_random_uuid()), o.institution_id, o.id, f.id, coalesce(f.generation, o.cycle), a.type,
	coalesce(nullif(a.at, '-infinity'), now()), a.detail, a.outcome, a.outcome_detail, a.information, a.used, a.agent
from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::text[], $8::text[], $9::text[],
	$10::text[], $11::text[])
	with ordinality as a (object_id, file_id, type, identifier, at, detail, outcome, outcome_detail, information, used, agent, place)
join intellectual_object o on o.id = a.object_id left join generic_file f on f.id = a.file_id and f.object_id = o.id
where a.file_id = 0 or f.id is not null
order by a.place returning id;

-- :name record_event_subject :opt
-- :arg object_id int8
-- :arg file_id int8
-- :col object_id int8
-- :col institution_id int8
select o.id as object_id, o.institution_id from intellectual_object o
where ($2::bigint = 0 and o.id = $1::bigint)
	or o.id = (select f.object_id from generic_file f where f.id = $2::bigint and $1::bigint in (0, f.object_id));
