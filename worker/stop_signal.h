/* Being told to end: SIGTERM and SIGINT are blocked from the start, and asked for where it is safe to end. */
#ifndef TOMB_STOP_SIGNAL_H
#define TOMB_STOP_SIGNAL_H

#include "tombstone/base.h"

/* Blocks them, and SIGCHLD; ignores SIGPIPE.  To be called before any lane is forked. */
void tomb_stop_signal_block(void);

/* Was this process told to end?  Stays true. */
bool tomb_stop_signal_seen(void);

/* Waits at most timeout_ms for a signal that this process blocks; 0 if there was none.  SIGTERM and SIGINT are
 * remembered for tomb_stop_signal_seen(). */
int tomb_stop_signal_wait(int64_t timeout_ms);

/* Waits for ms, whatever comes; false as soon as this process is told to end, also if it was before.  A wait of struct
 * tomb_waiting: ctx is not used. */
bool tomb_stop_signal_pause(void *ctx, int64_t ms);

#endif
