#include "moment.h"

#include <time.h>

int64_t moment_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void moment_pass(void)
{
	const struct timespec moment = {.tv_nsec = 5000000};

	(void)nanosleep(&moment, NULL);
}
