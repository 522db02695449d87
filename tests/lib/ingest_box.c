#include "ingest_box.h"

#include "pg_fixture.h"
#include "sql.gen.h"
#include "temp_folder.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { ARENA_BYTES = 1 << 26, SQL_MAX = 4096 };

static enum tomb_code watch(void *ctx, const struct tomb_ingest_step *step, struct tomb_err *err)
{
	struct ingest_box *box = ctx;
	void (*then)(struct ingest_box *) = box->then;

	(void)err;
	if (!then || step->phase != box->at)
		return TOMB_OK;
	box->then = NULL;
	then(box);
	return TOMB_OK;
}

int ingest_box_set_up(void **state)
{
	struct ingest_box *box = calloc(1, sizeof *box);

	assert_non_null(box);
	*state = box;
	tomb_world_open(&box->w);
	(void)tomb_world_option(&box->w, "Wasabi-VA", 90);
	tomb_fixture_pg_exec("insert into storage_option_backend (storage_option_id, backend_id) "
			     "select o.id, b.id from storage_option o join storage_backend b on "
			     "o.name = 'Standard' and b.name in ('local-1', 'local-2') or "
			     "o.name = 'Wasabi-VA' and b.name = 'local-3'");
	box->bag = bag_box_new();
	box->arena = tomb_arena_init(ARENA_BYTES);
	box->order = (struct tomb_ingest_order){
		.bag = bag_box_path(box->bag, "bag"),
		.institution = TOMB_STR("test.edu"),
		.backends_file = box->w.backends_file,
		.threads = 2,
		.agent = TOMB_STR("tombstone test"),
		.fn = watch,
		.ctx = box,
	};
	return 0;
}

int ingest_box_tear_down(void **state)
{
	struct ingest_box *box = *state;

	bag_box_free(box->bag);
	tomb_world_close(&box->w);
	tomb_arena_fini(&box->arena);
	free(box);
	return 0;
}

static const struct tomb_actor program = {.email = {"tombstone", 9}, .via = TOMB_VIA_CLI};

enum tomb_code ingest_box_try(struct ingest_box *box)
{
	return tomb_ingest(box->w.registry, &program, &box->order, &box->arena, &box->done, &box->err);
}

void ingest_box_send(struct ingest_box *box)
{
	if (ingest_box_try(box) != TOMB_OK)
		fail_msg("ingest: %s", box->err.text);
}

enum tomb_code ingest_box_try_elsewhere(struct ingest_box *box)
{
	TOMB_PG_AUTO *pg = NULL;
	struct tomb_ingested done;

	TOMB_OK_OR_FAIL(tomb_pg_open(&pg, tomb_fixture_pg_registry(), sql_all, sql_nall, &err));
	return tomb_ingest(pg, &program, &box->order, &box->arena, &done, &box->err);
}

void ingest_box_change(struct ingest_box *box, const char *six)
{
	static const char *const payload[] = {"data/a.txt", "data/sub/b.txt", NULL};

	assert_int_equal(strlen(six), 6);
	bag_box_write(box->bag, "data/a.txt", tomb_str_from(six));
	bag_box_manifest(box->bag, "manifest-sha256.txt", TOMB_SHA256, payload);
	bag_box_seal(box->bag);
}

int64_t ingest_box_number(const char *fmt, ...)
{
	char sql[SQL_MAX];
	va_list ap;

	va_start(ap, fmt);
	assert_in_range(vsnprintf(sql, sizeof sql, fmt, ap), 1, sizeof sql - 1);
	va_end(ap);
	return tomb_fixture_pg_number(sql);
}

const char *ingest_box_text(const char *fmt, ...)
{
	char sql[SQL_MAX];
	va_list ap;

	va_start(ap, fmt);
	assert_in_range(vsnprintf(sql, sizeof sql, fmt, ap), 1, sizeof sql - 1);
	va_end(ap);
	return tomb_fixture_pg_value(sql);
}

int ingest_box_stored(struct ingest_box *box)
{
	struct temp_folder folder;
	size_t n = 0;

	(void)snprintf(folder.path, sizeof folder.path, "%s", box->w.folder);
	for (int i = 1; i <= TOMB_WORLD_COPIES_MAX; i++) {
		char below[16];

		(void)snprintf(below, sizeof below, "local-%d", i);
		n += temp_folder_count(&folder, below);
	}
	return (int)n;
}

void ingest_box_delete_object(struct ingest_box *box)
{
	int64_t request = tomb_world_request_object(&box->w, box->done.object_id);

	(void)tomb_world_approve(&box->w, request);
	tomb_world_work(&box->w);
}

void ingest_box_delete_file(struct ingest_box *box, const char *path)
{
	char identifier[256];

	(void)snprintf(identifier, sizeof identifier, "test.edu/bag/%s", path);
	(void)tomb_world_approve(&box->w, tomb_world_request_file(&box->w, tomb_world_file(&box->w, identifier)));
	tomb_world_work(&box->w);
}

void ingest_box_check(struct ingest_box *box)
{
	char *list = strdup(
		ingest_box_text("select coalesce(string_agg(url, ' '), '') from copy where status = 'stored'"));
	char *rest = NULL;

	assert_non_null(list);
	tomb_world_check(&box->w);
	for (char *url = strtok_r(list, " ", &rest); url; url = strtok_r(NULL, " ", &rest)) {
		assert_int_equal(strncmp(url, "file://", 7), 0);
		if (access(url + 7, R_OK) != 0)
			fail_msg("%s counts as stored and is not there", url);
	}
	free(list);
	assert_int_equal(
		ingest_box_number("select count(*) from generic_file f where f.state = 'A' and "
				  "(select count(*) from copy c where c.file_id = f.id and c.generation = f.generation "
				  "and c.status = 'stored') <> (select count(*) from storage_option_backend b "
				  "where b.storage_option_id = f.storage_option_id)"),
		0);
	assert_int_equal(ingest_box_number("select count(*) from ingest_file"), 0);
}
