/* A record taken from the public's sight, which is what is done about harmful content (NW-6). */
#include "pages.h"

#include "record_head.h"
#include "record_words.h"
#include "tombstone/parse.h"
#include "tombstone/record_write.h"

enum tomb_code tomb_page_record_suppress(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	static const bool yes = true;
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_record_given given = {.discovery_suppress = &yes, .origin = TOMB_RECORD_BY_UI};
	struct tomb_record_written done;
	struct tomb_record record;
	struct tomb_str text;
	int64_t version = 0;

	TOMB_TRY(tomb_record_head_find_active(&v, &record, err));
	TOMB_TRY(tomb_view_field(&v, "version", &text, err));
	if (!tomb_parse_i64(text, 1, INT32_MAX, &version))
		return TOMB_FAIL(err, TOMB_INVAL, "\"version\" is no version of a record");
	TOMB_TRY(tomb_record_update(v.pg, v.actor, record.id, (int32_t)version, &given, &done, err));
	return tomb_view_redirect(&v, err, "/records/show/%.*s?notice=record-suppressed",
		TOMB_STR_ARG(tomb_record_words_uuid(&v, done.id)));
}
