/* Waiting for something to become true: look, let a moment pass, look again, until a deadline. */
#ifndef MOMENT_H
#define MOMENT_H

#include <stdint.h>

int64_t moment_ms(void); /* a clock that only goes forward */

void moment_pass(void); /* a few milliseconds */

#endif
