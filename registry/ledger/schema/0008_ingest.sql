-- What a running ingest has read and stored so far, until one transaction records all of it.  Nobody else reads these
-- rows, and the end of the ingest removes them.  Unlogged: a crash of the server ends every ingest, and what it had
-- stored is known by promised_put.  Without foreign keys, since checking them would be most of the work.  Spec: deletion.md P-19, P-20, X-04; architecture.md I4.

create unlogged table ingest_file (
	work_item_id bigint not null,
	seq int not null, -- place in the bag
	identifier text not null check (length(identifier) between 1 and 2048),
	file_format text not null,
	size_bytes bigint not null check (size_bytes >= 0),
	mod_time timestamptz,
	md5 text,
	sha1 text,
	sha256 text not null,
	sha512 text,
	declared text[] not null, -- the algorithms for which a manifest of the bag names this file
	-- Its copies, once every one of them is stored; the four arrays go side by side.
	backend_ids bigint[],
	urls text[],
	version_ids text[],
	etags text[],
	primary key (work_item_id, seq)
);

grant select, insert, update, delete on ingest_file to tombstone_registry;

-- One ingest of an object at a time: the holder of this lock, which lives as long as its connection, is the one that
-- runs.  An open work item whose lock is free belongs to an ingest that died.
create function ingest_lock_key(object_identifier text) returns bigint language sql immutable as $$
	select hashtextextended('tombstone.ingest ' || object_identifier, 0)
$$;

-- The files of an ingest that must be stored, in the order of the bag.  Stored already and left as it is: a file that
-- is active with the same bytes, in the same storage option, with every copy in place, and that no deletion can still
-- reach.  One that an open or approved request lists gets new bytes under new keys, so that whatever the request leads
-- to, what the depositor has just sent stays (P-20, I4).  object is 0 for a new one.  The file is looked up by its
-- identifier and then compared: "offset 0" keeps the planner from walking all files of the object for each of them.
create function ingest_wanted(item bigint, object bigint, option bigint, after int, at_most int)
returns table (seq int) language sql stable as $$
	select i.seq from ingest_file i
	where i.work_item_id = item and i.seq > after and i.urls is null and not exists (
		select from (select * from generic_file g where g.identifier = i.identifier offset 0) f
		join checksum k on k.file_id = f.id and k.generation = f.generation and k.algorithm = 'sha256' and k.digest = i.sha256
		where f.object_id = object and f.state = 'A' and f.size_bytes = i.size_bytes
			and f.storage_option_id = option
			and not exists (select from storage_option_backend b where b.storage_option_id = option and not exists (
				select from copy c where c.file_id = f.id and c.generation = f.generation and c.backend_id = b.backend_id
					and c.status = 'stored'))
			and not exists (select from request_item r where r.object_id = object and r.is_open
				and (r.file_id is null or r.file_id = f.id))
			and not exists (select from request_file l join deletion_request q on q.id = l.request_id
				where l.file_id = f.id and l.generation = f.generation and l.outcome in ('pending', 'failed') and q.state in ('open', 'approved')))
	order by i.seq limit at_most
$$;

grant execute on function ingest_lock_key(text), ingest_wanted(bigint, bigint, bigint, int, int) to tombstone_registry;
