/* Those who go on with their work during the kills, each in a process of its own that ends when all is done. */
#ifndef KILL_ACTORS_H
#define KILL_ACTORS_H

#include "scene.h"

/* People: utter the wishes when it is time, and decide, over HTTP, as often as it takes. */
pid_t crowd_start(struct scene *s);

/* The operator: sends the bags again, as often as it takes. */
pid_t depositor_start(struct scene *s);

#endif
