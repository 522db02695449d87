#include "actors.h"
#include "moment.h"
#include "patient.h"

#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cmocka.h>

enum { STUCK_MS = 4 * 60 * 1000, USAGE = 2 };

static bool is_time_for(const struct scene *s, const struct bag *bag)
{
	if (atomic_load(&s->shared->progress) < bag->after)
		return false;
	switch (bag->when) {
	case BAG_ANY_TIME:
		return true;
	case BAG_WHEN_DELETED: /* or kept by a hold */
		return patient_number("select count(*) from request_item i join deletion d using (request_id) "
				      "where i.object_id = %" PRId64 " and d.finished_at is not null",
			       bag->object) > 0;
	case BAG_WHEN_APPROVED:
		return patient_number("select count(*) from request_item i join deletion d using (request_id) "
				      "where i.object_id = %" PRId64,
			       bag->object) > 0;
	}
	return false;
}

/* True if it was stored. */
static bool send(const struct scene *s, const struct bag *bag, int log)
{
	char path[128];
	struct scene_words words;
	pid_t pid = 0;
	int status = 0;

	(void)snprintf(path, sizeof path, "%s/edition-2/%s", s->temp.path, bag->name);
	words = scene_command(
		s, (const char *[]){"ingest", "--institution", s->parties[bag->party].domain, path, NULL});
	pid = program_spawn(words.argv, log);
	atomic_store(&s->shared->ingest_pid, (int)pid);
	atomic_fetch_add(&s->shared->ingests, 1);
	status = program_wait(pid);
	atomic_store(&s->shared->ingest_pid, 0);
	if (status == USAGE || status == 128 + SIGABRT || status == 128 + SIGSEGV)
		fail_msg("ingest of %s: exit %d", bag->name, status);
	return status == 0;
}

static void live(struct scene *s)
{
	bool sent[BAGS_MAX] = {false};
	int64_t until = moment_ms() + STUCK_MS;
	char path[96];
	int left = s->nbags;
	int log = -1;

	(void)snprintf(path, sizeof path, "%s/ingest.log", s->stage->world.folder);
	log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	assert_true(log >= 0);
	while (left > 0) {
		for (int i = 0; i < s->nbags; i++) {
			if (sent[i] || !is_time_for(s, &s->bags[i]) || !send(s, &s->bags[i], log))
				continue;
			sent[i] = true;
			atomic_store(&s->shared->bag_came[i], 1);
			atomic_fetch_add(&s->shared->ingests_done, 1);
			left--;
			until = moment_ms() + STUCK_MS;
		}
		if (moment_ms() > until)
			fail_msg("%d bags cannot be sent, see %s", left, path);
		moment_pass();
	}
}

pid_t depositor_start(struct scene *s)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent)
		live(s);
	_exit(0);
}
