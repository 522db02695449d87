/*
 * bare_s3 put|head|delete ADDRESS:PORT BUCKET ACCESS-KEY-FILE SECRET-KEY-FILE N [OPTION...]: the same request about N
 * keys (TEXT0000000000 and so on) by a client that does nothing else: all are signed before the clock starts, sent over
 * plain sockets, and their answers counted.  What it reaches is the server's own limit.
 *
 *   --prefix TEXT   default "k"             --from N        default 0
 *   --in-flight N   default 16              --batch N       keys of one DeleteObjects, default 1000
 *   --size N        bytes of an object that is put, default 1024
 *   --make-bucket   first, and not counted
 *
 * Prints {"keys": 20000, "requests": 20, "ok": 20, "absent": 0, "other": 0, "deleted": 20000, "seconds": 15.1,
 * "cpu_seconds": 0.04}: both without the signing.  Fails if an answer is neither 2xx nor 404.
 */
#include "bare_s3.h"

#include "tombstone/clock.h"

#include <err.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { KEY_ROOM = 256, MEMORY_MAX = 2000 << 20 };

static uint64_t number(const char *text)
{
	char *end;
	uint64_t n = strtoull(text, &end, 10);

	if (*end || end == text)
		errx(2, "%s: not a number", text);
	return n;
}

static double cpu_seconds(void)
{
	struct rusage usage;

	(void)getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void read_key(const char *path, char *room, struct tomb_str *out)
{
	FILE *file = fopen(path, "re");

	if (!file || !fgets(room, KEY_ROOM, file))
		err(1, "%s", path);
	(void)fclose(file);
	*out = (struct tomb_str){room, strcspn(room, "\n")};
}

static enum bare_verb verb_of(const char *name)
{
	static const char *const names[BARE_VERB_MAX] = {"put", "head", "delete"};

	for (size_t i = 0; i < BARE_VERB_MAX; i++)
		if (strcmp(name, names[i]) == 0)
			return (enum bare_verb)i;
	errx(2, "%s: not put, head or delete", name);
}

static bool read_options(struct bare_work *work, int argc, char **argv)
{
	static const struct option options[] = {{"prefix", required_argument, NULL, 'p'},
		{"from", required_argument, NULL, 'f'}, {"in-flight", required_argument, NULL, 'i'},
		{"batch", required_argument, NULL, 'b'}, {"size", required_argument, NULL, 's'},
		{"make-bucket", no_argument, NULL, 'm'}, {NULL, 0, NULL, 0}};
	bool makes_bucket = false;
	int o;

	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (o == 'p')
			work->prefix = optarg;
		else if (o == 'f')
			work->from = number(optarg);
		else if (o == 'i')
			work->in_flight = (size_t)number(optarg);
		else if (o == 'b')
			work->batch = (size_t)number(optarg);
		else if (o == 's')
			work->size = (size_t)number(optarg);
		else if (o == 'm')
			makes_bucket = true;
		else
			exit(2);
	if (argc - optind != 6 || work->in_flight == 0 || work->batch == 0)
		errx(2, "usage: bare_s3 put|head|delete ADDRESS:PORT BUCKET ACCESS-FILE SECRET-FILE N [OPTION...]");
	return makes_bucket;
}

int main(int argc, char **argv)
{
	struct bare_work work = {.prefix = "k", .batch = 1000, .in_flight = 16, .size = 1024};
	bool makes_bucket = read_options(&work, argc, argv);
	TOMB_ARENA_AUTO arena = tomb_arena_init(MEMORY_MAX);
	char access_key[KEY_ROOM];
	char secret_key[KEY_ROOM];
	struct bare_found found;
	struct tomb_str bucket;
	struct tomb_str *requests;
	double cpu_before;
	int64_t start_us;
	size_t n;

	work.verb = verb_of(argv[optind]);
	work.host = argv[optind + 1];
	work.bucket = argv[optind + 2];
	read_key(argv[optind + 3], access_key, &work.access_key);
	read_key(argv[optind + 4], secret_key, &work.secret_key);
	work.n = number(argv[optind + 5]);
	if (makes_bucket) {
		bucket = bare_make_bucket(&work, &arena);
		bare_send(work.host, &bucket, 1, 1, &found);
	}
	requests = bare_requests(&work, &arena, &n);
	cpu_before = cpu_seconds();
	start_us = tomb_clock_monotonic_us(tomb_clock_real());
	bare_send(work.host, requests, n, work.in_flight, &found);
	(void)printf("{\"keys\": %" PRIu64 ", \"requests\": %zu, \"ok\": %" PRIu64 ", \"absent\": %" PRIu64
		     ", \"other\": %" PRIu64 ", \"deleted\": %" PRIu64 ", \"seconds\": %.6f, \"cpu_seconds\": %.6f}\n",
		work.n, n, found.ok, found.absent, found.other, found.deleted,
		(double)(tomb_clock_monotonic_us(tomb_clock_real()) - start_us) / 1e6, cpu_seconds() - cpu_before);
	return found.other ? 1 : 0;
}
