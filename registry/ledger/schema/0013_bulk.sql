-- The guards of the ledger at a thousand rows a statement, and a million.  They refuse what they refused before.
--
-- What is about one row, before and after, is asked in the condition of a row trigger: nothing is called where nothing is
-- wrong.  What is asked of other tables stays with the statement, as one look per row by an index: a join of the two
-- transition tables would compare each row with each, whenever the planner takes them for small.

drop trigger copy_guard on copy;
drop trigger file_state_guard on generic_file;
drop trigger request_file_guard on request_file;
drop function request_file_guard();

create function copy_move_refused() returns trigger language plpgsql as $$
begin
	raise exception 'copy %: % cannot become %', new.id, old.status, new.status using errcode = 'TB409';
end $$;
create trigger copy_move_guard after update on copy for each row
	when (old.status <> new.status and (old.status, new.status) not in (('stored', 'superseded'), ('stored', 'removing'),
		('superseded', 'removing'), ('removing', 'stored'), ('removing', 'superseded'), ('removing', 'gone')))
	execute function copy_move_refused();

create or replace function copy_guard() returns trigger language plpgsql as $$
declare
	cause record;
	bad bigint;
begin
	for cause in select distinct n.deletion_id, (select d.request_id from deletion d join decision a on a.request_id = d.request_id
			where d.id = n.deletion_id and a.verdict = 'approve') as request_id from now_rows n where n.status in ('removing', 'gone') loop
		select min(n.id) into bad from now_rows n where n.status in ('removing', 'gone') and n.deletion_id is not distinct from cause.deletion_id
			and coalesce((select f.generation from request_file f where f.request_id = cause.request_id and f.file_id = n.file_id), 0)
				< n.generation;
		if bad is not null then
			raise exception 'copy % is on no approved list', bad using errcode = 'TB409';
		end if;
	end loop;
	return null;
end $$;
create trigger copy_guard after update on copy
	referencing new table as now_rows for each statement execute function copy_guard();

create function file_return_refused() returns trigger language plpgsql as $$
begin
	raise exception 'file % can come back only with newly stored bytes', new.identifier using errcode = 'TB409';
end $$;
create trigger file_return_guard after update on generic_file for each row
	when (new.generation < old.generation or old.state = 'D' and new.state = 'A' and new.generation = old.generation)
	execute function file_return_refused();

create or replace function file_state_guard() returns trigger language plpgsql as $$
declare
	bad text;
begin
	select min(n.identifier) into bad from now_rows n
		where n.state = 'D' and (select count(*) from copy c where c.file_id = n.id and c.status <> 'gone') > 0;
	if bad is not null then
		raise exception 'file % keeps a copy that is not confirmed gone', bad using errcode = 'TB409';
	end if;
	return null;
end $$;
create trigger file_state_guard after update on generic_file
	referencing new table as now_rows for each statement execute function file_state_guard();

create function request_file_change_refused() returns trigger language plpgsql as $$
begin
	if old.outcome = 'deleted' and new.outcome <> 'deleted' then
		raise exception 'a file that was deleted stays deleted in the list' using errcode = 'TB409';
	end if;
	raise exception 'the list of a request cannot be changed' using errcode = 'TB403';
end $$;
create trigger request_file_guard after update on request_file for each row
	when ((new.request_id, new.file_id, new.generation, new.item_id) is distinct from (old.request_id, old.file_id, old.generation, old.item_id)
		or old.outcome = 'deleted' and new.outcome <> 'deleted')
	execute function request_file_change_refused();

-- Whoever places a hold waits for the claims that hold the object, and later claims wait for it, whether it is about the
-- object or about one of its files: a claim locks a few objects, not a thousand files.
create or replace function hold_locks_target() returns trigger language plpgsql as $$
begin
	if new.file_id is not null then
		perform 1 from intellectual_object where id = (select object_id from generic_file where id = new.file_id) for no key update;
	elsif new.object_id is not null then
		perform 1 from intellectual_object where id = new.object_id for no key update;
	else
		perform 1 from institution where id = new.institution_id for no key update;
	end if;
	return new;
end $$;

-- A list's rows change once, when their batch is settled; in the room that is left beside them, no index has to know.
alter table request_file set (fillfactor = 60);
