#include "task.h"

#include <stdlib.h>

static void wait_for(sem_t *s)
{
	while (sem_wait(s) != 0)
		continue;
}

static void *run(void *arg)
{
	struct task *t = arg;

	wait_for(&t->go);
	t->main(t->arg);
	t->has_ended = true;
	(void)sem_post(&t->back);
	return NULL;
}

void task_start(struct task *t, void (*main)(void *arg), void *arg)
{
	t->main = main;
	t->arg = arg;
	t->has_ended = false;
	if (sem_init(&t->go, 0, 0) != 0 || sem_init(&t->back, 0, 0) != 0 ||
		pthread_create(&t->thread, NULL, run, t) != 0)
		abort();
	t->is_started = true;
}

void task_step(struct task *t)
{
	(void)sem_post(&t->go);
	wait_for(&t->back);
	if (!t->has_ended)
		return;
	(void)pthread_join(t->thread, NULL);
	(void)sem_destroy(&t->go);
	(void)sem_destroy(&t->back);
	t->is_started = false;
}

void task_pause(struct task *t)
{
	(void)sem_post(&t->back);
	wait_for(&t->go);
}
