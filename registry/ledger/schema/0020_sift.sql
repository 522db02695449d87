-- Lists in the order of their times, newest first, as clients of other registries expect them; and people's alerts.
-- Without these indexes a page of such a list would read every row of its institution.

create index object_by_time on intellectual_object (institution_id, state, updated_at, id);
create index file_by_time on generic_file (institution_id, state, updated_at, id);
create index event_by_time on premis_event (institution_id, event_type, date_time, id);
create index work_item_by_time on work_item (institution_id, status, action, updated_at, id);
create index request_by_time on deletion_request (institution_id, requested_at, id);
create index alert_unread on alert (user_id, id) where read_at is null;

-- A time as clients' numbers: microseconds since 1970.
create function us(at timestamptz) returns bigint language sql stable as $$ select (extract(epoch from at) * 1000000)::bigint $$;
grant execute on function us(timestamptz) to tombstone_registry;
