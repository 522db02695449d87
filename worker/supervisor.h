/* The worker's parent process: keeps its lanes alive, and ends them in good order. */
#ifndef TOMB_SUPERVISOR_H
#define TOMB_SUPERVISOR_H

#include "tombstone/log.h"

/* What a lane runs; its return value is the process's exit status. */
typedef int tomb_lane_main_fn(int lane, const void *arg);

/*
 * Forks lanes 0 to count - 1 and starts each again that dies, after a pause that grows while it keeps dying before it
 * has worked.  Returns when this process was told to end and every lane has ended, having finished or released its
 * batch.  A lane ends with its parent, however that ends.
 */
void tomb_supervise(int count, tomb_lane_main_fn *lane_main, const void *arg, const struct tomb_log *log);

#endif
