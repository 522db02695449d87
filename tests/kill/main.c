/*
 * tests/kill: kill -9 of everything while files are deleted, again and again (deletion.md X-16): lanes, worker,
 * registry, ingests, Redis with all that it holds, PostgreSQL's processes and PostgreSQL as a whole.  In the end it
 * must look as if nothing had happened; judge.c says how that looks.
 *
 *   --kills N   how often (50)
 *   --files N   how many files are to be deleted, about (3000)
 *   --seed S    whom and when; which process is how far then is not in its hands.  Default: the time.
 */
#include "actors.h"
#include "judge.h"
#include "killer.h"
#include "moment.h"
#include "pg_cluster.h"
#include "pg_fixture.h"

#include <getopt.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

enum { KILLS = 50, FILES = 3000, USAGE = 2, PATIENCE_MS = 900 * 1000, SECOND_MS = 1000 };

static int read_number(const char *text)
{
	char *end = NULL;
	long n = strtol(text, &end, 10);

	if (end == text || *end || n < 0 || n > INT32_MAX) {
		(void)fprintf(stderr, "kill_test: \"%s\" is not a number\n", text);
		exit(USAGE);
	}
	return (int)n;
}

static struct kill_options read_options(int argc, char **argv)
{
	static const struct option known[] = {{"kills", required_argument, NULL, 'k'},
		{"files", required_argument, NULL, 'f'}, {"seed", required_argument, NULL, 's'}, {0}};
	struct kill_options o = {.kills = KILLS, .files = FILES, .seed = (unsigned)time(NULL) % 1000000};
	int c = 0;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (c == 'k')
			o.kills = read_number(optarg);
		else if (c == 'f')
			o.files = read_number(optarg);
		else if (c == 's')
			o.seed = (unsigned)read_number(optarg);
		else
			exit(USAGE);
	}
	if (o.kills < 1 || o.files < 100) {
		(void)fprintf(stderr, "kill_test: at least 1 kill and 100 files\n");
		exit(USAGE);
	}
	return o;
}

/* They end when all that they want is done; 0 is good. */
static int wait_for(struct scene *s, pid_t pid, struct tally *tally, const char *who)
{
	int64_t until = moment_ms() + PATIENCE_MS;
	int status = 0;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (moment_ms() > until) {
			printf("NOT TRUE: The %s comes to an end.\n", who);
			return 1;
		}
		killer_keep_alive(s, tally);
		moment_pass();
	}
	if (status != 0)
		printf("NOT TRUE: The %s ends in good order: %d.\n", who, status);
	return status != 0;
}

static void tell(struct scene *s, const struct tally *t, int requeued, int wrong, int64_t made_ms, int64_t all_ms)
{
	int all = 0;

	printf("\nkills by victim:");
	for (int i = 0; i < VICTIMS; i++)
		printf("%s %s %d", i ? "," : "", killer_victim((enum victim)i), t->kills[i]);
	printf("\nkills by moment:");
	for (int i = 0; i < MOMENTS; i++)
		printf("%s %s %d", i ? "," : "", killer_moment((enum moment_kind)i), t->moments[i]);
	for (int i = 0; i < VICTIMS; i++)
		all += t->kills[i];
	printf("\n%d kills, %d of them at work: the others had nothing to wait for\n", all, all - t->in_vain);
	printf("wishes: %d, requests and decisions repeated %d times; holds placed on the way: %d, %" PRId64
	       " of them on what was claimed; refused with a loss: %" PRId64 "\n",
		s->nwishes, atomic_load(&s->shared->repeated), t->holds,
		tomb_world_number("select count(*) from hold where reason like '%%late'"),
		tomb_world_number("select count(*) from request_file where reason like '%%under an earlier claim'"));
	printf("files deleted: %" PRId64 ", refused: %" PRId64 ", deletion events of files: %" PRId64
	       ", of objects: %" PRId64 "\n",
		tomb_world_number("select count(*) from request_file where outcome = 'deleted'"),
		tomb_world_number("select count(*) from request_file where outcome = 'refused'"),
		tomb_world_number(
			"select count(*) from premis_event where event_type = 'deletion' and file_id is not null"),
		tomb_world_number(
			"select count(*) from premis_event where event_type = 'deletion' and file_id is null"));
	printf("bags sent again: %d, in %d attempts; batches: %" PRId64 ", claimed more than once: %" PRId64
	       "; requeued by the operator: %d; programs that ended by themselves and came again: %d\n",
		atomic_load(&s->shared->ingests_done), atomic_load(&s->shared->ingests),
		tomb_world_number("select count(*) from batch"),
		tomb_world_number("select count(*) from batch where fence > 1"), requeued, t->came_back);
	printf("seconds: %.1f for the kills, %.1f until all was done and judged\n", (double)made_ms / SECOND_MS,
		(double)all_ms / SECOND_MS);
	printf("violations: %d\n", wrong);
}

int main(int argc, char **argv)
{
	static struct scene s;
	struct kill_options options = read_options(argc, argv);
	struct tally tally = {.holds = 0};
	int64_t start = 0;
	int64_t made = 0;
	int requeued = 0;
	int wrong = 0;

	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	printf("kill_test --kills %d --files %d --seed %u\n", options.kills, options.files, options.seed);
	tomb_cluster_durable();
	tomb_fixture_pg_private();
	scene_open(&s, &options);
	printf("%d wishes about %" PRId64 " files, %d bags, in %s\n", s.nwishes, s.files_wished, s.nbags,
		s.stage->world.folder);
	stage_start(s.stage);
	s.crowd = crowd_start(&s);
	s.depositor = depositor_start(&s);
	start = moment_ms();
	killer_run(&s, &tally);
	made = moment_ms() - start;
	wrong += wait_for(&s, s.crowd, &tally, "crowd");
	wrong += wait_for(&s, s.depositor, &tally, "depositor");
	requeued = judge_wait(&s);
	if (requeued < 0) {
		printf("NOT TRUE: Nothing is stuck.\n");
		wrong++;
	}
	wrong += judge_all(&s);
	wrong += atomic_load(&s.shared->wrong_answers);
	tell(&s, &tally, requeued, wrong, made, moment_ms() - start);
	if (wrong > 0)
		(void)setenv("TOMBSTONE_TEST_KEEP", "1", 1);
	scene_close(&s);
	return wrong > 0;
}
