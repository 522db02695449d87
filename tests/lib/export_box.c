#include "export_box.h"

#include "tombstone/hex.h"
#include "tombstone/marc_builder.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { FILE_MAX = 64 * 1024 * 1024, SQL_MAX = 4 * 1024 * 1024 };

static const char deleter[] =
	"create function test_delete(name text, way text) returns void language plpgsql as $$"
	" declare made bigint; r record; begin"
	" select * into strict r from public.record x where x.hrid = name;"
	" insert into deletion (institution_id, planned_at, finished_at) values (r.institution_id, now(), now()) "
	"returning id "
	"into made;"
	" insert into record_deletion (deletion_id, origin, actor_kind, actor, root_id, root_kind, mode, reason, "
	"records)"
	" values (made, way, 'user', '=alice@test.edu', r.id, r.kind, 'self', 'twice, \"really\"', 1);"
	" perform record_mark_deleted(made, array[r.id]); end $$;"
	"create function test_restore(name text) returns void language plpgsql as $$"
	" declare made bigint; r record; begin"
	" select * into strict r from public.record x where x.hrid = name;"
	" insert into record_restoration (institution_id, restored_by, via, records) values (r.institution_id, "
	"'alice', 'cli', 1) "
	"returning id into made;"
	" perform record_mark_active(made, array[r.id], false); end $$;";

static void find_data(struct export_box *box)
{
	const char *given = getenv("TOMBSTONE_TEST_DATA"); /* NOLINT(concurrency-mt-unsafe): there is one thread */
	char path[600];

	(void)snprintf(box->data, sizeof box->data, "%s", given ? given : TOMB_TESTS_DIR "/../../shared/data");
	(void)snprintf(path, sizeof path, "%s/schemas/MARC21slim.xsd", box->data);
	if (access(path, R_OK) != 0)
		box->data[0] = '\0';
}

int export_box_set_up(void **state)
{
	struct export_box *box = calloc(1, sizeof *box);
	void *f = NULL;

	assert_non_null(box);
	assert_int_equal(ledger_fixture_set_up(&f), 0);
	box->f = f;
	box->institution = ledger_fixture_institution("test.edu");
	box->editor = ledger_fixture_person(box->f, box->institution, "alice@test.edu", TOMB_ROLE_INST_ADMIN);
	box->file = tomb_buf_init(FILE_MAX);
	box->problems = tomb_buf_init(FILE_MAX);
	temp_folder_make(&box->temp);
	find_data(box);
	tomb_fixture_pg_exec(deleter);
	*state = box;
	return 0;
}

int export_box_tear_down(void **state)
{
	struct export_box *box = *state;
	void *f = box->f;

	temp_folder_remove(&box->temp);
	tomb_buf_fini(&box->file);
	tomb_buf_fini(&box->problems);
	free(box);
	return ledger_fixture_tear_down(&f);
}

static void put_marc(struct tomb_buf *sql, const char *kind, const char *hrid, const char *title)
{
	TOMB_MARC_BUILDER_AUTO b = tomb_marc_builder_init();
	TOMB_BUF_AUTO bytes = tomb_buf_init(TOMB_MARC_BYTES_MAX);
	struct tomb_marc_stored stored;
	struct tomb_err err;
	char *hex = NULL;

	tomb_marc_builder_begin(&b, strcmp(kind, "authority") == 0  ? TOMB_STR("00000nz  a2200000n  4500")
				    : strcmp(kind, "holdings") == 0 ? TOMB_STR("00000nx  a22000003n 4500")
								    : TOMB_STR("00000nam a22000003u 4500"));
	tomb_marc_builder_control(&b, TOMB_STR("001"), tomb_str_from(hrid));
	tomb_marc_builder_control(&b, TOMB_STR("005"), TOMB_STR("20200101000000.0"));
	tomb_marc_builder_field(&b, TOMB_STR("245"), TOMB_STR("00"));
	tomb_marc_builder_subfield(&b, 'a', tomb_str_from(title));
	if (tomb_marc_builder_done(&b, 0, &bytes, &stored, &err) != TOMB_OK)
		fail_msg("%s", err.text);
	hex = malloc(2 * stored.bytes.n + 1);
	assert_non_null(hex);
	tomb_buf_putf(sql, "'\\x%s', '%s', %" PRId32 ", %" PRId32,
		tomb_hex_encode((const uint8_t *)stored.bytes.p, stored.bytes.n, hex), tomb_marc_form_name(stored.form),
		stored.leader_at, stored.at_005);
	free(hex);
}

