-- One object of :files files for the institution :institution, each with a copy in every store of bench_store: rows as
-- an ingest leaves them.  The keys are the files' numbers: k0000000001.
begin;
insert into storage_option (name, min_days) values ('Standard', 0) on conflict do nothing;
insert into intellectual_object (institution_id, identifier, bag_name, title, storage_option_id)
select i.id, i.identifier || '/' || :'object', :'object', 'A benchmark', o.id
from institution i, storage_option o where i.identifier = :'institution' and o.name = 'Standard';
create temporary table made on commit drop as select o.id, o.institution_id, o.identifier, o.storage_option_id
from intellectual_object o where o.identifier = :'institution' || '/' || :'object';
insert into generic_file (institution_id, object_id, identifier, file_format, size_bytes, storage_option_id)
select o.institution_id, o.id, format('%s/data/folder-%s/page-%s.tiff', o.identifier, n / 1000, n), 'image/tiff', :file_bytes, o.storage_option_id
from made o, generate_series(1, :files) n order by n;
insert into copy (file_id, generation, backend_id, storage_option_id, url, etag, size_bytes)
select f.id, 1, b.id, f.storage_option_id, s.url || 'k' || lpad(f.id::text, 10, '0'),
	case s.etag when 'digest' then format('"%s"', md5(repeat(lpad(to_hex(f.id), 16, '0'), :file_bytes / 16))) else s.etag end, f.size_bytes
from made o join generic_file f on f.object_id = o.id cross join bench_store s join storage_backend b on b.name = s.name
order by f.id, b.id;
commit;
