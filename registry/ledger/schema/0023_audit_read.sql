-- The audit log and the events as people read them: by institution, person, action, thing and time.

create index audit_entry_by_time on audit_entry (coalesce(institution_id, 0), at, id);
create index audit_entry_by_actor on audit_entry (coalesce(institution_id, 0), actor, at, id);
create index audit_entry_by_verb on audit_entry (coalesce(institution_id, 0), verb, at, id);
create index audit_entry_by_subject on audit_entry (coalesce(institution_id, 0), subject, at, id);

-- The few events that failed.
create index event_failed on premis_event (institution_id, date_time, id) where outcome = 'Failure';
-- As before, and a time is looked for without the rows.
create index event_of_object_by_time on premis_event (object_id, id) include (event_type, date_time);
drop index event_of_object_and_files;
