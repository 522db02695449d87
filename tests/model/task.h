/*
 * Cooperative tasks: real code that runs until it says task_pause(), and goes on when somebody says task_step().  Each
 * has a thread, but only one of all runs at any moment, so that the same decisions give the same course of events.
 */
#ifndef MODEL_TASK_H
#define MODEL_TASK_H

#include "tombstone/base.h"

#include <pthread.h>
#include <semaphore.h>

struct task {
	pthread_t thread;
	sem_t go, back;
	void (*main)(void *arg);
	void *arg;
	bool is_started; /* and not joined */
	bool has_ended;
};

/* Begins it; main does not run before the first step. */
void task_start(struct task *t, void (*main)(void *arg), void *arg);

/* Lets it go on until it pauses or ends; when it has ended, it is no longer started. */
void task_step(struct task *t);

/* Called by the task. */
void task_pause(struct task *t);

#endif
