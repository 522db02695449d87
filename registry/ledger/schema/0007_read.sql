-- How lists are read: every page of every list is a range of one index, whatever the size of the holdings.
-- Spec: architecture.md §6.  Identifiers are compared byte by byte, so that a prefix is a range.
--
-- The planner must not walk a primary key in order of id and filter, which takes for ever where few rows fit.  So lists
-- are ordered by what only their own index has: -id, or the owner and then the id (query/read_*.sql).

create index object_listed on intellectual_object (institution_id, state, (-id)) include (id);
create index object_named on intellectual_object (institution_id, state, identifier collate "C");
drop index object_by_institution;

create index file_listed on generic_file (institution_id, state, (-id)) include (id);
create index file_named on generic_file (institution_id, state, identifier collate "C");
create index file_of_object on generic_file (object_id, state, identifier collate "C") include (size_bytes);
drop index file_by_institution;
drop index file_by_object;

create index event_listed on premis_event (institution_id, event_type, (-id)) include (id);
create index event_of_object on premis_event (object_id, id) where file_id is null;
drop index event_by_institution;

create index request_item_listed on request_item (request_id, id);

create index work_item_listed on work_item (institution_id, status, (-id)) include (id);
create index work_item_of_deletion on work_item (deletion_id, id);
create index work_item_of_object on work_item (object_id, id);
create index work_item_of_file on work_item (file_id, id) where file_id is not null;
drop index work_item_by_institution;
drop index work_item_by_deletion;

create index request_item_of_object on request_item (object_id, request_id);
create index alert_by_request on alert (request_id);
