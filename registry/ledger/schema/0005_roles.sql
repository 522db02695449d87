-- Who may do what in the ledger: each login gets what its statements need, and no more (X-21).
--	the owner runs migrations;
--	tombstone_registry serves people: requests, decisions, ingest, plans, mail;
--	tombstone_worker carries decisions out, and cannot make one.
-- A role is made once per cluster; two databases may be migrated at the same time.

do $$
declare
	wanted text;
begin
	foreach wanted in array array['tombstone_registry', 'tombstone_worker'] loop
		begin
			if not exists (select from pg_roles where rolname = wanted) then
				execute format('create role %I login', wanted);
			end if;
		exception when duplicate_object or unique_violation then
			null;
		end;
	end loop;
end $$;

grant usage on schema public to tombstone_registry, tombstone_worker;

grant select on all tables in schema public to tombstone_registry;
grant insert on institution, user_account, session, api_key, storage_backend, storage_option, storage_option_backend,
	intellectual_object, generic_file, checksum, copy, promised_put, hold, premis_event, deletion_request, request_item,
	request_file, approval_token, decision, deletion, work_item, batch, alert, outbox, audit_entry, audit_seal
	to tombstone_registry;
grant update on institution, work_item, batch, outbox, stop_switch to tombstone_registry;
grant update (name, role, password_hash, deactivated_at, admin_since, admin_until, updated_at) on user_account to tombstone_registry;
grant update (ended_at) on session to tombstone_registry;
grant update (revoked_at) on api_key to tombstone_registry;
grant update (min_days) on storage_option to tombstone_registry;
grant update (title, description, alt_identifier, access, bag_name, bag_group_identifier, bagit_profile_identifier,
	source_organization, internal_sender_identifier, internal_sender_description, storage_option_id, state, cycle, updated_at)
	on intellectual_object to tombstone_registry;
grant update (file_format, size_bytes, storage_option_id, state, generation, mod_time, updated_at) on generic_file to tombstone_registry;
grant update (status) on copy to tombstone_registry;
grant update (recorded_at) on promised_put to tombstone_registry;
grant update (lifted_by, lift_approved_by, lifted_at, review_at) on hold to tombstone_registry;
grant update (state, closed_at, closed_note) on deletion_request to tombstone_registry;
grant update (is_open) on request_item to tombstone_registry;
grant update (outcome, reason, settled_at) on request_file to tombstone_registry;
grant update (rotated_at) on approval_token to tombstone_registry;
grant update (planned_at, finished_at) on deletion to tombstone_registry;
grant update (sent_at, read_at) on alert to tombstone_registry;

grant select on institution, storage_backend, storage_option, storage_option_backend, intellectual_object, generic_file, copy,
	hold, premis_event, deletion_request, request_item, request_file, decision, deletion, work_item, batch, stop_switch,
	alert, outbox, schema_version to tombstone_worker;
grant select (id, institution_id, email, name, role, deactivated_at) on user_account to tombstone_worker;
grant select (id, institution_id, email, name, role) on active_user to tombstone_worker;
-- Row locks want a column to be updatable: a claim locks the institution and the object against new holds.
grant update (updated_at) on institution to tombstone_worker;
grant update (state, updated_at) on intellectual_object, generic_file to tombstone_worker;
grant update (status, deletion_id, outcome, outcome_detail, provider_request_id, verification, removed_at, verified_at)
	on copy to tombstone_worker;
grant update (outcome, reason, settled_at) on request_file to tombstone_worker;
grant update (is_open) on request_item to tombstone_worker;
grant update (finished_at) on deletion to tombstone_worker;
grant update (state, file_ids, lease_owner, lease_until, fence, attempts, due_at, announced_at, last_error) on batch to tombstone_worker;
grant update (stage, status, note, outcome, files_done, files_refused, files_failed, bytes_done, needs_admin_review,
	started_at, completed_at, updated_at) on work_item to tombstone_worker;
grant insert on premis_event, alert, outbox, audit_entry to tombstone_worker;
