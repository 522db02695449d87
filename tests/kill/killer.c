#include "killer.h"

#include "moment.h"
#include "pg_fixture.h"

#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	LANES_MAX = 16,
	DELAY_BITS_MIN = 7, /* of microseconds: short delays as often as long ones */
	DELAY_BITS_MAX = 18,
	LINES_MAX = 6,
	REQUESTS_MAX = 3,
	WORK_MS = 3000, /* for work to be there, for lines and requests to come */
	HOLD_EVERY = 4, /* kills */
	LOOK_US = 200,
	CRASH_MS = 20 * 1000, /* to end all connections; a process that was at its end leaves the others alone */
	SALT = 1 << 20,
	PERCENT = 100
};

struct kind {
	const char *name;
	int percent;
};

static const struct kind victims[VICTIMS] = {
	[VICTIM_LANE] = {"lane", 36},
	[VICTIM_ALL_LANES] = {"all lanes", 5},
	[VICTIM_WORKER] = {"worker", 11},
	[VICTIM_REGISTRY] = {"registry", 20},
	[VICTIM_REDIS] = {"Redis", 8},
	[VICTIM_BACKEND] = {"PostgreSQL process", 8},
	[VICTIM_POSTMASTER] = {"PostgreSQL postmaster", 4},
	[VICTIM_INGEST] = {"ingest", 8},
};

static const struct kind moments[MOMENTS] = {
	[MOMENT_DELAY] = {"after a delay", 40},
	[MOMENT_WORKER_LINE] = {"after a line of the worker", 15},
	[MOMENT_REGISTRY_LINE] = {"after a line of the registry", 15},
	[MOMENT_STORE] = {"in a request to the store", 30},
};

const char *killer_victim(enum victim victim)
{
	return victims[victim].name;
}

const char *killer_moment(enum moment_kind kind)
{
	return moments[kind].name;
}

static size_t choose(struct scene *s, const struct kind *kinds, size_t n)
{
	int at = scene_random(s, PERCENT);

	for (size_t i = 0; i < n; i++) {
		at -= kinds[i].percent;
		if (at < 0)
			return i;
	}
	return 0;
}

static void pass_us(unsigned us)
{
	const struct timespec t = {.tv_nsec = (long)us * 1000};

	(void)nanosleep(&t, NULL);
}

/* ---- what is going on ---- */

struct work {
	int64_t leased, ready, unplanned, mails; /* leased: just now, not by the dead */
	bool ingest;
};

static struct work look(const struct scene *s)
{
	static const char sql[] =
		"select (select count(*) from batch where state = 'leased' and lease_until > now() + interval '4.7 s') "
		"+ 1000 * (select count(*) from batch where state = 'ready') "
		"+ 1000000 * (select count(*) from deletion where planned_at is null) "
		"+ 1000000000 * (select count(*) from outbox where done_at is null and gave_up_at is null)";
	int64_t all = tomb_fixture_pg_number(sql);

	return (struct work){all % 1000, all / 1000 % 1000, all / 1000000 % 1000, all / 1000000000,
		atomic_load(&s->shared->ingest_pid) > 0};
}

static bool has_work_for(enum victim victim, const struct work *work)
{
	if (victim == VICTIM_INGEST)
		return work->ingest;
	if (victim == VICTIM_REGISTRY)
		return work->ready > 0 || work->unplanned > 0 || work->mails > 0;
	return work->leased > 0 || work->ingest;
}

/* ---- moments: each is waited for, and true if it came ---- */

static bool wait_for_work(const struct scene *s, enum victim victim, struct work *work)
{
	int64_t until = moment_ms() + WORK_MS;

	while (!has_work_for(victim, work) && moment_ms() < until) {
		pass_us(LOOK_US);
		*work = look(s);
	}
	return has_work_for(victim, work);
}

static bool wait_for_lines(const struct program *p, int n)
{
	int64_t until = moment_ms() + WORK_MS;
	int fd = open(p->log, O_RDONLY | O_CLOEXEC);
	char text[4096];

	assert_true(fd >= 0);
	assert_true(lseek(fd, 0, SEEK_END) >= 0);
	while (n > 0 && moment_ms() < until) {
		ssize_t got = read(fd, text, sizeof text);

		for (ssize_t i = 0; i < got; i++)
			n -= text[i] == '\n';
		if (got <= 0)
			pass_us(LOOK_US);
	}
	assert_int_equal(close(fd), 0);
	return n <= 0;
}

