-- Batches that end their lanes.  A lane that dies gives nothing back: its lease ends, and the next claim counts a death
-- instead of an attempt.  What keeps dying is cut in halves, until the file is found that does it.

alter table batch add deaths int not null default 0; -- leases that ended by themselves since a lane last settled it

grant update (deaths) on batch to tombstone_worker;
-- The other half.  What it may do is asked of the request's list, file by file, as of any batch.
grant insert (deletion_id, institution_id, request_id, file_ids, attempts) on batch to tombstone_worker;
