/*
 * The model test: seeded interleavings of everything that can happen to a deletion, against the real ledger and the
 * real lane code, with the invariants of architecture.md §5 and the model asked after every step.
 *
 *	run [--seed N] [--count N] [--steps N]	from seed N on; one that fails is printed, and repeats with --seed
 *	run --mutations				each deliberate mistake is found within --count seeds, or the test fails
 *	run --mutation N --seed N		one of them
 */
#include "mutation.h"
#include "run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	STEPS = 150,
	SEEDS_PER_DATABASE = 250, /* its tables stay small */
	MUTATION_SEEDS = 300,     /* a mistake that takes longer to find is not found */
};

struct options {
	uint64_t seed;
	long count;
	int steps;
	int mutation;
	bool all_mutations;
	bool is_verbose;
};

static void print_failure(const struct run *r, const struct options *o)
{
	(void)printf("%.*s\nseed %" PRIu64 ": %s\nrepeat it: tests/model/run --seed %" PRIu64 " --steps %d%s\n",
		(int)r->trace.n, r->trace.p ? r->trace.p : "", r->seed, r->why, r->seed, o->steps,
		o->mutation >= 0 ? " (and --mutation)" : "");
}

/* The seeds in their turn, until one fails; the number of those that did not. */
static long run_seeds(struct run *r, const struct options *o, const char *folder)
{
	for (long i = 0; i < o->count; i++) {
		if (i % SEEDS_PER_DATABASE == 0) {
			if (i > 0)
				ground_close(r);
			*r = (struct run){.checks = r->checks, .serial = r->serial, .begun_at = r->begun_at};
			ground_open(r, folder);
		}
		if (!schedule_run(r, o->seed + (uint64_t)i, o->steps))
			return i;
		if (o->is_verbose)
			(void)printf("seed %" PRIu64 "\n%.*s", r->seed, (int)r->trace.n, r->trace.p);
	}
	return o->count;
}

static int run_plain(struct run *r, const struct options *o, const char *folder)
{
	long good = run_seeds(r, o, folder);
	bool failed = r->has_failed;

	if (failed)
		print_failure(r, o);
	(void)printf("%ld interleavings of %d steps, from seed %" PRIu64 "; %ld times everything was compared\n", good,
		o->steps, o->seed, r->checks);
	ground_close(r);
	return failed ? 1 : 0;
}

static int run_mutations(struct run *r, const struct options *o, const char *folder)
{
	int missed = 0;

	for (int i = 0; mutation_name(i); i++) {
		struct options one = *o;
		long good = 0;

		one.mutation = i;
		one.count = o->count > 0 ? o->count : MUTATION_SEEDS;
		mutation_choose(i);
		good = run_seeds(r, &one, folder);
		if (!mutation_is_in())
			(void)printf("MISSED %2d %s: its text is in no statement any more\n", i, mutation_name(i));
		else if (!r->has_failed)
			(void)printf("MISSED %2d %s: not found in %ld seeds\n", i, mutation_name(i), good);
		else
			(void)printf("found  %2d %s: seed %" PRIu64 ": %s\n", i, mutation_name(i), r->seed, r->why);
		missed += !mutation_is_in() || !r->has_failed;
		ground_close(r);
		(void)fflush(stdout);
	}
	return missed > 0 ? 1 : 0;
}

static int usage(void)
{
	(void)fputs(
		"usage: tests/model/run [--seed N] [--count N] [--steps N] [--verbose] [--mutations | --mutation N]\n",
		stderr);
	return 2;
}

static bool read_options(int argc, char **argv, struct options *o)
{
	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "";
		char *end = NULL;
		long n = strtol(value, &end, 10);

		if (strcmp(argv[i], "--mutations") == 0) {
			o->all_mutations = true;
			continue;
		}
		if (strcmp(argv[i], "--verbose") == 0) {
			o->is_verbose = true;
			continue;
		}
		if (end == value || *end || n < 0)
			return false;
		i++;
		if (strcmp(argv[i - 1], "--seed") == 0)
			o->seed = (uint64_t)n;
		else if (strcmp(argv[i - 1], "--count") == 0)
			o->count = n;
		else if (strcmp(argv[i - 1], "--steps") == 0)
			o->steps = (int)n;
		else if (strcmp(argv[i - 1], "--mutation") == 0 && mutation_name((int)n))
			o->mutation = (int)n;
		else
			return false;
	}
	return true;
}

static int run(const struct options *o, const char *folder)
{
	struct run *r = calloc(1, sizeof *r);
	int status = 2;

	if (!r)
		return 2;
	if (o->mutation >= 0)
		mutation_choose(o->mutation);
	status = o->all_mutations ? run_mutations(r, o, folder) : run_plain(r, o, folder);
	free(r);
	return status;
}

int main(int argc, char **argv)
{
	struct options o = {.seed = 1, .count = 0, .steps = STEPS, .mutation = -1};
	char memory[] = "/dev/shm/tombstone-model-XXXXXX"; /* what is synced there costs nothing */
	char disk[] = "/tmp/tombstone-model-XXXXXX";
	char command[64];
	const char *folder = NULL;
	int status = 0;

	if (!read_options(argc, argv, &o))
		return usage();
	if (o.count == 0 && !o.all_mutations)
		o.count = 1;
	folder = mkdtemp(memory);
	if (!folder)
		folder = mkdtemp(disk);
	if (!folder)
		return 2;
	status = run(&o, folder);
	(void)snprintf(command, sizeof command, "rm -rf %s", folder);
	if (system(command) != 0) /* NOLINT(cert-env33-c): a test, and a name of our own making */
		return 2;
	return status;
}
