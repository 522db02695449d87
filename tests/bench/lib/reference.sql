-- The least that the deletion of a batch writes, for pgbench: files Deleted, one event each, copies gone, one audit entry,
-- in one transaction, set-based, with the schema's indexes and foreign keys.  None of the questions that a claim asks, and
-- none of our triggers: they are disabled before.  Variables: first_file, clients, step = -1, batch_files.
\set step :step + 1
\set first :first_file + (:client_id + :step * :clients) * :batch_files
\set last :first + :batch_files - 1
begin;
update generic_file set state = 'D', updated_at = now() where id between :first and :last;
insert into premis_event (institution_id, object_id, file_id, generation, event_type, detail, outcome, outcome_detail,
	outcome_information, object_used, agent, deletion_id)
select institution_id, object_id, id, generation, 'deletion',
	'All copies of this file were deleted from preservation storage and their absence was verified', 'Success',
	'ada@bench.edu', 'File deleted at the request of ada@bench.edu. Institutional approver: ben@bench.edu. Deletion 1.',
	'Tombstone deletion worker', 'tombstone-worker/1.0 bench', 1
from generic_file where id between :first and :last order by id;
update copy set status = 'gone', deletion_id = 1, outcome = 'removed', outcome_detail = '', provider_request_id = 'bench',
	verification = 'verified absent', removed_at = now(), verified_at = now() where file_id between :first and :last;
insert into audit_entry (actor, via, verb, institution_id, subject, detail)
values ('tombstone-worker/1.0 bench', 'worker', 'settle batch', 1, 'deletion 1', 'a batch');
commit;
