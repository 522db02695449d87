/* Assertions are part of what a function promises; this tries them in a child process. */
#ifndef TESTS_MISTAKE_H
#define TESTS_MISTAKE_H

#include <stdbool.h>

/* Does a process that runs this end by an assertion?  False if it returns, or ends otherwise. */
bool mistake_aborts(void (*mistake)(void));

#endif
