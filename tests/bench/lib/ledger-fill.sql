-- Holdings to delete from: :objects objects "test.edu/bulk-N" of :files files with :copies copies each, one institution
-- with two admins, no minimum of days.  Written as an ingest writes it, in bulk: as superuser, without triggers.
set session_replication_role = replica;
insert into institution (identifier, name, admin_days) values ('test.edu', 'Test University', 0) on conflict do nothing;
insert into user_account (institution_id, email, name, role, admin_since)
select i.id, p.email, p.email, 'inst_admin', now() - interval '90 days'
from institution i, (values ('alice@test.edu'), ('bob@test.edu')) p (email) where i.identifier = 'test.edu' on conflict do nothing;
insert into storage_backend (name) select 'store-' || n from generate_series(1, :copies) n on conflict do nothing;
insert into storage_option (name, min_days) values ('Standard', 0) on conflict do nothing;
insert into storage_option_backend (storage_option_id, backend_id)
select o.id, b.id from storage_option o, storage_backend b on conflict do nothing;

insert into intellectual_object (institution_id, identifier, bag_name, title, storage_option_id)
select i.id, format('test.edu/bulk-%s', n), format('bulk-%s', n), format('Bulk %s', n), o.id
from generate_series(1, :objects) n, institution i, storage_option o where i.identifier = 'test.edu' order by n;

insert into generic_file (institution_id, object_id, identifier, file_format, size_bytes, storage_option_id)
select x.institution_id, x.id, format('%s/data/folder-%s/page-%s.tif', x.identifier, n / 1000, n), 'image/tiff', 1000 + n % 9000,
	x.storage_option_id
from intellectual_object x, generate_series(1, :files) n order by x.id, n;

insert into checksum (file_id, generation, algorithm, digest)
select f.id, 1, 'sha256', encode(sha256(int8send(f.id)), 'hex') from generic_file f where :history = 1 order by f.id;

insert into copy (file_id, generation, backend_id, storage_option_id, url, etag, size_bytes, stored_at)
select f.id, 1, b.id, f.storage_option_id, format('https://s3.test.edu/%s/%s', b.name, f.uuid), md5(f.id::text), f.size_bytes,
	now() - interval '200 days'
from generic_file f, storage_backend b order by f.id, b.id;

insert into premis_event (institution_id, object_id, file_id, generation, event_type, detail, outcome, agent)
select f.institution_id, f.object_id, f.id, 1, 'ingestion', 'Completed copy to preservation storage', 'Success', 'bench'
from generic_file f where :history = 1 order by f.id;
reset session_replication_role;
select tally_recount();
