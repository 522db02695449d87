#include "modelsql.gen.h"
#include "pg_fixture.h"
#include "run.h"
#include "sql.gen.h"
#include "tombstone/digest.h"
#include "tombstone/hex.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ARENA_BYTES = 1 << 20 };

/* Time passes even for rows that nobody may change. */
static const char past_options[] = " options='-c session_replication_role=replica'";

void ground_must(enum tomb_code code, const struct tomb_err *err, const char *what)
{
	if (code == TOMB_OK)
		return;
	(void)fprintf(stderr, "model: %s: %s\n", what, err->text);
	exit(2);
}
#define MUST(expr)                                                                                                     \
	do {                                                                                                           \
		struct tomb_err err = {.text = ""};                                                                    \
		ground_must((expr), &err, #expr);                                                                      \
	} while (0)

struct tomb_str backend_name(int backend)
{
	static const char *const names[BACKENDS] = {"local-1", "local-2"};

	return tomb_str_from(names[backend]);
}

int backend_of(struct tomb_str name)
{
	return tomb_str_eq(name, backend_name(0)) ? 0 : 1;
}

int file_of(const struct run *r, int64_t file_id)
{
	for (int f = 0; f < FILES; f++)
		if (r->file_id[f] == file_id)
			return f;
	return -1;
}

static void write_backends(const char *folder, const char *path)
{
	FILE *f = fopen(path, "w");

	if (!f)
		abort();
	for (int b = 0; b < BACKENDS; b++) {
		char place[PATH_BYTES];

		(void)snprintf(place, sizeof place, "%s/%s", folder, backend_name(b).p);
		(void)mkdir(place, 0700);
		(void)fprintf(f, "[backend %s]\nkind = directory\npath = %s\n", backend_name(b).p, place);
	}
	if (fclose(f) != 0)
		abort();
}

static struct tomb_pg *open_pg(const char *conninfo)
{
	struct tomb_pg *pg = NULL;

	MUST(tomb_pg_open(&pg, conninfo, sql_all, sql_nall, &err));
	return pg;
}

void ground_open(struct run *r, const char *folder)
{
	char backends[PATH_BYTES];
	char past[1024];

	r->nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	tomb_fixture_pg_fresh();
	(void)snprintf(backends, sizeof backends, "%s/backends.conf", folder);
	write_backends(folder, backends);
	(void)snprintf(past, sizeof past, "%s%s", tomb_fixture_pg_admin(), past_options);
	MUST(tomb_pg_open(&r->past, past, modelsql_all, modelsql_nall, &err));
	MUST(tomb_pg_open(&r->admin, tomb_fixture_pg_admin(), modelsql_all, modelsql_nall, &err));
	r->registry = open_pg(tomb_fixture_pg_registry());
	MUST(tomb_stores_open(backends, &r->stores, &err));
	for (int i = 0; i < LANES; i++) {
		r->lane[i].pg = open_pg(tomb_fixture_pg_worker());
		MUST(tomb_stores_open(backends, &r->lane[i].stores, &err));
	}
	r->depositor.pg = open_pg(tomb_fixture_pg_registry());
	MUST(tomb_stores_open(backends, &r->depositor.stores, &err));
}

void ground_close(struct run *r)
{
	for (int i = 0; i < LANES; i++) {
		tomb_stores_close(r->lane[i].stores);
		tomb_pg_close(r->lane[i].pg);
	}
	tomb_stores_close(r->depositor.stores);
	tomb_pg_close(r->depositor.pg);
	tomb_stores_close(r->stores);
	tomb_pg_close(r->registry);
	tomb_pg_close(r->admin);
	tomb_pg_close(r->past);
	tomb_buf_fini(&r->trace);
	(void)close(r->nowhere);
}

static enum tomb_code read_bytes(void *arg, void *buf, size_t cap, size_t *n, struct tomb_err *err)
{
	struct tomb_str *left = arg;

	(void)err;
	*n = left->n < cap ? left->n : cap;
	memcpy(buf, left->p, *n);
	left->p += *n;
	left->n -= *n;
	return TOMB_OK;
}

void ground_bytes(int file, int content, char out[FILE_BYTES])
{
	char text[FILE_BYTES + 1];

	(void)snprintf(text, sizeof text, "%032d%032d", file, content);
	memcpy(out, text, FILE_BYTES);
}

void ground_put(struct tomb_stores *stores, const char *key, int backend, const char bytes[FILE_BYTES],
	struct tomb_arena *arena, struct tomb_str *url, struct tomb_str *etag)
{
	struct tomb_str left = {bytes, FILE_BYTES};
	struct tomb_put put = {.key = tomb_str_from(key), .size_bytes = FILE_BYTES, .read = read_bytes, .arg = &left};
	struct tomb_placed placed = {.etag = TOMB_STR("")};
	struct tomb_store *store = NULL;

	tomb_sha256(left, put.sha256);
	MUST(tomb_stores_find(stores, backend_name(backend), &store, &err));
	MUST(tomb_store_put(store, &put, arena, &placed, &err));
	MUST(tomb_store_url(store, put.key, arena, url, &err));
	*etag = placed.etag;
}

static struct tomb_actor add_person(
	struct run *r, int64_t institution, const char *name, enum tomb_role role, struct tomb_arena *arena)
{
	struct modelsql_model_person_row *made = NULL;
	char email[96];
	struct tomb_actor actor = {.institution_id = institution, .role = role, .via = TOMB_VIA_API};

	(void)snprintf(
		email, sizeof email, "%s-%s@%s", name, institution == r->institution ? "in" : "out", r->identifier);
	actor.email = tomb_arena_str(arena, tomb_str_from(email));
	actor.name = actor.email;
	actor.institution = tomb_str_from(r->identifier);
	MUST(modelsql_model_person(r->admin,
		&(struct modelsql_model_person_args){institution, actor.email, tomb_role_name(role)}, arena, &made,
		&err));
	actor.user_id = made->id;
	return actor;
}

static int64_t add_institution(struct run *r, const char *identifier, struct tomb_arena *arena)
{
	struct modelsql_model_institution_row *made = NULL;

	MUST(modelsql_model_institution(
		r->admin, &(struct modelsql_model_institution_args){tomb_str_from(identifier)}, arena, &made, &err));
	return made->id;
}

static void add_file(struct run *r, int f, struct tomb_arena *arena)
{
	struct modelsql_model_file_row *made = NULL;
	char identifier[64];
	char bytes[FILE_BYTES];
	char hex[2 * TOMB_SHA256_SIZE + 1];
	uint8_t digest[TOMB_SHA256_SIZE];

	(void)snprintf(identifier, sizeof identifier, "%s/o%d/data/%d", r->identifier, object_of(f), f);
	ground_bytes(f, 1, bytes);
	tomb_sha256((struct tomb_str){bytes, FILE_BYTES}, digest);
	MUST(modelsql_model_file(r->admin,
		&(struct modelsql_model_file_args){r->object_id[object_of(f)], tomb_str_from(identifier), FILE_BYTES,
			tomb_str_from(tomb_hex_encode(digest, sizeof digest, hex))},
		arena, &made, &err));
	r->file_id[f] = made->id;
	(void)snprintf(r->key[f][1], KEY_BYTES, "%s-f%d-%d", r->identifier, f, r->serial++);
	for (int b = 0; b < BACKENDS; b++) {
		struct modelsql_model_copy_args copy = {.file_id = made->id, .backend_id = r->backend_id[b]};
		size_t changed = 0;

		ground_put(r->stores, r->key[f][1], b, bytes, arena, &copy.url, &copy.etag);
		MUST(modelsql_model_copy(r->admin, &copy, &changed, &err));
	}
}

static void add_options(struct run *r, struct tomb_arena *arena)
{
	static const char *const names[OBJECTS] = {"Standard", "Day"};
	struct modelsql_model_option_row *option = NULL;
	struct modelsql_model_backend_row *backend = NULL;

	for (int o = 0; o < OBJECTS; o++) {
		MUST(modelsql_model_option(r->admin,
			&(struct modelsql_model_option_args){tomb_str_from(names[o]), r->model.object[o].min_days},
			arena, &option, &err));
		r->option_id[o] = option->id;
	}
	for (int b = 0; b < BACKENDS; b++) {
		MUST(modelsql_model_backend(r->admin,
			&(struct modelsql_model_backend_args){
				backend_name(b), b == 0 ? TOMB_STR("registry") : TOMB_STR("strictest")},
			arena, &backend, &err));
		r->backend_id[b] = backend->id;
	}
}

static void add_people(struct run *r, struct tomb_arena *arena)
{
	static const char *const names[PEOPLE] = {"alice", "bob", "carol", "dora"};

	for (int p = 0; p < PEOPLE; p++)
		r->person[p] = add_person(r, r->institution, names[p], TOMB_ROLE_INST_ADMIN, arena);
	r->stranger = add_person(r, r->other, "mallory", TOMB_ROLE_INST_ADMIN, arena);
	r->oscar = add_person(r, r->other, "oscar", TOMB_ROLE_SYSADMIN, arena);
}

/* Strings of actors live as long as the run. */
static struct tomb_arena people_arena;

void ground_prepare(struct run *r, uint64_t seed)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES);
	char other[40];

	tomb_arena_fini(&people_arena);
	people_arena = tomb_arena_init(ARENA_BYTES);
	(void)snprintf(r->identifier, sizeof r->identifier, "m%" PRIu64 ".edu", seed);
	(void)snprintf(other, sizeof other, "other-%s", r->identifier);
	r->institution = add_institution(r, r->identifier, &arena);
	r->other = add_institution(r, other, &arena);
	add_options(r, &arena);
	add_people(r, &people_arena);
	for (int o = 0; o < OBJECTS; o++) {
		struct modelsql_model_object_row *made = NULL;
		char identifier[48];

		(void)snprintf(identifier, sizeof identifier, "%s/o%d", r->identifier, o);
		MUST(modelsql_model_object(r->admin,
			&(struct modelsql_model_object_args){
				r->institution, tomb_str_from(identifier), r->option_id[o]},
			&arena, &made, &err));
		r->object_id[o] = made->id;
	}
	for (int f = 0; f < FILES; f++)
		add_file(r, f, &arena);
}
