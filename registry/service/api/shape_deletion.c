/* Deletion requests and work items as JSON. */
#include "answer.h"
#include "shape.h"

void tomb_shape_progress(struct tomb_json *w, const char *key, const struct tomb_deletion_progress *p)
{
	tomb_json_begin_object(w, key);
	tomb_json_int(w, "items", p->items);
	tomb_json_int(w, "items_done", p->items_done);
	tomb_json_int(w, "items_failed", p->items_failed);
	tomb_json_int(w, "files_total", p->files_total);
	tomb_json_int(w, "files_done", p->files_done);
	tomb_json_int(w, "files_refused", p->files_refused);
	tomb_json_int(w, "files_failed", p->files_failed);
	tomb_json_int(w, "bytes_total", p->bytes_total);
	tomb_json_int(w, "bytes_done", p->bytes_done);
	tomb_json_end_object(w);
}

void tomb_shape_deletion(
	struct tomb_json *w, const struct tomb_deletion_view *view, const struct tomb_deletion_progress *progress)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_int(w, "id", view->id);
	tomb_json_int(w, "institution_id", view->institution_id);
	tomb_json_str(w, "institution", view->institution);
	tomb_json_str(w, "state", view->state);
	tomb_json_str(w, "state_text", view->state_text);
	tomb_shape_person(w, "requested_by", view->requested_by_id, view->requested_by_name, view->requested_by_email);
	tomb_json_str(w, "requested_via", view->requested_via);
	tomb_json_time(w, "requested_at", view->requested_at_us);
	tomb_json_str(w, "reason", view->reason);
	tomb_json_str(w, "reason_code", view->reason_code);
	tomb_json_time(w, "expires_at", view->expires_at_us);
	tomb_api_time(w, "closed_at", view->closed_at_us);
	tomb_json_str(w, "closed_note", view->closed_note);
	tomb_json_hex(w, "list_digest", view->list_digest);
	tomb_json_int(w, "named_objects", view->named_objects);
	tomb_json_int(w, "named_files", view->named_files);
	tomb_json_int(w, "file_count", view->file_count);
	tomb_json_int(w, "byte_count", view->byte_count);
	tomb_json_str(w, "first_identifier", view->first_identifier);
	tomb_json_str(w, "verdict", view->verdict);
	tomb_shape_person(w, "decided_by", view->decided_by_id, view->decided_by_name, view->decided_by_email);
	tomb_json_str(w, "decided_via", view->decided_via);
	tomb_api_time(w, "decided_at", view->decided_at_us);
	tomb_json_bool(w, "as_sole_admin", view->as_sole_admin);
	tomb_api_id(w, "deletion_id", view->deletion_id);
	tomb_api_time(w, "planned_at", view->planned_at_us);
	tomb_api_time(w, "finished_at", view->finished_at_us);
	if (progress)
		tomb_shape_progress(w, "progress", progress);
	tomb_json_end_object(w);
}

void tomb_shape_deletion_item(struct tomb_json *w, const struct tomb_deletion_item *item)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_int(w, "id", item->id);
	tomb_json_int(w, "object_id", item->object_id);
	tomb_json_str(w, "object_identifier", item->object_identifier);
	tomb_api_id(w, "file_id", item->file_id);
	tomb_json_str(w, "file_identifier", item->file_identifier);
	tomb_json_str(w, "state", item->is_deleted ? TOMB_STR("D") : TOMB_STR("A"));
	tomb_json_bool(w, "is_open", item->is_open);
	tomb_api_id(w, "work_item_id", item->work_item_id);
	tomb_json_str(w, "work_status", item->work_status);
	tomb_json_end_object(w);
}

void tomb_shape_deletion_file(struct tomb_json *w, const struct tomb_deletion_file *file)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_int(w, "file_id", file->file_id);
	tomb_json_str(w, "identifier", file->identifier);
	tomb_json_int(w, "generation", file->generation);
	tomb_json_int(w, "size_bytes", file->size_bytes);
	tomb_json_str(w, "outcome", file->outcome);
	tomb_json_str(w, "reason", file->reason);
	tomb_api_time(w, "settled_at", file->settled_at_us);
	tomb_json_end_object(w);
}

void tomb_shape_deletion_copies(struct tomb_json *w, const struct tomb_deletion_copies *copies)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_str(w, "backend", copies->backend);
	tomb_json_str(w, "status", copies->status);
	tomb_json_str(w, "outcome", copies->outcome);
	tomb_json_str(w, "verification", copies->verification);
	tomb_json_int(w, "copies", copies->copies);
	tomb_json_int(w, "bytes", copies->bytes);
	tomb_json_end_object(w);
}

void tomb_shape_work_item(struct tomb_json *w, const struct tomb_work_item *item)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_int(w, "id", item->id);
	tomb_json_int(w, "institution_id", item->institution_id);
	tomb_json_str(w, "institution", item->institution);
	tomb_json_str(w, "action", item->action);
	tomb_api_id(w, "object_id", item->object_id);
	tomb_json_str(w, "object_identifier", item->object_identifier);
	tomb_api_id(w, "file_id", item->file_id);
	tomb_json_str(w, "file_identifier", item->file_identifier);
	tomb_api_id(w, "request_id", item->request_id);
	tomb_api_id(w, "deletion_id", item->deletion_id);
	tomb_json_str(w, "stage", item->stage);
	tomb_json_str(w, "status", item->status);
	tomb_json_str(w, "note", item->note);
	tomb_json_str(w, "outcome", item->outcome);
	tomb_json_str(w, "user", item->user_email);
	tomb_json_str(w, "approver", item->approver_email);
	tomb_json_int(w, "files_total", item->files_total);
	tomb_json_int(w, "files_done", item->files_done);
	tomb_json_int(w, "files_refused", item->files_refused);
	tomb_json_int(w, "files_failed", item->files_failed);
	tomb_json_int(w, "bytes_total", item->bytes_total);
	tomb_json_int(w, "bytes_done", item->bytes_done);
	tomb_json_bool(w, "needs_admin_review", item->needs_admin_review);
	tomb_json_time(w, "requested_at", item->requested_at_us);
	tomb_json_time(w, "created_at", item->created_at_us);
	tomb_api_time(w, "queued_at", item->queued_at_us);
	tomb_api_time(w, "started_at", item->started_at_us);
	tomb_api_time(w, "completed_at", item->completed_at_us);
	tomb_api_time(w, "cancelled_at", item->cancelled_at_us);
	tomb_json_str(w, "cancelled_by", item->cancelled_by);
	tomb_json_str(w, "cancel_reason", item->cancel_reason);
	tomb_json_time(w, "updated_at", item->updated_at_us);
	tomb_json_end_object(w);
}
