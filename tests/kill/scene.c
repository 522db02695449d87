#include "scene.h"

#include "bulk.h"
#include "pg_fixture.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cmocka.h>

enum {
	BIG = 6, /* objects of 10,000 files if there are 100,000, for half of all */
	MEDIUM_OBJECTS = 3,
	BAG_FILES = 40,
	OPTIONS = 4,
	LATEST = 970, /* progress at which the last wish is uttered, so that its work is under way during kills */
};

/* Where the copies of an option lie. */
static const struct option {
	const char *name;
	const char *backends[2];
} options[OPTIONS] = {
	{"Here", {"local-2", NULL}},
	{"Mixed", {"local-1", "shelf-1"}},
	{"Away", {"shelf-1", NULL}},
	{"Twice", {"shelf-1", "shelf-2"}},
};

int scene_random(struct scene *s, int n)
{
	return rand_r(&s->seed) % n;
}

struct scene_words scene_command(const struct scene *s, const char *const *words)
{
	struct scene_words all = {{"tombstone", "--database", tomb_fixture_pg_registry(), "--backends-file",
		s->stage->world.backends_file}};
	size_t n = 5;

	while (*words && n < TOMB_COUNTOF(all.argv) - 1)
		all.argv[n++] = *words++;
	return all;
}

static void run_command(const struct scene *s, const char *const *words)
{
	struct scene_words all = scene_command(s, words);
	char *out = NULL;
	int status = program_run(all.argv, &out);

	if (status != 0)
		fail_msg("tombstone %s: exit %d: %s", words[0], status, out);
	free(out);
}

static void add_party(struct scene *s, int i, const char *domain)
{
	static const char *const names[] = {"asks", "agrees"};
	struct party *p = &s->parties[i];
	struct tomb_actor *who[] = {&p->asks, &p->agrees};

	p->institution = tomb_world_institution(domain);
	(void)snprintf(p->domain, sizeof p->domain, "%s", domain);
	for (size_t k = 0; k < TOMB_COUNTOF(names); k++) {
		(void)snprintf(p->mails[k], sizeof p->mails[k], "%s@%s", names[k], domain);
		*who[k] = tomb_world_user(p->institution, p->domain, p->mails[k], TOMB_ROLE_INST_ADMIN);
	}
	stage_give_key(s->stage, &p->asks, &p->asker);
	stage_give_key(s->stage, &p->agrees, &p->agreer);
}

static void write_key(struct scene *s, const char *name, const char *text)
{
	char path[128];

	temp_folder_write(&s->temp, name, text, strlen(text));
	(void)snprintf(path, sizeof path, "%s/%s", s->temp.path, name);
	assert_int_equal(chmod(path, 0600), 0);
}

static void add_backends(struct scene *s)
{
	struct tomb_world *w = &s->stage->world;
	FILE *f = fopen(w->backends_file, "ae");

	assert_non_null(f);
	write_key(s, "access", S3_SHELF_ACCESS);
	write_key(s, "secret", S3_SHELF_SECRET);
	for (int i = 1; i <= 2; i++) {
		(void)fprintf(f,
			"[backend shelf-%d]\nkind = s3\nregion = %s\nendpoint = %s\nbucket = bucket-%d\n"
			"access_key_file = %s/access\nsecret_key_file = %s/secret\n",
			i, S3_SHELF_REGION, s3_shelf_endpoint(s->shelf), i, s->temp.path, s->temp.path);
		tomb_world_exec("insert into storage_backend (name) values ('shelf-%d')", i);
	}
	assert_int_equal(fclose(f), 0);
	tomb_stores_close(w->stores);
	TOMB_OK_OR_FAIL(tomb_stores_open(w->backends_file, &w->stores, &err));
	for (size_t i = 0; i < OPTIONS; i++) {
		(void)tomb_world_option(w, options[i].name, 0);
		for (size_t k = 0; k < 2 && options[i].backends[k]; k++)
			tomb_world_exec("insert into storage_option_backend select o.id, b.id from storage_option o, "
					"storage_backend b where o.name = '%s' and b.name = '%s'",
				options[i].name, options[i].backends[k]);
	}
}

