#include "record_gone.h"

#include "record_words.h"
#include "tombstone/marc.h"
#include "tombstone/permission.h"
#include "tombstone/record_tombstone.h"

#include <inttypes.h>

enum {
	GONE = 410,
	MARC_TEXT_MAX = 4 * TOMB_MARC_BYTES_MAX /* as MARCXML */
};

enum tomb_code tomb_record_gone_show(struct tomb_view *v, struct tomb_err *err)
{
	struct tomb_record_gone gone;
	struct html_record_gone page;

	TOMB_TRY(tomb_record_gone_find(v->pg, v->req->params[0].uuid, v->arena, &gone, err));
	page = (struct html_record_gone){
		.page = tomb_frame(v->ctx, v->req, "Deleted record", TOMB_SECTION_RECORDS),
		.title = gone.title,
		.kind = tomb_record_kind_info(gone.kind)->label,
		.institution = gone.institution_name,
		.deleted_at = gone.deleted_at_us,
		.reason = tomb_record_words_reason(gone.reason_code),
	};
	html_record_gone(&v->res->body, &page);
	return tomb_view_done(v, GONE, err);
}

static struct tomb_str reason_of(struct tomb_view *v, const struct tomb_record_deletion *d)
{
	if (d->reason.n == 0)
		return tomb_record_words_reason(d->reason_code);
	if (d->reason_code.n == 0)
		return d->reason;
	return tomb_view_text(
		v, "%.*s: %.*s", TOMB_STR_ARG(tomb_record_words_reason(d->reason_code)), TOMB_STR_ARG(d->reason));
}

static struct tomb_str flag(bool is)
{
	return is ? TOMB_STR("Yes") : TOMB_STR("No");
}

static struct html_record_tombstone_stones describe(struct tomb_view *v, const struct tomb_record_tombstone *t)
{
	const struct tomb_record_deletion *d = &t->deletion;
	struct tomb_str marc = t->was.marc.bytes;
	struct html_record_tombstone_stones stone = {
		.id = d->id,
		.at = d->at_us,
		.by = d->actor_label.n > 0 ? d->actor_label : d->actor,
		.how = tomb_record_words_origin(d->origin),
		.mode = tomb_record_words_mode(d->mode),
		.records = tomb_view_count(v, d->records, "record"),
		.reason = reason_of(v, d),
		.is_override = d->is_override,
		.legacy_uri = d->legacy_uri,
		.event = tomb_record_words_uuid(v, t->event_id),
		.identifiers = tomb_record_words_names(v, &t->was),
		.discovery = flag(t->was.discovery_suppress),
		.staff = flag(t->was.staff_suppress),
		.children = t->children.n > 0 ? tomb_view_count(v, (int64_t)t->children.n, "record")
					      : TOMB_STR("Nothing"),
		.restored_at = t->restored_at_us,
		.restored_by = t->restored_by,
	};

	if (t->was.has_parent)
		stone.parent = tomb_record_words_uuid(v, t->was.parent_id);
	if (marc.n > 0 && (size_t)t->was.marc.leader_at + 5 < marc.n)
		stone.leader = tomb_view_text(v, "%c", marc.p[t->was.marc.leader_at + 5]);
	return stone;
}

/* As MARCXML, which people can read; a record that cannot be read is said to be so. */
static struct tomb_str marc_text(struct tomb_view *v, const struct tomb_record *was)
{
	TOMB_BUF_AUTO text = tomb_buf_init(MARC_TEXT_MAX);
	struct tomb_marc_stored stored = {
		.bytes = was->marc.bytes, .leader_at = was->marc.leader_at, .at_005 = was->marc.at_005};
	struct tomb_err why;

	if (was->marc.bytes.n == 0)
		return TOMB_STR("");
	if (!tomb_marc_form_parse(was->marc.form, &stored.form) ||
		tomb_marc_put_xml(&stored, false, (struct tomb_marc_additions){NULL, 0}, &text, &why) != TOMB_OK)
		return TOMB_STR("This MARC record cannot be read.");
	return tomb_view_keep(v, &text);
}

enum tomb_code tomb_record_gone_tell(struct tomb_view *v, const struct tomb_record *record, struct tomb_err *err)
{
	struct html_record_tombstone page = {
		.page = tomb_frame(v->ctx, v->req, "Deleted record", TOMB_SECTION_RECORDS),
		.uuid = tomb_record_words_uuid(v, record->id),
		.title = record->title,
		.kind = tomb_record_kind_info(record->kind)->label,
		.institution = record->institution_name,
		.is_restorable = !tomb_record_words_is_mms(record->kind),
		.has_mods = record->mods.n > 0,
		.has_marc = record->marc.bytes.n > 0,
	};
	struct html_record_tombstone_stones *stones = NULL;
	struct tomb_record_tombstone *found = NULL;
	size_t n = 0;

	if (!tomb_permission_covers(v->actor, TOMB_MAY_RECORD_DELETED_READ, record->institution_id))
		return tomb_record_gone_show(v, err);
	TOMB_TRY(tomb_record_tombstones(v->pg, v->actor, record->id, v->arena, &found, &n, err));
	stones = TOMB_NEW(v->arena, struct html_record_tombstone_stones, n);
	if (!stones)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu tombstones", n);
	for (size_t i = 0; i < n; i++)
		stones[i] = describe(v, &found[i]);
	if (n > 0) { /* what it was when it was deleted last; earlier ones had their time */
		stones->mods = found->was.mods;
		stones->marc = marc_text(v, &found->was);
		stones->content = found->was.content.n > 2 ? found->was.content : TOMB_STR("");
	}
	page.page.title = tomb_view_text(v, "Deleted: %.*s", TOMB_STR_ARG(record->title));
	page.stones = stones;
	page.nstones = n;
	html_record_tombstone(&v->res->body, &page);
	return tomb_view_done(v, GONE, err);
}
