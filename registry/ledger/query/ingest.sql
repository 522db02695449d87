-- Bags in: what is sent becomes the ledger's truth in one transaction, or not at all.

-- :name ingest_lock :one
-- :arg object_identifier text
-- :col locked bool
select pg_try_advisory_lock(ingest_lock_key($1::text)) as locked;

-- :name ingest_unlock :one
-- :arg object_identifier text
-- :col unlocked bool
select pg_advisory_unlock(ingest_lock_key($1::text)) as unlocked;

-- :name ingest_institution :opt
-- :arg identifier text
-- :col id int8
select id from institution where identifier = $1::text and deactivated_at is null;

-- :name ingest_option :opt
-- :arg name text
-- :col id int8
select id from storage_option where name = $1::text;

-- Locked, so that a request for deletion sees the work item of this ingest, or this ingest sees the request.
-- :name ingest_object_lock :opt
-- :arg identifier text
-- :col id int8
-- :col institution_id int8
-- :col state text
-- :col cycle int4
-- :col storage_option_id int8
-- :col storage_option text
select o.id, o.institution_id, o.state, o.cycle, o.storage_option_id, s.name as storage_option
from intellectual_object o join storage_option s on s.id = o.storage_option_id where o.identifier = $1::text for no key update of o;

-- :name ingest_option_backends :many
-- :arg storage_option_id int8
-- :col id int8
-- :col name text
select b.id, b.name from storage_option_backend x join storage_backend b on b.id = x.backend_id
where x.storage_option_id = $1::bigint order by b.name;

-- Ends what is still open in the name of an ingest of this object: the caller has the lock, so nobody works on it.
-- :name ingest_fail_dead :many
-- :arg object_identifier text
-- :col id int8
-- :col institution_id int8
with dead as (
	update work_item set status = 'Failed', outcome = 'Ingest incomplete', needs_admin_review = true, completed_at = now(),
		updated_at = now(), note = 'The ingest ended without a word and recorded nothing: send the bag again.'
	where object_identifier = $1::text and action = 'Ingest' and completed_at is null and not is_outside returning id, institution_id
), swept as (
	delete from ingest_file f using dead d where f.work_item_id = d.id
)
select id, institution_id from dead;

-- Open ingests whose lock is free, each tried once.
-- :name ingest_open :many
-- :arg after_id int8
-- :arg at_most int4
-- :col id int8
-- :col object_identifier text
select id, object_identifier from work_item where action = 'Ingest' and completed_at is null and not is_outside and id > $1::bigint
order by id limit $2::int;

-- :name ingest_work_item_insert :one
-- :arg institution_id int8
-- :arg object_identifier text
-- :arg object_id int8?
-- :arg user_email text
-- :arg files_total int8
-- :arg bytes_total int8
-- :col id int8
insert into work_item (institution_id, action, object_identifier, object_id, stage, status, note, outcome, user_email, files_total,
	bytes_total, queued_at, started_at)
values ($1::bigint, 'Ingest', $2::text, $3::bigint, 'Store', 'Started', 'Storing files', 'Ingesting', $4::text, $5::bigint, $6::bigint,
	now(), now()) returning id;

