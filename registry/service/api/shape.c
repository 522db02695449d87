#include "shape.h"

#include "answer.h"

void tomb_shape_obstacles(struct tomb_json *w, const char *key, const struct tomb_obstacle *p, size_t n)
{
	tomb_json_begin_array(w, key);
	for (size_t i = 0; i < n; i++) {
		tomb_json_begin_object(w, NULL);
		tomb_json_str(w, "rule", p[i].rule);
		tomb_json_str(w, "identifier", p[i].identifier);
		tomb_json_str(w, "detail", p[i].detail);
		tomb_api_time(w, "eligible_at", p[i].eligible_at_us);
		tomb_json_end_object(w);
	}
	tomb_json_end_array(w);
}

static void put_pending(struct tomb_json *w, const struct tomb_pending *p)
{
	tomb_api_id(w, "open_request_id", p->open_request_id);
	tomb_api_id(w, "work_item_id", p->work_item_id);
	tomb_api_time(w, "deleted_at", p->deleted_at_us);
	tomb_api_id(w, "deletion_id", p->deletion_id);
	tomb_api_id(w, "deletion_request_id", p->deletion_request_id);
	tomb_shape_obstacles(w, "obstacles", p->obstacles, p->nobstacles);
}

void tomb_shape_object(
	struct tomb_json *w, const struct tomb_object *object, bool with_counts, const struct tomb_pending *pending)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_int(w, "id", object->id);
	tomb_json_str(w, "identifier", object->identifier);
	tomb_json_str(w, "state", object->is_deleted ? TOMB_STR("D") : TOMB_STR("A"));
	tomb_json_int(w, "institution_id", object->institution_id);
	tomb_json_str(w, "institution", object->institution);
	tomb_json_str(w, "institution_name", object->institution_name);
	tomb_json_str(w, "bag_name", object->bag_name);
	tomb_json_str(w, "title", object->title);
	tomb_json_str(w, "description", object->description);
	tomb_json_str(w, "alt_identifier", object->alt_identifier);
	tomb_json_str(w, "access", object->access);
	tomb_json_str(w, "bag_group_identifier", object->bag_group_identifier);
	tomb_json_str(w, "bagit_profile_identifier", object->bagit_profile_identifier);
	tomb_json_str(w, "source_organization", object->source_organization);
	tomb_json_str(w, "internal_sender_identifier", object->internal_sender_identifier);
	tomb_json_str(w, "internal_sender_description", object->internal_sender_description);
	tomb_json_str(w, "storage_option", object->storage_option);
	tomb_json_int(w, "cycle", object->cycle);
	tomb_json_time(w, "created_at", object->created_at_us);
	tomb_json_time(w, "updated_at", object->updated_at_us);
	if (with_counts) {
		tomb_json_int(w, "active_files", object->active_files);
		tomb_json_int(w, "active_bytes", object->active_bytes);
		tomb_json_int(w, "deleted_files", object->deleted_files);
	}
	if (pending)
		put_pending(w, pending);
	tomb_json_end_object(w);
}

static void put_copy(struct tomb_json *w, const struct tomb_copy *copy)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_int(w, "id", copy->id);
	tomb_json_int(w, "generation", copy->generation);
	tomb_json_str(w, "backend", copy->backend);
	tomb_json_str(w, "storage_option", copy->storage_option);
	tomb_json_str(w, "url", copy->url);
	tomb_json_str(w, "version_id", copy->version_id);
	tomb_json_str(w, "etag", copy->etag);
	tomb_json_int(w, "size_bytes", copy->size_bytes);
	tomb_json_time(w, "stored_at", copy->stored_at_us);
	tomb_json_str(w, "status", copy->status);
	tomb_api_id(w, "deletion_id", copy->deletion_id);
	tomb_json_str(w, "outcome", copy->outcome);
	tomb_json_str(w, "outcome_detail", copy->outcome_detail);
	tomb_json_str(w, "provider_request_id", copy->provider_request_id);
	tomb_json_str(w, "verification", copy->verification);
	tomb_api_time(w, "removed_at", copy->removed_at_us);
	tomb_api_time(w, "verified_at", copy->verified_at_us);
	tomb_json_end_object(w);
}

