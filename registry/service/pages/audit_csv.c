/* The audit log as a table, under the filters of its page.  It is written to a spool file, some entries at a
 * time, so that its length costs no memory. */
#include "pages.h"

#include "audit_filter.h"
#include "export.h"
#include "spool.h"
#include "tombstone/csv.h"
#include "tombstone/tx.h"

enum {
	PART_ARENA_MAX = 16 * 1024 * 1024, /* 64 KB for each entry, some times what a reason can fill */
	PART_BYTES_MAX = 32 * 1024 * 1024, /* the same as text, if every byte were a quote */
	ENTRIES_AT_ONCE = 250,
};

#define HEAD "entry,time,actor,via,action,institution,thing,detail,list_digest,seal,hash\r\n"

struct sheet {
	int fd;
	uint64_t bytes;
};

/* For a number that may be missing. */
static void put_seq(struct tomb_buf *out, int64_t seq)
{
	if (seq == 0)
		tomb_csv_text(out, TOMB_STR(""));
	else
		tomb_csv_int(out, seq);
}

static void put_entry(struct tomb_view *v, struct tomb_buf *out, const struct tomb_audit_view *e)
{
	tomb_csv_int(out, e->id);
	tomb_csv_time(out, e->at_us);
	tomb_csv_text(out, e->actor);
	tomb_csv_text(out, e->via);
	tomb_csv_text(out, e->verb);
	tomb_csv_text(out, e->institution_name);
	tomb_csv_text(out, e->subject);
	tomb_csv_text(out, e->detail);
	tomb_csv_text(out, tomb_view_hex(v, e->list_digest));
	put_seq(out, e->seq);
	tomb_csv_text(out, tomb_view_hex(v, e->hash));
	tomb_csv_end_line(out);
}

/* The next part, and the cursor behind it: "" at the end. */
static enum tomb_code next_part(const struct tomb_view *whole, const struct tomb_audit_view_filter *filter,
	char cursor[static TOMB_EXPORT_CURSOR], struct sheet *sheet, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(PART_ARENA_MAX);
	TOMB_BUF_AUTO text = tomb_buf_init(PART_BYTES_MAX);
	struct tomb_view v = *whole;
	struct tomb_page page = {.after = tomb_str_from(cursor), .limit = ENTRIES_AT_ONCE};
	struct tomb_audit_view_page found;
	struct tomb_str made;

	v.arena = &arena;
	TOMB_TRY(tomb_audit_view_list(v.pg, v.actor, filter, &page, &arena, &found, err));
	for (size_t i = 0; i < found.n; i++)
		put_entry(&v, &text, &found.p[i]);
	if (v.broken != TOMB_OK)
		return TOMB_FAIL(err, v.broken, "entries of the audit log as text");
	TOMB_TRY(tomb_buf_done(&text, &made, err));
	sheet->bytes += made.n;
	TOMB_TRY(tomb_spool_write(sheet->fd, made, err));
	return tomb_export_cursor(found.next, cursor, err);
}

/* All of it as it stood at one moment. */
static enum tomb_code write_all(const struct tomb_view *v, const struct tomb_audit_view_filter *filter,
	struct sheet *sheet, struct tomb_err *err)
{
	TOMB_TX_AUTO tx = tomb_tx_init(v->pg);
	char cursor[TOMB_EXPORT_CURSOR] = "";
	struct tomb_str first = TOMB_STR(HEAD);

	sheet->bytes = first.n;
	TOMB_TRY(tomb_spool_write(sheet->fd, first, err));
	TOMB_TRY(tomb_tx_begin(&tx, TOMB_REPEATABLE_READ, err));
	do
		TOMB_TRY(next_part(v, filter, cursor, sheet, err));
	while (cursor[0] != '\0');
	return tomb_tx_commit(&tx, err);
}

enum tomb_code tomb_audit_csv_send(
	struct tomb_view *v, const struct tomb_audit_view_filter *filter, struct tomb_err *err)
{
	TOMB_EXPORT_AUTO place = {NULL};
	struct sheet sheet = {.fd = -1};

	TOMB_TRY(tomb_export_begin(&v->ctx->registry->exports, &place, err));
	TOMB_TRY(tomb_spool_open(TOMB_EXPORT_FOLDER, &sheet.fd, err));
	tomb_response_file(v->res, sheet.fd, 0); /* which closes it, come what may */
	TOMB_TRY(write_all(v, filter, &sheet, err));
	v->res->fd_size = sheet.bytes;
	v->res->status = 200;
	v->res->content_type = "text/csv; charset=utf-8; header=present";
	return tomb_response_header(v->res, "Content-Disposition", TOMB_STR("attachment; filename=\"audit.csv\""), err);
}

enum tomb_code tomb_page_audit_csv(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_audit_view_filter filter;

	TOMB_TRY(tomb_audit_filter_of(&v, &filter, err));
	return tomb_audit_csv_send(&v, &filter, err);
}
