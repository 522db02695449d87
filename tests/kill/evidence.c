#include "evidence.h"

#include "pg_fixture.h"
#include "post.h"
#include "tombstone/digest.h"
#include "tombstone/hex.h"

#include <ftw.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SQL_MAX = 1 << 20, ROWS = 1000, LINE = 2048, FILE_MAX = 1 << 16, FDS = 16 };

/* Rows on their way into a table. */
struct rows {
	const char *table;
	struct tomb_buf sql;
	int n;
};

/* nftw() has no argument to hand on. */
static struct rows *files;

static void begin_rows(struct rows *r, const char *table)
{
	*r = (struct rows){.table = table, .sql = tomb_buf_init(SQL_MAX)};
}

static void send_rows(struct rows *r)
{
	struct tomb_str text;

	if (r->n > 0) {
		tomb_buf_put(&r->sql, (struct tomb_str){"", 1}); /* a C string from here */
		TOMB_OK_OR_FAIL(tomb_buf_done(&r->sql, &text, &err));
		tomb_fixture_pg_exec(text.p);
	}
	tomb_buf_fini(&r->sql);
	begin_rows(r, r->table);
}

/* values: what stands between the parentheses. */
static void add_row(struct rows *r, const char *fmt, ...) TOMB_PRINTF(2, 3);
static void add_row(struct rows *r, const char *fmt, ...)
{
	char values[LINE];
	va_list ap;

	va_start(ap, fmt);
	assert_in_range(vsnprintf(values, sizeof values, fmt, ap), 1, sizeof values - 1);
	va_end(ap);
	if (r->n == 0)
		tomb_buf_putf(&r->sql, "insert into judge.%s values ", r->table);
	tomb_buf_putf(&r->sql, "%s(%s)", r->n++ ? ", " : "", values);
	if (r->n == ROWS)
		send_rows(r);
}

static int add_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	char bytes[FILE_MAX];
	uint8_t sha256[TOMB_SHA256_SIZE];
	char hex[2 * TOMB_SHA256_SIZE + 1];
	FILE *f = NULL;
	size_t n = 0;

	(void)st;
	/* What is being written is nobody's yet. */
	if (type != FTW_F || path[ftw->base] == '.')
		return 0;
	f = fopen(path, "re");
	assert_non_null(f);
	n = fread(bytes, 1, sizeof bytes, f);
	assert_true(n < sizeof bytes);
	assert_int_equal(fclose(f), 0);
	tomb_sha256((struct tomb_str){bytes, n}, sha256);
	add_row(files, "'file://%s', '%s', null", path, tomb_hex_encode(sha256, sizeof sha256, hex));
	return 0;
}

static void add_directories(const struct scene *s)
{
	struct rows found;

	begin_rows(&found, "found");
	files = &found;
	for (int i = 1; i <= TOMB_WORLD_COPIES_MAX; i++) {
		char path[96];

		(void)snprintf(path, sizeof path, "%s/local-%d", s->stage->world.folder, i);
		assert_int_equal(nftw(path, add_file, FDS, FTW_PHYS), 0);
	}
	files = NULL;
	send_rows(&found);
	tomb_buf_fini(&found.sql);
}

static void add_journal(const struct scene *s)
{
	FILE *f = fopen(s->journal, "re");
	struct rows done;
	char line[LINE];
	long seq = 0;

	assert_non_null(f);
	begin_rows(&done, "done");
	while (fgets(line, sizeof line, f)) {
		char what[16] = "";
		char path[1024] = "";
		char etag[64] = "";
		int64_t at = 0;

		/* NOLINTNEXTLINE(cert-err34-c): a line of our own making */
		assert_in_range(
			sscanf(line, "%15[a-z]\t%" SCNd64 "\t%1023[^\t\n]\t%63[^\n]", what, &at, path, etag), 3, 4);
		if (strcmp(what, "bad") == 0)
			print_message("the store was asked badly: %s", line);
		add_row(&done, "%ld, '%s', to_timestamp(%" PRId64 " / 1000.0), '%s%s', '%s'", ++seq, what, at,
			strcmp(what, "bad") == 0 ? "" : s3_shelf_endpoint(s->shelf),
			strcmp(what, "bad") == 0 ? "" : path, etag);
	}
	assert_int_equal(fclose(f), 0);
	send_rows(&done);
	tomb_buf_fini(&done.sql);
	tomb_fixture_pg_exec(
		"insert into judge.found select url, null, etag from (select distinct on (url) * from judge.done "
		"where what in ('put', 'delete') order by url, seq desc) l where what = 'put'");
}

/* A post_fn. */
static void add_mail(void *ctx, const struct post_mail *mail)
{
	add_row(ctx, "'%s', '%s'", mail->to, mail->subject);
}

void evidence_collect(struct scene *s)
{
	struct rows mails;

	tomb_fixture_pg_exec(
		"create schema judge; create table judge.found (url text primary key, sha256 text, etag text); "
		"create table judge.done (seq bigint primary key, what text, at timestamptz, url text, etag text); "
		"create table judge.mail (address text, subject text)");
	add_directories(s);
	add_journal(s);
	begin_rows(&mails, "mail");
	post_look_at_all(s->stage->smtp, add_mail, &mails);
	send_rows(&mails);
	tomb_buf_fini(&mails.sql);
	tomb_fixture_pg_exec("create index on judge.done (url); analyze");
}
