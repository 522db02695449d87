-- Lists that walked what they then left out.

-- Work items are asked for by what they do, too: hundreds of thousands of deletions must not be walked to find ingests.
create index work_item_listed_by_action on work_item (institution_id, status, action, (-id)) include (id);
drop index work_item_listed;

-- The events of an object, by type: told from the index alone.
create index event_of_object_and_files on premis_event (object_id, id) include (event_type);
drop index event_by_object;