void export_box_add_in(struct export_box *box, const char *parent_hrid, const char *kind, const char *source,
	const char *hrid, const char *title)
{
	TOMB_BUF_AUTO sql = tomb_buf_init(SQL_MAX);
	bool has_marc = strcmp(source, "MARC") == 0 && title[0] != '!';

	tomb_buf_putf(&sql,
		"insert into record (institution_id, kind, parent_id, source, hrid, title, created_by, marc, "
		"marc_form, "
		"marc_leader_at, marc_005_at) values (%" PRId64
		", '%s', (select id from record where hrid = '%s'), '%s', "
		"'%s', left('%s', 100), 'test', ",
		box->institution, kind, parent_hrid, source, hrid, title);
	if (has_marc)
		put_marc(&sql, kind, hrid, title);
	else
		tomb_buf_put(&sql, TOMB_STR("null, null, null, null"));
	tomb_buf_put(&sql, TOMB_STR(")"));
	assert_int_equal(sql.broken, TOMB_OK);
	tomb_fixture_pg_exec(sql.p);
}

void export_box_add(struct export_box *box, const char *kind, const char *source, const char *hrid, const char *title)
{
	export_box_add_in(box, "nothing", kind, source, hrid, title);
}

void export_box_delete(const char *hrid, const char *origin)
{
	char sql[128];

	(void)snprintf(sql, sizeof sql, "select test_delete('%s', '%s')", hrid, origin);
	tomb_fixture_pg_exec(sql);
}

void export_box_restore(const char *hrid)
{
	char sql[128];

	(void)snprintf(sql, sizeof sql, "select test_restore('%s')", hrid);
	tomb_fixture_pg_exec(sql);
}

static enum tomb_code keep_piece(void *ctx, struct tomb_str piece, struct tomb_err *err)
{
	struct export_box *box = ctx;
	struct tomb_str all;

	tomb_buf_put(&box->file, piece);
	return tomb_buf_done(&box->file, &all, err);
}

static enum tomb_code keep_problem(void *ctx, const struct tomb_record_export_problem *problem, struct tomb_err *err)
{
	struct export_box *box = ctx;
	char id[TOMB_UUID_TEXT];
	struct tomb_str all;

	tomb_buf_putf(&box->problems, "%s %.*s\n", tomb_uuid_text(problem->id, id), TOMB_STR_ARG(problem->text));
	return tomb_buf_done(&box->problems, &all, err);
}

void export_box_run(struct export_box *box, const struct tomb_record_export_ask *ask)
{
	struct tomb_record_export_sink sink = {keep_piece, keep_problem, box};

	tomb_buf_reset(&box->file);
	tomb_buf_reset(&box->problems);
	tomb_buf_put(&box->file, TOMB_STR(""));
	tomb_buf_put(&box->problems, TOMB_STR(""));
	OK(box->f, tomb_record_export(box->f->pg, &box->editor, ask, &sink, &box->done, &box->f->err));
	assert_int_equal(box->done.bytes, box->file.n);
}

struct tomb_record_export_ask export_box_all(enum tomb_record_kind *kind, enum tomb_record_export_format format)
{
	return (struct tomb_record_export_ask){
		.kinds = kind, .nkinds = 1, .live = true, .deleted = true, .format = format};
}

/* What a command prints. */
static const char *output_of(const char *command)
{
	FILE *f = popen(command, "r"); /* NOLINT(cert-env33-c): a test, and names of our own making */
	static char text[64 * 1024];
	size_t n = 0;

	assert_non_null(f);
	n = fread(text, 1, sizeof text - 1, f);
	text[n] = '\0';
	if (pclose(f) != 0)
		fail_msg("%s: %s", command, text);
	return text;
}

const char *export_box_perl(struct export_box *box)
{
	char command[512];

	temp_folder_write(&box->temp, "export.mrc", box->file.p ? box->file.p : "", box->file.n);
	(void)snprintf(command, sizeof command,
		"perl -CO -MMARC::Batch -e 'my $b = MARC::Batch->new(\"USMARC\", \"%s/export.mrc\"); $b->strict_on; "
		"while (my $r = $b->next) { die join(\"; \", $r->warnings) if $r->warnings; print substr($r->leader, "
		"5, 1), "
		"\" \", $r->field(\"001\")->data, \" \", $r->subfield(\"245\", \"a\") // \"\", \"\\n\" }' 2>&1",
		box->temp.path);
	return output_of(command);
}

void export_box_judge(struct export_box *box, const char *name, const char *command)
{
	char path[128];
	char line[2048];
	const char *at = strstr(command, "%s");

	assert_non_null(at);
	temp_folder_write(&box->temp, name, box->file.p ? box->file.p : "", box->file.n);
	(void)snprintf(path, sizeof path, "%s/%s", box->temp.path, name);
	(void)snprintf(line, sizeof line, "%.*s%s%s 2>&1", (int)(at - command), command, path, at + 2);
	(void)output_of(line);
}