/* Where the store has halted, it waits to be told to go on. */
static bool wait_for_moment(struct scene *s, enum moment_kind kind, enum victim victim, struct work *work)
{
	int bits = DELAY_BITS_MIN + scene_random(s, DELAY_BITS_MAX - DELAY_BITS_MIN + 1);
	int delay = scene_random(s, 1 << bits);
	int place = scene_random(s, S3_SHELF_PLACES);
	bool came = false;

	switch (kind) {
	case MOMENT_WORKER_LINE:
		return wait_for_lines(&s->stage->worker, 1 + delay % LINES_MAX);
	case MOMENT_REGISTRY_LINE:
		return wait_for_lines(&s->stage->registry, 1 + delay % LINES_MAX);
	case MOMENT_STORE:
		s3_shelf_set_trap(s->shelf, (enum s3_shelf_place)place, 1 + delay % REQUESTS_MAX);
		return s3_shelf_is_sprung(s->shelf, WORK_MS);
	case MOMENT_DELAY:
	case MOMENTS:
		break;
	}
	came = wait_for_work(s, victim, work);
	pass_us((unsigned)delay);
	return came;
}

/* ---- kills ---- */

/* A descriptor cannot come to mean another process, a number can. */
static bool kill_process(pid_t pid, pid_t parent)
{
	int fd = pidfd_open(pid, 0);
	char path[64];
	FILE *f = NULL;
	int its_parent = 0;
	bool is_it = false;

	if (fd < 0)
		return false;
	(void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	/* NOLINTNEXTLINE(cert-err34-c): the kernel wrote it */
	is_it = f && fscanf(f, "%*d (%*[^)]) %*c %d", &its_parent) == 1 && its_parent == (int)parent;
	if (f)
		(void)fclose(f); /* read only */
	is_it = is_it && pidfd_send_signal(fd, SIGKILL, NULL, 0) == 0;
	assert_int_equal(close(fd), 0);
	return is_it;
}

static bool kill_lanes(struct scene *s, bool all)
{
	pid_t lanes[LANES_MAX];
	size_t n = program_children(&s->stage->worker, lanes, LANES_MAX);
	size_t first = n > 0 && !all ? (size_t)scene_random(s, (int)n) : 0;
	bool done = false;

	for (size_t i = first; i < (all ? n : n > 0 ? first + 1 : 0); i++)
		done |= kill_process(lanes[i], s->stage->worker.pid);
	return done;
}

static bool kill_program(struct program *p)
{
	if (p->pid == 0)
		return false;
	program_kill(p);
	return true;
}

static bool kill_redis(struct scene *s)
{
	server_kill(s->stage->redis);
	return true;
}

/* Of one that serves our programs; the server ends its other processes itself. */
static bool kill_backend(struct scene *s)
{
	char path[64];
	char sql[256];
	FILE *f = NULL;
	int64_t pid = 0;
	int parent = 0;

	(void)snprintf(sql, sizeof sql,
		"select coalesce((select pid from pg_stat_activity where usename like 'tombstone_%%' "
		"order by md5(pid::text || '%d') limit 1), 0)",
		scene_random(s, SALT));
	pid = tomb_fixture_pg_number(sql);
	(void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	f = pid > 0 ? fopen(path, "re") : NULL;
	if (!f)
		return false;
	/* NOLINTNEXTLINE(cert-err34-c): the kernel wrote it */
	if (fscanf(f, "%*d (%*[^)]) %*c %d", &parent) != 1)
		parent = -1;
	assert_int_equal(fclose(f), 0);
	if (!kill_process((pid_t)pid, (pid_t)parent))
		return false;
	return tomb_fixture_pg_again(CRASH_MS);
}

static bool kill_postmaster(void)
{
	tomb_fixture_pg_kill();
	return true;
}

static bool kill_ingest(const struct scene *s, pid_t depositor)
{
	pid_t pid = atomic_load(&s->shared->ingest_pid);

	return pid > 0 && kill_process(pid, depositor);
}

static bool kill_one(struct scene *s, enum victim victim)
{
	switch (victim) {
	case VICTIM_LANE:
	case VICTIM_ALL_LANES:
		return kill_lanes(s, victim == VICTIM_ALL_LANES);
	case VICTIM_WORKER:
		return kill_program(&s->stage->worker);
	case VICTIM_REGISTRY:
		return kill_program(&s->stage->registry);
	case VICTIM_REDIS:
		return kill_redis(s);
	case VICTIM_BACKEND:
		return kill_backend(s);
	case VICTIM_POSTMASTER:
		return kill_postmaster();
	case VICTIM_INGEST:
		return kill_ingest(s, s->depositor);
	case VICTIMS:
		break;
	}
	return false;
}

/* ---- and again ---- */

static void keep_alive(struct program *p, struct tally *tally)
{
	int status = 0;

	if (p->pid > 0 && waitpid(p->pid, &status, WNOHANG) == p->pid) {
		p->pid = 0;
		tally->came_back++;
		if (WIFSIGNALED(status)) {
			program_print_log(p);
			fail_msg("%s has ended with signal %d", p->name, WTERMSIG(status));
		}
	}
	if (p->pid == 0)
		program_start(p);
}

void killer_keep_alive(struct scene *s, struct tally *tally)
{
	keep_alive(&s->stage->worker, tally);
	keep_alive(&s->stage->registry, tally);
}

/* On a file that is approved, and at every second time claimed, if there is one.  By the lock on its object, the lanes'
 * claims come before or after: if none came, it must stay; the reason tells the judge. */
static void place_hold(struct scene *s, struct tally *tally)
{
	int64_t file = tomb_world_number(
		"select coalesce((select l.file_id from request_file l join deletion d using (request_id) "
		"where d.finished_at is null and l.outcome = 'pending' "
		"order by exists (select from copy c where c.file_id = l.file_id and c.status = 'removing') = %s desc, "
		"md5(l.file_id::text || '%d') limit 1), 0)",
		tally->holds % 2 ? "true" : "false", scene_random(s, SALT));

	if (file == 0)
		return;
	tomb_world_exec("begin; select from intellectual_object where id = (select object_id from generic_file where "
			"id = %" PRId64 ") for no key update; "
			"insert into hold (institution_id, file_id, reason, placed_by) "
			"select f.institution_id, f.id, case when exists (select from copy c where c.file_id = f.id "
			"and c.status not in ('stored', 'superseded')) then 'a court wants it, late' "
			"else 'a court wants it' end, (select max(id) from user_account) "
			"from generic_file f where f.id = %" PRId64 " and f.state = 'A'; commit",
		file, file);
	tally->holds = (int)tomb_world_number("select count(*) from hold");
}

static void note(
	const struct scene *s, int i, enum victim victim, enum moment_kind kind, bool came, const struct work *work)
{
	printf("kill %d of %d: %s, %s%s (%" PRId64 " batches just leased, %" PRId64 " ready, %" PRId64
	       " plans, %" PRId64 " mails%s)\n",
		i + 1, s->options.kills, killer_victim(victim), killer_moment(kind), came ? "" : ", in vain",
		work->leased, work->ready, work->unplanned, work->mails, work->ingest ? ", an ingest" : "");
}

/* Whom, when, the kill, the return.  False if nobody was there to be killed. */
static bool kill_once(struct scene *s, struct tally *tally, int i)
{
	enum victim victim = (enum victim)choose(s, victims, VICTIMS);
	enum moment_kind kind = (enum moment_kind)choose(s, moments, MOMENTS);
	struct work work = look(s);
	bool came = wait_for_moment(s, kind, victim, &work);
	bool done = kill_one(s, victim);

	if (came && kind == MOMENT_STORE)
		s3_shelf_go_on(s->shelf);
	if (victim == VICTIM_REDIS)
		server_start_again(s->stage->redis);
	killer_keep_alive(s, tally);
	if (!done)
		return false;
	tally->kills[victim]++;
	tally->moments[kind]++;
	tally->in_vain += !came;
	note(s, i, victim, kind, came, &work);
	return true;
}

void killer_run(struct scene *s, struct tally *tally)
{
	for (int i = 0; i < s->options.kills;) {
		atomic_store(&s->shared->progress, i * ALL / s->options.kills);
		if (!kill_once(s, tally, i))
			continue;
		i++;
		if (HOLD_EVERY * tally->holds < i)
			place_hold(s, tally);
	}
	atomic_store(&s->shared->progress, ALL);
}
