/*
 * interop [--list] [ROW...]: runs the scenario table, or those rows of it, against the server that the environment
 * names (tests/interop/run sets it), and prints "NAME <tab> STATUS <tab> TEXT" per row.  --list prints the table
 * itself: "GROUP <tab> NAME <tab> EXPECTED <tab> safety or nothing".
 */
#include "row.h"

#include "tombstone/clock.h"

#include <stdio.h>

static const struct row_group *const groups[] = {&row_file, &row_key, &row_batch, &row_refusal, &row_class,
	&row_condition, &row_version, &row_list, &row_lock, &row_throttle, &row_truth};

static const char *const status_names[] = {
	[BENCH_SAME] = "same", [BENCH_LACKS] = "lacks", [BENCH_DIFFERS] = "differs", [BENCH_UNTRUE] = "untrue"};
_Static_assert(TOMB_COUNTOF(status_names) == BENCH_STATUS_MAX, "every status has a name");

static void list(void)
{
	for (size_t g = 0; g < TOMB_COUNTOF(groups); g++)
		for (size_t i = 0; i < groups[g]->n; i++) {
			const struct row *row = &groups[g]->rows[i];

			(void)printf("%s\t%s\t%s\t%s\n", groups[g]->title, row->name, row->expects,
				row->is_safety ? "safety" : "");
		}
}

static void run(struct bench *b, const struct row *row)
{
	int64_t start_us = tomb_clock_monotonic_us(tomb_clock_real());

	b->in_safety_row = row->is_safety;
	b->status = BENCH_SAME;
	b->text[0] = '\0';
	if (setjmp(b->stop) == 0)
		row->run(b, row);
	bench_skew(0);
	tomb_arena_reset(&b->arena);
	(void)fprintf(stderr, "  %lld ms\n",
		(long long)(tomb_clock_monotonic_us(tomb_clock_real()) - start_us) / TOMB_US_PER_MS);
	(void)printf("%s\t%s\t%s\n", row->name, status_names[b->status], b->text);
	(void)fflush(stdout);
}

static bool is_wanted(const struct row *row, char **names, int n)
{
	for (int i = 0; i < n; i++)
		if (strcmp(row->name, names[i]) == 0)
			return true;
	return n == 0;
}

int main(int argc, char **argv)
{
	static struct bench b;

	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		list();
		return 0;
	}
	bench_begin(&b);
	for (size_t g = 0; g < TOMB_COUNTOF(groups); g++)
		for (size_t i = 0; i < groups[g]->n; i++)
			if (is_wanted(&groups[g]->rows[i], argv + 1, argc - 1)) {
				(void)fprintf(stderr, "%s\n", groups[g]->rows[i].name);
				run(&b, &groups[g]->rows[i]);
			}
	bench_end(&b);
	return 0;
}
