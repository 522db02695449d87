/* Rows of tables that several pages have.  Every page has its own struct for them, with the same members: so these are
 * initializers. */
#ifndef TOMB_ROWS_H
#define TOMB_ROWS_H

#include "tombstone/file.h"
#include "tombstone/impact.h"
#include "tombstone/premis_event.h"
#include "view.h"

#include <inttypes.h>

/* web/part/copies.html, from a struct tomb_copy. */
#define TOMB_ROW_COPY(v, c)                                                                                            \
	{                                                                                                              \
		.backend = (c).backend, .storage_option = (c).storage_option,                                          \
		.status = tomb_view_word((v), (c).status), .tone = tomb_view_tone((c).status),                         \
		.stored_at = (c).stored_at_us, .url = (c).url, .outcome = (c).outcome,                                 \
		.verification = (c).verification, .removed_at = (c).removed_at_us, .version = (c).generation,          \
		.bytes = (c).size_bytes                                                                                \
	}

/* The table of copies that a deletion takes, from a struct tomb_impact. */
#define TOMB_ROW_IMPACT(v, i)                                                                                          \
	{                                                                                                              \
		.storage_option = (i).storage_option, .backend = (i).backend,                                          \
		.copies = tomb_view_number((v), (i).copies), .bytes = (i).bytes,                                       \
		.kept = tomb_view_kept((v), (i).min_days), .fee = tomb_view_fee((v), &(i).fee)                         \
	}

/* web/part/events.html, from a struct tomb_premis_event. */
#define TOMB_ROW_EVENT(v, e)                                                                                           \
	{                                                                                                              \
		.at = (e).at_us, .label = tomb_view_word((v), tomb_premis_event_info((e).type)->label),                \
		/* the first one goes without saying */ .version = (e).generation > 1 ? (e).generation : 0,            \
		.outcome = (e).outcome, .tone = tomb_view_tone((e).outcome), .detail = (e).detail,                     \
		.information = (e).outcome_information, .file_id = (e).file_id, .file_identifier = (e).file_identifier \
	}

/* web/part/delete_button.html in *row, for "object" or "file". */
#define TOMB_ROW_DELETE(v, row, noun, id_, label, refusal)                                                             \
	do {                                                                                                           \
		(row)->may_delete = true;                                                                              \
		(row)->delete_id = tomb_view_text((v), "%s-%" PRId64, (noun), (id_));                                  \
		(row)->delete_label = TOMB_STR(label);                                                                 \
		(row)->delete_link = tomb_view_text((v), "/%ss/request_delete/%" PRId64, (noun), (id_));               \
		(row)->delete_refusal = (refusal);                                                                     \
	} while (0)

#endif