-- :name ingest_stage :exec
-- :arg work_item_id int8
-- :arg seqs int4[]
-- :arg identifiers text[]
-- :arg formats text[]
-- :arg sizes int8[]
-- :arg mod_times timestamptz[]
-- :arg md5s text?[]
-- :arg sha1s text?[]
-- :arg sha256s text[]
-- :arg sha512s text?[]
-- :arg declared text[]
insert into ingest_file (work_item_id, seq, identifier, file_format, size_bytes, mod_time, md5, sha1, sha256, sha512, declared)
select $1::bigint, a.seq, a.identifier, a.format, a.size, a.mod_time, a.md5, a.sha1, a.sha256, a.sha512, string_to_array(a.declared, ',')
from unnest($2::int[], $3::text[], $4::text[], $5::bigint[], $6::timestamptz[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[])
	as a (seq, identifier, format, size, mod_time, md5, sha1, sha256, sha512, declared);

-- :name ingest_wanted :many
-- :arg work_item_id int8
-- :arg object_id int8
-- :arg storage_option_id int8
-- :arg after_seq int4
-- :arg at_most int4
-- :col seq int4
select seq from ingest_wanted($1::bigint, $2::bigint, $3::bigint, $4::int, $5::int);

-- Before the first byte is sent there.
-- :name ingest_promise :exec
-- :arg object_identifier text
-- :arg urls text[]
-- :arg backend_ids int8[]
insert into promised_put (url, backend_id, object_identifier)
select a.url, a.backend_id, $1::text from unnest($2::text[], $3::bigint[]) as a (url, backend_id);

-- Every copy of these files is stored.
-- :name ingest_stored :exec
-- :arg work_item_id int8
-- :arg seqs int4[]
-- :arg backend_ids int8[]
-- :arg urls text[]
-- :arg version_ids text?[]
-- :arg etags text?[]
update ingest_file i set backend_ids = a.backend_ids, urls = a.urls, version_ids = a.version_ids, etags = a.etags
from (select seq, array_agg(backend_id) as backend_ids, array_agg(url) as urls, array_agg(version_id) as version_ids, array_agg(etag) as etags
	from unnest($2::int[], $3::bigint[], $4::text[], $5::text[], $6::text[]) as c (seq, backend_id, url, version_id, etag) group by seq) as a
where i.work_item_id = $1::bigint and i.seq = a.seq;

-- How far the ingest is.
-- :name ingest_progress :exec
-- :arg work_item_id int8
-- :arg files_done int8
-- :arg bytes_done int8
update work_item set files_done = least($2::bigint, files_total), bytes_done = least($3::bigint, bytes_total), updated_at = now(),
	note = format('%s of %s files stored', least($2::bigint, files_total), files_total)
where id = $1::bigint and completed_at is null;

-- :name ingest_work_item_lock :opt
-- :arg work_item_id int8
-- :col id int8
select id from work_item where id = $1::bigint and action = 'Ingest' and completed_at is null and not is_outside for no key update;

-- :name ingest_object_insert :one
-- :arg institution_id int8
-- :arg identifier text
-- :arg bag_name text
-- :arg title text
-- :arg description text
-- :arg alt_identifier text
-- :arg access text
-- :arg bag_group_identifier text
-- :arg bagit_profile_identifier text
-- :arg source_organization text
-- :arg internal_sender_identifier text
-- :arg internal_sender_description text
-- :arg storage_option_id int8
-- :col id int8
-- :col cycle int4
insert into intellectual_object (institution_id, identifier, bag_name, title, description, alt_identifier, access, bag_group_identifier,
	bagit_profile_identifier, source_organization, internal_sender_identifier, internal_sender_description, storage_option_id)
values ($1::bigint, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text, $8::text, $9::text, $10::text, $11::text, $12::text, $13::bigint)
returning id, cycle;

-- A deleted object comes back in a new cycle (P-19).
-- :name ingest_object_update :one
-- :arg id int8
-- :arg bag_name text
-- :arg title text
-- :arg description text
-- :arg alt_identifier text
-- :arg access text
-- :arg bag_group_identifier text
-- :arg bagit_profile_identifier text
-- :arg source_organization text
-- :arg internal_sender_identifier text
-- :arg internal_sender_description text
-- :arg storage_option_id int8
-- :col id int8
-- :col cycle int4
update intellectual_object set bag_name = $2::text, title = $3::text, description = $4::text, alt_identifier = $5::text, access = $6::text,
	bag_group_identifier = $7::text, bagit_profile_identifier = $8::text, source_organization = $9::text,
	internal_sender_identifier = $10::text, internal_sender_description = $11::text, storage_option_id = $12::bigint,
	cycle = cycle + (state = 'D')::int, state = 'A', updated_at = now()
where id = $1::bigint returning id, cycle;

-- The statements of a record work on the files after one place in the bag and up to another.  now() tells what this
-- transaction has made from what was there.  "offset 0" makes the planner look each file up by its identifier: what it
-- knows of ingest_file is always about another ingest.

-- :name ingest_files_update :exec
-- :arg work_item_id int8
-- :arg after_seq int4
-- :arg last_seq int4
-- :arg object_id int8
-- :arg storage_option_id int8
update generic_file f set state = 'A', generation = f.generation + 1, file_format = i.file_format, size_bytes = i.size_bytes,
	mod_time = i.mod_time, storage_option_id = $5::bigint, updated_at = now()
from ingest_file i cross join lateral (select g.id from generic_file g where g.identifier = i.identifier offset 0) as g
where i.work_item_id = $1::bigint and i.seq > $2::int and i.seq <= $3::int and i.urls is not null
	and f.id = g.id and f.object_id + 0 = $4::bigint;

-- Of the generations before: their bytes stay until the file is deleted.
-- :name ingest_copies_supersede :exec
-- :arg work_item_id int8
-- :arg after_seq int4
-- :arg last_seq int4
update copy c set status = 'superseded'
from ingest_file i cross join lateral (select g.id, g.generation from generic_file g where g.identifier = i.identifier offset 0) as f
where i.work_item_id = $1::bigint and i.seq > $2::int and i.seq <= $3::int and i.urls is not null
	and c.file_id = f.id and c.generation < f.generation and c.status = 'stored';

-- :name ingest_files_insert :exec
-- :arg work_item_id int8
-- :arg after_seq int4
-- :arg last_seq int4
-- :arg object_id int8
-- :arg storage_option_id int8
insert into generic_file (institution_id, object_id, identifier, file_format, size_bytes, storage_option_id, mod_time)
select o.institution_id, o.id, i.identifier, i.file_format, i.size_bytes, $5::bigint, i.mod_time
from ingest_file i join intellectual_object o on o.id = $4::bigint
where i.work_item_id = $1::bigint and i.seq > $2::int and i.seq <= $3::int and i.urls is not null and not exists (
	select from (select g.object_id from generic_file g where g.identifier = i.identifier offset 0) as f where f.object_id = o.id)
order by i.seq;

-- :name ingest_checksums_insert :exec
-- :arg work_item_id int8
-- :arg after_seq int4
-- :arg last_seq int4
insert into checksum (file_id, generation, algorithm, digest)
select f.id, f.generation, d.algorithm, d.digest
from ingest_file i cross join lateral (select g.id, g.generation from generic_file g where g.identifier = i.identifier offset 0) as f
cross join lateral (values ('md5', i.md5), ('sha1', i.sha1), ('sha256', i.sha256), ('sha512', i.sha512)) as d (algorithm, digest)
where i.work_item_id = $1::bigint and i.seq > $2::int and i.seq <= $3::int and i.urls is not null and d.digest is not null;

-- :name ingest_copies_insert :exec
-- :arg work_item_id int8
-- :arg after_seq int4
-- :arg last_seq int4
with made as (
	insert into copy (file_id, generation, backend_id, storage_option_id, url, version_id, etag, size_bytes)
	select f.id, f.generation, c.backend_id, f.storage_option_id, c.url, c.version_id, c.etag, f.size_bytes
	from ingest_file i cross join lateral (select g.id, g.generation, g.storage_option_id, g.size_bytes from generic_file g
		where g.identifier = i.identifier offset 0) as f
	cross join lateral unnest(i.backend_ids, i.urls, i.version_ids, i.etags) as c (backend_id, url, version_id, etag)
	where i.work_item_id = $1::bigint and i.seq > $2::int and i.seq <= $3::int and i.urls is not null returning url
)
update promised_put p set recorded_at = now() from made m where p.url = m.url;

-- :name ingest_file_events :exec
-- :arg work_item_id int8
-- :arg after_seq int4
-- :arg last_seq int4
-- :arg agent text
insert into premis_event (institution_id, object_id, file_id, generation, event_type, detail, outcome, outcome_detail, outcome_information,
	object_used, agent)
select f.institution_id, f.object_id, f.id, f.generation, e.type, e.detail, 'Success', e.outcome_detail, e.information,
	'Tombstone ingest', $4::text
from ingest_file i cross join lateral (select g.*, s.name as storage_option from generic_file g
	join storage_option s on s.id = g.storage_option_id where g.identifier = i.identifier offset 0) as f
cross join lateral (
	select 1, 'identifier assignment', 'Assigned the identifier', i.identifier, 'Object identifier and path in the bag'
		where f.created_at = now()
	union all
	select 2, 'message digest calculation', 'Calculated the digest of the bytes', d.algorithm || ':' || d.digest, ''
		from (values ('md5', i.md5), ('sha1', i.sha1), ('sha256', i.sha256), ('sha512', i.sha512)) as d (algorithm, digest)
		where d.digest is not null
	union all
	select 3, 'fixity check', 'Compared the digest with the manifest of the bag', d.algorithm || ':' || d.digest, 'Fixity matches'
		from (values ('md5', i.md5), ('sha1', i.sha1), ('sha256', i.sha256), ('sha512', i.sha512)) as d (algorithm, digest)
		where d.algorithm = any (i.declared)
	union all
	select 4, 'ingestion', 'Completed copy to preservation storage', f.storage_option, format('Work item %s', i.work_item_id)
	union all
	select 5, 'replication', 'Completed replication', (select string_agg(b.name, ', ' order by b.name) from storage_backend b
		where b.id = any (i.backend_ids)), format('%s copies', cardinality(i.backend_ids)) where cardinality(i.backend_ids) > 1
) as e (step, type, detail, outcome_detail, information)
where i.work_item_id = $1::bigint and i.seq > $2::int and i.seq <= $3::int and i.urls is not null
order by i.seq, e.step;

-- :name ingest_object_events :exec
-- :arg object_id int8
-- :arg work_item_id int8
-- :arg agent text
insert into premis_event (institution_id, object_id, generation, event_type, detail, outcome, outcome_detail, outcome_information,
	object_used, agent)
select o.institution_id, o.id, o.cycle, e.type, e.detail, 'Success', e.outcome_detail, e.information, 'Tombstone ingest', $3::text
from intellectual_object o cross join lateral (
	select 1, 'creation', 'Object created', o.title, '' where o.created_at = now()
	union all
	select 2, 'identifier assignment', 'Assigned the identifier', o.identifier, 'Institution identifier and name of the bag'
		where o.created_at = now()
	union all
	select 3, 'access assignment', 'Set access rights', o.access, ''
	union all
	select 4, 'ingestion', 'Ingested the bag', format('%s files stored, %s unchanged', n.stored, n.unchanged),
		format('Work item %s', $2::bigint)
	from (select count(i.urls) as stored, count(*) - count(i.urls) as unchanged
		from ingest_file i where i.work_item_id = $2::bigint) as n
) as e (step, type, detail, outcome_detail, information)
where o.id = $1::bigint order by e.step;

-- :name ingest_recorded :one
-- :arg work_item_id int8
-- :col stored int8
-- :col unchanged int8
-- :col stored_bytes int8
-- :col list_digest bytea
select count(i.urls) as stored, count(*) - count(i.urls) as unchanged,
	coalesce(sum(i.size_bytes) filter (where i.urls is not null), 0)::bigint as stored_bytes,
	sha256(coalesce(string_agg(int8send(f.id) || int4send(f.generation), ''::bytea order by f.id) filter (where i.urls is not null), ''))
		as list_digest
from ingest_file i cross join lateral (select g.id, g.generation from generic_file g where g.identifier = i.identifier offset 0) as f
where i.work_item_id = $1::bigint;

-- :name ingest_finish :exec
-- :arg work_item_id int8
-- :arg object_id int8
-- :arg stored int8
-- :arg unchanged int8
with swept as (
	delete from ingest_file where work_item_id = $1::bigint
)
update work_item set status = 'Success', stage = 'Record', outcome = 'Ingest complete', object_id = $2::bigint, files_done = files_total,
	bytes_done = bytes_total, note = format('Ingest complete: %s files stored, %s unchanged.', $3::bigint, $4::bigint),
	completed_at = now(), updated_at = now()
where id = $1::bigint and completed_at is null;

-- :name ingest_fail :opt
-- :arg work_item_id int8
-- :arg note text
-- :col institution_id int8
with swept as (
	delete from ingest_file where work_item_id = $1::bigint
)
update work_item set status = 'Failed', outcome = 'Ingest incomplete', needs_admin_review = true, note = $2::text, completed_at = now(),
	updated_at = now()
where id = $1::bigint and completed_at is null returning institution_id;

-- :name ingest_last_seq :one
-- :arg work_item_id int8
-- :col seq int4
select coalesce(max(seq), 0) as seq from ingest_file where work_item_id = $1::bigint;
