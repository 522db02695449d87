/* A deletion as a table: one line per file and copy.  It is written to a spool file, a thousand files at a
 * time, so that its length costs no memory. */
#include "pages.h"

#include "copy_stage.h"
#include "export.h"
#include "spool.h"
#include "tombstone/csv.h"
#include "tombstone/tx.h"
#include "view.h"

#include <inttypes.h>

enum {
	PART_ARENA_MAX = 32 * 1024 *
			 1024, /* a thousand files and their copies, with the longest URLs that stores use */
	PART_BYTES_MAX = 32 * 1024 * 1024, /* the same as text */
	FILES_AT_ONCE = TOMB_PAGE_MAX,
};

#define HEAD                                                                                                           \
	"request,file,version,size,sha256,backend,url,stage,status,outcome,verification,stored,removed,verified,"      \
	"file_outcome,file_reason,file_settled\r\n"

struct sheet {
	int fd;
	uint64_t bytes;
};

/* The ends of the line: what is the file's. */
static void put_file(struct tomb_buf *out, const struct tomb_deletion_file *f)
{
	tomb_csv_text(out, f->outcome);
	tomb_csv_text(out, f->reason);
	tomb_csv_time(out, f->settled_at_us);
	tomb_csv_end_line(out);
}

static void put_copy(
	struct tomb_buf *out, int64_t request, const struct tomb_deletion_file *f, const struct tomb_deletion_copy *c)
{
	tomb_csv_int(out, request);
	tomb_csv_text(out, f->identifier);
	tomb_csv_int(out, c->generation);
	tomb_csv_int(out, c->size_bytes);
	tomb_csv_text(out, c->sha256);
	tomb_csv_text(out, c->backend);
	tomb_csv_text(out, c->url);
	tomb_csv_text(out, tomb_copy_stage_of(c, f->outcome).word);
	tomb_csv_text(out, c->status);
	tomb_csv_text(out, c->outcome);
	tomb_csv_text(out, c->verification);
	tomb_csv_time(out, c->stored_at_us);
	tomb_csv_time(out, c->removed_at_us);
	tomb_csv_time(out, c->verified_at_us);
	put_file(out, f);
}

/* No file is left out, also not one whose copies another deletion has removed. */
static void put_bare(struct tomb_buf *out, int64_t request, const struct tomb_deletion_file *f)
{
	tomb_csv_int(out, request);
	tomb_csv_text(out, f->identifier);
	tomb_csv_int(out, f->generation);
	tomb_csv_int(out, f->size_bytes);
	for (int i = 0; i < 10; i++)
		tomb_csv_text(out, TOMB_STR(""));
	put_file(out, f);
}

static enum tomb_code write_part(struct tomb_view *v, const struct tomb_deletion_files *files, struct tomb_arena *arena,
	struct sheet *sheet, struct tomb_err *err)
{
	TOMB_BUF_AUTO text = tomb_buf_init(PART_BYTES_MAX);
	int64_t *ids = TOMB_NEW(arena, int64_t, files->n);
	struct tomb_deletion_copy *copies = NULL;
	struct tomb_str made;
	size_t n = 0;
	size_t at = 0;

	if (!ids)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu files", files->n);
	for (size_t i = 0; i < files->n; i++)
		ids[i] = files->p[i].file_id;
	TOMB_TRY(tomb_deletion_view_file_copies(
		v->pg, v->actor, v->id, (struct tomb_int8s){ids, files->n}, arena, &copies, &n, err));
	for (size_t i = 0; i < files->n; i++) {
		const struct tomb_deletion_file *f = &files->p[i];

		if (at == n || copies[at].file_id != f->file_id)
			put_bare(&text, v->id, f);
		for (; at < n && copies[at].file_id == f->file_id; at++)
			put_copy(&text, v->id, f, &copies[at]);
	}
	TOMB_TRY(tomb_buf_done(&text, &made, err));
	sheet->bytes += made.n;
	return tomb_spool_write(sheet->fd, made, err);
}

/* The next part, and the cursor behind it: "" at the end. */
static enum tomb_code next_part(
	struct tomb_view *v, char cursor[static TOMB_EXPORT_CURSOR], struct sheet *sheet, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(PART_ARENA_MAX);
	struct tomb_deletion_files_filter filter = {.request_id = v->id};
	struct tomb_page page = {.after = tomb_str_from(cursor), .limit = FILES_AT_ONCE};
	struct tomb_deletion_files files;

	TOMB_TRY(tomb_deletion_view_files(v->pg, v->actor, &filter, &page, &arena, &files, err));
	TOMB_TRY(write_part(v, &files, &arena, sheet, err));
	return tomb_export_cursor(files.next, cursor, err);
}

/* All of it as it stood at one moment. */
static enum tomb_code write_all(struct tomb_view *v, struct sheet *sheet, struct tomb_err *err)
{
	TOMB_TX_AUTO tx = tomb_tx_init(v->pg);
	char cursor[TOMB_EXPORT_CURSOR] = "";
	struct tomb_str first = TOMB_STR(HEAD);

	sheet->bytes = first.n;
	TOMB_TRY(tomb_spool_write(sheet->fd, first, err));
	TOMB_TRY(tomb_tx_begin(&tx, TOMB_REPEATABLE_READ, err));
	do
		TOMB_TRY(next_part(v, cursor, sheet, err));
	while (cursor[0] != '\0');
	return tomb_tx_commit(&tx, err);
}

enum tomb_code tomb_page_deletion_csv(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	TOMB_EXPORT_AUTO place = {NULL};
	struct tomb_deletion_view request;
	struct sheet sheet = {.fd = -1};
	struct tomb_str name;

	TOMB_TRY(tomb_deletion_view_find(v.pg, v.actor, v.id, v.arena, &request, err));
	TOMB_TRY(tomb_export_begin(&ctx->registry->exports, &place, err));
	TOMB_TRY(tomb_spool_open(TOMB_EXPORT_FOLDER, &sheet.fd, err));
	tomb_response_file(res, sheet.fd, 0); /* which closes it, come what may */
	TOMB_TRY(write_all(&v, &sheet, err));
	res->fd_size = sheet.bytes;
	name = tomb_view_text(&v, "attachment; filename=\"deletion-%" PRId64 ".csv\"", v.id);
	if (v.broken != TOMB_OK)
		return TOMB_FAIL(err, v.broken, "the name of a file");
	res->status = 200;
	res->content_type = "text/csv; charset=utf-8; header=present";
	return tomb_response_header(res, "Content-Disposition", name, err);
}