static void put_parts(struct tomb_json *w, const struct tomb_file_parts *parts)
{
	tomb_json_begin_array(w, "checksums");
	for (size_t i = 0; i < parts->nchecksums; i++) {
		tomb_json_begin_object(w, NULL);
		tomb_json_int(w, "generation", parts->checksums[i].generation);
		tomb_json_str(w, "algorithm", parts->checksums[i].algorithm);
		tomb_json_str(w, "digest", parts->checksums[i].digest);
		tomb_json_time(w, "created_at", parts->checksums[i].created_at_us);
		tomb_json_end_object(w);
	}
	tomb_json_end_array(w);
	tomb_json_begin_array(w, "copies");
	for (size_t i = 0; i < parts->ncopies; i++)
		put_copy(w, &parts->copies[i]);
	tomb_json_end_array(w);
}

void tomb_shape_file(struct tomb_json *w, const struct tomb_file *file, const struct tomb_pending *pending,
	const struct tomb_file_parts *parts)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_int(w, "id", file->id);
	tomb_json_str(w, "identifier", file->identifier);
	tomb_json_str(w, "state", file->is_deleted ? TOMB_STR("D") : TOMB_STR("A"));
	tomb_json_int(w, "institution_id", file->institution_id);
	tomb_json_str(w, "institution", file->institution);
	tomb_json_int(w, "object_id", file->object_id);
	tomb_json_str(w, "object_identifier", file->object_identifier);
	tomb_json_str(w, "file_format", file->file_format);
	tomb_json_int(w, "size_bytes", file->size_bytes);
	tomb_json_uuid(w, "uuid", file->uuid);
	tomb_json_str(w, "storage_option", file->storage_option);
	tomb_json_int(w, "generation", file->generation);
	tomb_api_time(w, "mod_time", file->mod_time_us);
	tomb_json_time(w, "created_at", file->created_at_us);
	tomb_json_time(w, "updated_at", file->updated_at_us);
	tomb_api_time(w, "fixity_checked_at", file->fixity_checked_at_us);
	if (pending)
		put_pending(w, pending);
	if (parts)
		put_parts(w, parts);
	tomb_json_end_object(w);
}

void tomb_shape_event(struct tomb_json *w, const struct tomb_premis_event *event)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_int(w, "id", event->id);
	tomb_json_uuid(w, "identifier", event->identifier);
	tomb_json_str(w, "type", tomb_premis_event_info(event->type)->name);
	tomb_json_time(w, "at", event->at_us);
	tomb_json_int(w, "institution_id", event->institution_id);
	tomb_json_int(w, "object_id", event->object_id);
	tomb_json_str(w, "object_identifier", event->object_identifier);
	tomb_api_id(w, "file_id", event->file_id);
	tomb_json_str(w, "file_identifier", event->file_identifier);
	tomb_json_int(w, "generation", event->generation);
	tomb_json_str(w, "detail", event->detail);
	tomb_json_str(w, "outcome", event->outcome);
	tomb_json_str(w, "outcome_detail", event->outcome_detail);
	tomb_json_str(w, "outcome_information", event->outcome_information);
	tomb_json_str(w, "object_used", event->object_used);
	tomb_json_str(w, "agent", event->agent);
	tomb_api_id(w, "deletion_id", event->deletion_id);
	tomb_json_end_object(w);
}

void tomb_shape_stop_switch(struct tomb_json *w, const struct tomb_stop_switch *state)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_bool(w, "on", state->is_on);
	tomb_json_str(w, "reason", state->reason);
	tomb_json_str(w, "set_by", state->set_by);
	tomb_json_time(w, "set_at", state->set_at_us);
	tomb_json_end_object(w);
}
