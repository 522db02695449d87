/*
 * raw_delete BACKENDS-FILE NAME N [--from N] [--prefix TEXT] [--at-a-time N]: deletes the keys TEXT0000000000 and so on
 * (default prefix "k", from 0) through the storage library and nothing else, as a lane does, and prints what it took:
 *
 *   {"keys": 100000, "gone": 100000, "seconds": 0.5, "cpu_seconds": 0.2, "peak_kib": 9000}
 *
 * The time runs from before the first request, probe included, to after the last; reading the backends file is not in
 * it, but is in cpu_seconds, which are the whole program's, as are peak_kib.
 */
#include "tombstone/store.h"

#include <err.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { ARENA_MAX = 64 << 20, KEY_ROOM = 64, DIGITS = 10 };

struct work {
	const char *prefix;
	uint64_t from;
	uint64_t n;
	size_t at_a_time;
	uint64_t gone;
};

static uint64_t number(const char *text)
{
	char *end;
	uint64_t n = strtoull(text, &end, 10);

	if (*end || end == text)
		errx(2, "%s: not a number", text);
	return n;
}

static double seconds_of(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

/* One call's worth of targets, from key number first on.  Digits by hand: printf's time is not the library's. */
static void set_targets(
	const struct work *work, uint64_t first, size_t n, char (*names)[KEY_ROOM], struct tomb_target *out)
{
	size_t length = strlen(work->prefix);

	for (size_t i = 0; i < n; i++) {
		uint64_t rest = first + i;

		memcpy(names[i], work->prefix, length);
		for (size_t digit = DIGITS; digit-- > 0; rest /= 10)
			names[i][length + digit] = (char)('0' + rest % 10);
		names[i][length + DIGITS] = '\0';
		out[i] = (struct tomb_target){.key = {names[i], length + DIGITS}};
	}
}

static void delete_all(struct tomb_store *store, struct work *work)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_target *targets = calloc(work->at_a_time, sizeof *targets);
	struct tomb_result *results = calloc(work->at_a_time, sizeof *results);
	char(*names)[KEY_ROOM] = calloc(work->at_a_time, sizeof *names);
	struct tomb_err why;

	if (!targets || !results || !names)
		err(1, "targets");
	for (uint64_t done = 0; done < work->n;) {
		size_t n = work->n - done < work->at_a_time ? (size_t)(work->n - done) : work->at_a_time;

		set_targets(work, work->from + done, n, names, targets);
		if (tomb_store_delete_many(store, targets, n, &arena, results, &why) != TOMB_OK)
			errx(1, "%s", why.text);
		for (size_t i = 0; i < n; i++) {
			work->gone += results[i].outcome == TOMB_OUTCOME_GONE;
			if (results[i].outcome != TOMB_OUTCOME_GONE && work->gone + 1 == done + i + 1)
				warnx("%s: %s: %.*s", names[i], tomb_outcome_slug(results[i].outcome),
					TOMB_STR_ARG(results[i].text));
		}
		tomb_arena_reset(&arena);
		done += n;
	}
	free(targets);
	free(results);
	free(names);
}

static void read_options(struct work *work, int argc, char **argv)
{
	static const struct option options[] = {{"from", required_argument, NULL, 'f'},
		{"prefix", required_argument, NULL, 'p'}, {"at-a-time", required_argument, NULL, 'a'},
		{NULL, 0, NULL, 0}};
	int o;

	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (o == 'f')
			work->from = number(optarg);
		else if (o == 'p')
			work->prefix = optarg;
		else if (o == 'a')
			work->at_a_time = (size_t)number(optarg);
		else
			exit(2);
	if (argc - optind != 3 || work->at_a_time == 0 || strlen(work->prefix) + DIGITS >= KEY_ROOM)
		errx(2, "usage: raw_delete BACKENDS-FILE NAME N [--from N] [--prefix TEXT] [--at-a-time N]");
	work->n = number(argv[optind + 2]);
}

int main(int argc, char **argv)
{
	struct work work = {.prefix = "k", .at_a_time = TOMB_TARGETS_MAX};
	TOMB_STORES_AUTO *stores = NULL;
	struct tomb_store *store = NULL;
	struct tomb_err why;
	struct rusage usage;
	int64_t start_us;
	int64_t end_us;

	read_options(&work, argc, argv);
	if (tomb_stores_open(argv[optind], &stores, &why) != TOMB_OK ||
		tomb_stores_find(stores, tomb_str_from(argv[optind + 1]), &store, &why) != TOMB_OK)
		errx(1, "%s", why.text);
	start_us = tomb_clock_monotonic_us(tomb_clock_real());
	delete_all(store, &work);
	end_us = tomb_clock_monotonic_us(tomb_clock_real());
	(void)getrusage(RUSAGE_SELF, &usage);
	(void)printf("{\"keys\": %" PRIu64 ", \"gone\": %" PRIu64
		     ", \"seconds\": %.6f, \"cpu_seconds\": %.6f, \"peak_kib\": %ld}\n",
		work.n, work.gone, (double)(end_us - start_us) / 1e6,
		seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime), usage.ru_maxrss);
	return work.gone == work.n ? 0 : 1;
}
