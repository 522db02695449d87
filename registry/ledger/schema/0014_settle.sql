-- What keeps the cost of a batch the same however many were before it.

-- How far a deletion's copies are stands in deletion_tally.  For settling, this index was a trap: before the planner knew
-- better, it read every copy of the deletion to find a thousand.  And each change of a copy had to be entered into it.
drop index copy_by_deletion;

-- As in 0013, but a deletion is looked up once, and not for each copy.
create or replace function copy_guard() returns trigger language plpgsql as $$
declare
	cause record;
	bad bigint;
begin
	for cause in select x.deletion_id, (select d.request_id from deletion d join decision a on a.request_id = d.request_id
			where d.id = x.deletion_id and a.verdict = 'approve') as request_id
			from (select distinct n.deletion_id from now_rows n where n.status in ('removing', 'gone')) x loop
		select min(n.id) into bad from now_rows n where n.status in ('removing', 'gone') and n.deletion_id is not distinct from cause.deletion_id
			and coalesce((select f.generation from request_file f where f.request_id = cause.request_id and f.file_id = n.file_id), 0)
				< n.generation;
		if bad is not null then
			raise exception 'copy % is on no approved list', bad using errcode = 'TB409';
		end if;
	end loop;
	return null;
end $$;
