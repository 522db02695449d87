/* One of our programs, as the operator runs it: started by a process of its own, watched, ended in good order or not.
 */
#ifndef E2E_PROGRAM_H
#define E2E_PROGRAM_H

#include "tombstone/str.h"

#include <sys/types.h>

struct program {
	const char *name; /* in the folder that TOMBSTONE_BIN names */
	char conf[96];    /* its settings */
	char log[96];     /* what it says */
	pid_t pid;        /* 0 while it does not run */
	bool was_started; /* ever: then there is a log */
};

/* Names it; its files are in folder.  Writes settings, lines of "key = value". */
void program_init(struct program *p, const char *name, const char *folder, const char *settings);

/* Adds lines to its settings, for the next start. */
void program_set(struct program *p, const char *settings);

/* How many lines of its log have all of these pieces; the list ends in NULL. */
size_t program_said(const struct program *p, const char *const *pieces);

/* Starts it.  It does not outlive this process. */
void program_start(struct program *p);

/* kill -9. */
void program_kill(struct program *p);

/* Tells it to end, waits until it has, and returns its exit status; 128 + n if signal n ended it.  Fails the test if
 * that takes longer than half a minute. */
int program_end(struct program *p);

/* Fails the test if it has ended by itself. */
void program_must_live(struct program *p);

/* Everything that it has said, all runs together; to be freed. */
char *program_log(const struct program *p);

/* Prints the end of it, for people. */
void program_print_log(const struct program *p);

/* Its child processes, at most max of them. */
size_t program_children(const struct program *p, pid_t *out, size_t max);

/* Runs a program of ours to its end and returns its exit status; words ends in NULL, the first is the program's name.
 * What it prints is in *out (may be NULL), to be freed, with its errors behind. */
int program_run(const char *const *words, char **out);

/* The same in two steps: what it prints goes to the file; then its exit status, as program_end(). */
pid_t program_spawn(const char *const *words, int out);
int program_wait(pid_t pid);

#endif
