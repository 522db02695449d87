/* What must be so when all is over, whatever was killed.  Everything is asked, then told. */
#ifndef KILL_JUDGE_H
#define KILL_JUDGE_H

#include "scene.h"

/* Waits until nothing moves any more; what failed for a reason that has passed, an operator puts to work again. Returns
 * how many work items that were, or -1 if something is stuck, and says what. */
int judge_wait(struct scene *s);

/* Looks into the stores, the journal and the mails, and judges; ends the programs on the way.  Returns the number of
 * sentences that are not true, each of them printed. */
int judge_all(struct scene *s);

#endif
