-- Work items that an operator ends before they are done: cancel.c.  What is cancelled stays so; what has ended cannot be
-- cancelled; and what ended by it is not begun again.
alter table work_item add column cancelled_at timestamptz, add column cancelled_by text not null default '',
	add column cancel_reason text not null default '' check (length(cancel_reason) <= 2000),
	add check ((cancelled_at is null) = (cancelled_by = '')),
	add check (cancelled_at is null or action = 'Delete'),
	add check (action = 'Ingest' or status <> 'Cancelled' or cancelled_at is not null);

-- A claim asks whether there are any before it asks of which files.
create index work_item_cancelled on work_item (deletion_id) where cancelled_at is not null;

create function work_item_cancel_refused() returns trigger language plpgsql as $$
begin
	raise exception 'work item %: what has ended cannot be cancelled, and what was cancelled stays so', new.id using errcode = 'TB409';
end $$;
create trigger work_item_cancel_guard after update on work_item for each row
	when (old.cancelled_at is not null and new.cancelled_at is distinct from old.cancelled_at
		or old.cancelled_at is null and new.cancelled_at is not null and old.completed_at is not null
		or old.cancelled_at is not null and old.completed_at is not null and new.completed_at is null)
	execute function work_item_cancel_refused();
