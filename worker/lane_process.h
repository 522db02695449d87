/* A lane as a process: its own connections, and the loop that finds it work. */
#ifndef TOMB_LANE_PROCESS_H
#define TOMB_LANE_PROCESS_H

#include "tombstone/log.h"
#include "worker_config.h"

struct tomb_lane_process {
	const struct tomb_worker_config *config;
	const struct tomb_log *log;
	struct tomb_str host;
};

/* Works until told to end; the process's exit status: 0 when told to, 1 when it cannot go on. */
int tomb_lane_process_run(int lane, const void *process);

#endif