/* A put of bulk.h; ctx is the shelf. */
static void put_on_shelf(
	void *ctx, struct tomb_str key, struct tomb_str url, struct tomb_str bytes, char etag[static BULK_ETAG])
{
	struct s3_shelf *shelf = ctx;
	char path[256];

	(void)key;
	assert_memory_equal(url.p, s3_shelf_endpoint(shelf), strlen(s3_shelf_endpoint(shelf)));
	(void)snprintf(path, sizeof path, "%.*s", TOMB_STR_ARG(url));
	s3_shelf_fill(shelf, path + strlen(s3_shelf_endpoint(shelf)), bytes, etag);
}

static int64_t add_object(struct scene *s, int party, const char *kind, int files, int option)
{
	static int made;
	struct tomb_world *w = &s->stage->world;
	struct bulk_place places[2];
	size_t n = 0;
	char name[64];

	for (; n < 2 && options[option].backends[n]; n++) {
		const char *backend = options[option].backends[n];
		struct tomb_store *store = NULL;

		TOMB_OK_OR_FAIL(tomb_stores_find(w->stores, tomb_str_from(backend), &store, &err));
		places[n] = backend[0] == 's' ? (struct bulk_place){backend, put_on_shelf, s->shelf}
					      : (struct bulk_place){backend, bulk_write_file, store};
	}
	(void)snprintf(name, sizeof name, "%s/%s-%d", s->parties[party].domain, kind, made++);
	return bulk_object_at(w, s->parties[party].institution, tomb_world_option(w, options[option].name, 0), name,
		files, (struct bulk_places){places, n});
}

static struct wish *add_wish(struct scene *s, int party)
{
	s->wishes = realloc(s->wishes, (size_t)(s->nwishes + 1) * sizeof *s->wishes);
	assert_non_null(s->wishes);
	s->wishes[s->nwishes] = (struct wish){.party = party, .after = scene_random(s, LATEST), .bag = -1};
	return &s->wishes[s->nwishes++];
}

static void add_big(struct scene *s)
{
	int files = s->options.files / 10;

	for (int i = 0; i < BIG; i++) {
		struct wish *wish = add_wish(s, i % PARTIES);

		/* One of them is in a directory, too. */
		wish->ids[wish->n++] = add_object(s, i % PARTIES, "big", files, i == 1 ? 1 : 2);
		wish->after = i * LATEST / BIG;
		s->files_wished += files;
	}
}

/* Some objects in a request; the second person refuses some requests.  Three wishes for two kills, so that there is
 * always something to be done. */
static void add_medium(struct scene *s)
{
	int wishes = s->options.kills * 3 / 2 + 10;
	int files = s->options.files * 4 / 10 / (wishes * 2) + 1;

	for (int i = 0; i < wishes; i++) {
		int party = scene_random(s, PARTIES);
		struct wish *wish = add_wish(s, party);
		int n = 1 + scene_random(s, MEDIUM_OBJECTS);

		wish->is_refused = i % 12 == 3;
		while (wish->n < n)
			wish->ids[wish->n++] = add_object(s, party, "medium", files, scene_random(s, OPTIONS));
		s->files_wished += wish->is_refused ? 0 : n * files;
	}
}

/* Single files, or a few, of objects whose other files nobody asks for. */
static void add_single(struct scene *s)
{
	int wishes = s->options.kills / 2 + 10;

	for (int i = 0; i < wishes;) {
		int party = scene_random(s, PARTIES);
		int64_t object = add_object(s, party, "single", 200, scene_random(s, OPTIONS));
		int64_t file = tomb_world_number("select min(id) from generic_file where object_id = %" PRId64, object);

		for (int k = 0; k < 8 && i < wishes; k++, i++) {
			struct wish *wish = add_wish(s, party);
			int n = i % 4 == 0 ? WISH_MAX : 1;

			wish->are_files = true;
			wish->is_refused = i % 16 == 5;
			for (int f = 0; f < n; f++)
				wish->ids[wish->n++] = file + (int64_t)k * WISH_MAX + f;
			s->files_wished += wish->is_refused ? 0 : n;
		}
	}
}

static void add_bystanders(struct scene *s)
{
	for (int i = 0; i < OPTIONS; i++)
		(void)add_object(s, i % PARTIES, "bystander", s->options.files / 80 + 5, i);
}

