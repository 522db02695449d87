-- What pipelines outside record by the admin API: objects, files and copies that did not come as a bag to our ingest, and
-- the work items by which such a pipeline keeps track of itself.  Spec: aptrust.md 2.5, 3.3, 3.6; deletion.md P-19, X-04.

alter table intellectual_object add etag text not null default '' -- of the bag, on the word of who recorded it
	constraint object_etag_check check (length(etag) <= 255);
grant update (etag) on intellectual_object to tombstone_registry;

-- is_outside: no process of ours works on it and none ends it, and while it is open nobody can ask for the deletion of its
-- object.  The columns after it are told by the pipeline; of our own work items they say nothing.
alter table work_item
	add is_outside boolean not null default false,
	add name text not null default '' constraint work_item_name_check check (length(name) <= 1000),
	add etag text not null default '' constraint work_item_etag_check check (length(etag) <= 255),
	add bucket text not null default '' constraint work_item_bucket_check check (length(bucket) <= 255),
	add bag_date timestamptz,
	add date_processed timestamptz, -- null: when it was last changed
	add retry boolean, -- null: until it has ended
	add node text not null default '' constraint work_item_node_check check (length(node) <= 255),
	add pid bigint not null default 0 constraint work_item_pid_check check (pid between 0 and 4294967295),
	drop constraint work_item_stage_check,
	add constraint work_item_stage_check check (stage in ('Requested', 'Receive', 'Validate', 'Store', 'Record', 'Resolve')
		or is_outside and stage in ('Available in S3', 'Cleanup', 'Copy To Staging', 'Fetch', 'Format Identification', 'Package',
			'Reingest Check', 'Restoring', 'Storage Validation', 'Unpack')),
	add constraint work_item_outside_check check (not is_outside or action = 'Ingest');

-- Events that such a pipeline reports.
alter table premis_event drop constraint premis_event_event_type_check;
alter table premis_event add constraint premis_event_event_type_check check (event_type in ('ingestion', 'deletion',
	'message digest calculation', 'fixity check', 'identifier assignment', 'access assignment', 'replication', 'creation',
	'policy assignment', 'recovery', 'deletion verification', 'validation'));

-- The backend of a storage option that a URL belongs to: the one whose copies were said to lie there when it was probed
-- last.  What it is that makes a URL belong to a backend, only storage/ knows; the ledger believes what it wrote down.
create function backend_of_url(option bigint, url text) returns bigint language sql stable as $$
	select x.backend_id from storage_option_backend x cross join lateral (
		select p.place from backend_probe p where p.backend_id = x.backend_id order by p.id desc limit 1) p
	where x.storage_option_id = option and p.place <> '' and starts_with(url, p.place) order by length(p.place) desc limit 1
$$;

-- May a deletion still reach the bytes that a file has now?  Then they are not added to (I4).
create function deletion_may_reach(file bigint, of_object bigint, of_generation int) returns boolean language sql stable as $$
	select exists (select from request_item i where i.object_id = of_object and i.is_open and (i.file_id is null or i.file_id = file))
		or exists (select from request_file l join deletion_request q on q.id = l.request_id
			where l.file_id = file and l.generation = of_generation and l.outcome in ('pending', 'failed') and q.state in ('open', 'approved'))
$$;
grant execute on function backend_of_url(bigint, text), deletion_may_reach(bigint, bigint, int) to tombstone_registry;
