/* The things of the ledger as JSON: the same wherever they are shown. */
#ifndef TOMB_API_SHAPE_H
#define TOMB_API_SHAPE_H

#include "tombstone/alert.h"
#include "tombstone/api_key.h"
#include "tombstone/audit_view.h"
#include "tombstone/deletion_preview.h"
#include "tombstone/deletion_view.h"
#include "tombstone/file.h"
#include "tombstone/impact.h"
#include "tombstone/institution.h"
#include "tombstone/json_writer.h"
#include "tombstone/premis_event.h"
#include "tombstone/session.h"
#include "tombstone/stop_switch.h"
#include "tombstone/user.h"
#include "tombstone/work_item.h"

/* pending and parts may be NULL: they are left out then. */
void tomb_shape_object(
	struct tomb_json *w, const struct tomb_object *object, bool with_counts, const struct tomb_pending *pending);
void tomb_shape_file(struct tomb_json *w, const struct tomb_file *file, const struct tomb_pending *pending,
	const struct tomb_file_parts *parts);
void tomb_shape_event(struct tomb_json *w, const struct tomb_premis_event *event);
void tomb_shape_deletion(
	struct tomb_json *w, const struct tomb_deletion_view *view, const struct tomb_deletion_progress *progress);
void tomb_shape_progress(struct tomb_json *w, const char *key, const struct tomb_deletion_progress *progress);
void tomb_shape_deletion_item(struct tomb_json *w, const struct tomb_deletion_item *item);
void tomb_shape_deletion_file(struct tomb_json *w, const struct tomb_deletion_file *file);
void tomb_shape_deletion_copies(struct tomb_json *w, const struct tomb_deletion_copies *copies);
void tomb_shape_preview(struct tomb_json *w, const struct tomb_deletion_preview *preview);
void tomb_shape_obstacles(struct tomb_json *w, const char *key, const struct tomb_obstacle *p, size_t n);
void tomb_shape_impact(struct tomb_json *w, const struct tomb_impact *impact);
void tomb_shape_work_item(struct tomb_json *w, const struct tomb_work_item *item);
void tomb_shape_alert(struct tomb_json *w, const struct tomb_alert *alert);
void tomb_shape_api_key(
	struct tomb_json *w, const struct tomb_api_key *key, struct tomb_str secret); /* "": without it */
void tomb_shape_session(struct tomb_json *w, const struct tomb_session *session);
void tomb_shape_audit_entry(struct tomb_json *w, const struct tomb_audit_view *entry);
void tomb_shape_institution(struct tomb_json *w, const struct tomb_institution *institution);
void tomb_shape_duties(struct tomb_json *w, unsigned duties); /* the member "duties" */
void tomb_shape_user(struct tomb_json *w, const struct tomb_user *user);
void tomb_shape_person(
	struct tomb_json *w, const char *key, int64_t id, struct tomb_str name, struct tomb_str email); /* null for 0 */
void tomb_shape_stop_switch(struct tomb_json *w, const struct tomb_stop_switch *state);

#endif