/* A folder, and the bag that is made of it. */
static void make_bag(struct scene *s, const struct bag *bag, int edition)
{
	char folder[64];
	char out[128];
	char in[160];
	char made[192];
	char path[128];

	(void)snprintf(folder, sizeof folder, "in-%d-%s", edition, bag->name);
	(void)snprintf(in, sizeof in, "%s/%s", s->temp.path, folder);
	assert_int_equal(mkdir(in, 0700), 0);
	for (int i = 0; i < BAG_FILES; i++) {
		char text[96];

		(void)snprintf(path, sizeof path, "%s/%d.txt", folder, i);
		(void)snprintf(text, sizeof text, "%s, file %d, edition %d\n", bag->name, i, i % 2 ? edition : 0);
		temp_folder_write(&s->temp, path, text, strlen(text));
	}
	(void)snprintf(out, sizeof out, "%s/edition-%d", s->temp.path, edition);
	(void)mkdir(out, 0700); /* it may be there */
	(void)snprintf(made, sizeof made, "%s/%s", out, bag->name);
	run_command(s, (const char *[]){"bag", "--title", "Letters", "--storage-option",
			       options[1 + s->nbags % (OPTIONS - 1)].name, in, made, NULL});
}

static void add_bag(struct scene *s, enum bag_when when, int after)
{
	struct bag *bag = &s->bags[s->nbags];
	const struct party *p = NULL;
	char path[128];

	*bag = (struct bag){.party = s->nbags % PARTIES, .when = when, .after = after};
	p = &s->parties[bag->party];
	(void)snprintf(bag->name, sizeof bag->name, "letters-%d", s->nbags);
	make_bag(s, bag, 1);
	make_bag(s, bag, 2);
	(void)snprintf(path, sizeof path, "%s/edition-1/%s", s->temp.path, bag->name);
	run_command(s, (const char *[]){"ingest", "--institution", p->domain, path, NULL});
	bag->object = tomb_world_number(
		"select id from intellectual_object where identifier = '%s/%s'", p->domain, bag->name);
	s->nbags++;
}

static void add_bags(struct scene *s)
{
	int n = s->options.kills / 12 + 4;

	for (int i = 0; i < n && i < BAGS_MAX; i++) {
		enum bag_when when = (enum bag_when)(i % 3);
		int after = i * LATEST / n;
		struct wish *wish = NULL;

		add_bag(s, when, after);
		if (when == BAG_ANY_TIME)
			continue;
		wish = add_wish(s, s->bags[i].party);
		wish->after = after;
		wish->ids[wish->n++] = s->bags[i].object;
		s->files_wished += BAG_FILES;
		if (i % 2) /* and again, when it has come back */
			continue;
		wish = add_wish(s, s->bags[i].party);
		wish->after = after;
		wish->bag = i;
		wish->ids[wish->n++] = s->bags[i].object;
		s->files_wished += BAG_FILES;
	}
}

void scene_open(struct scene *s, const struct kill_options *o)
{
	void *stage = NULL;

	assert_int_equal(stage_set_up(&stage), 0);
	*s = (struct scene){.options = *o, .stage = stage, .seed = o->seed};
	s->shared = mmap(NULL, sizeof *s->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(s->shared, MAP_FAILED);
	temp_folder_make(&s->temp);
	(void)snprintf(s->journal, sizeof s->journal, "%s/journal", s->temp.path);
	s->shelf = s3_shelf_new(s->journal);
	tomb_fixture_pg_exec("set synchronous_commit = off"); /* of this, and nothing else */
	add_party(s, 0, "north.edu");
	add_party(s, 1, "south.edu");
	add_party(s, 2, "east.edu");
	add_backends(s);
	add_big(s);
	add_medium(s);
	add_single(s);
	add_bystanders(s);
	s3_shelf_start(s->shelf);
	add_bags(s);
	tomb_fixture_pg_exec("reset synchronous_commit");
	tomb_fixture_pg_exec("vacuum analyze");
	stage_set_worker(s->stage, "lanes = 4\nbackoff_max_ms = 1000\n");
}

void scene_close(struct scene *s)
{
	void *stage = s->stage;

	s3_shelf_end(s->shelf);
	temp_folder_remove(&s->temp);
	free(s->wishes);
	(void)munmap(s->shared, sizeof *s->shared);
	assert_int_equal(stage_tear_down(&stage), 0);
}
