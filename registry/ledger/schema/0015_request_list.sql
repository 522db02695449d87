-- Lists of a million files.  What three foreign keys asked of each row, by three statements each, the guard that looks at
-- the new rows anyway asks of all of them at once, and more: that the item is the same request's and about that file or
-- its object.  Nothing that a list refers to can be removed (object_kept, file_kept, request_kept, request_item_kept).
alter table request_file drop constraint request_file_request_id_fkey, drop constraint request_file_file_id_fkey,
	drop constraint request_file_item_id_fkey;

create function request_file_is_open() returns trigger language plpgsql as $$
declare
	listed bigint;
	known bigint;
begin
	if exists (select from (select distinct n.request_id from now_rows n) x left join deletion_request r on r.id = x.request_id
			where r.id is null or r.state <> 'open' or r.requested_at <> now()) then
		raise exception 'the list of a request is made with the request, and never added to' using errcode = 'TB403';
	end if;
	select count(*) into listed from now_rows;
	select count(*) into known from now_rows n join generic_file f on f.id = n.file_id and f.generation = n.generation
		join request_item i on i.id = n.item_id and i.request_id = n.request_id and i.object_id = f.object_id
			and coalesce(i.file_id, f.id) = f.id;
	if known < listed then
		raise exception '% of % files on the list are not what the request names', listed - known, listed using errcode = 'TB409';
	end if;
	return null;
end $$;
drop trigger request_file_closed on request_file;
create trigger request_file_closed after insert on request_file
	referencing new table as now_rows for each statement execute function request_file_is_open();
