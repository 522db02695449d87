/* The registry service as a whole: what main() starts and stops, and what tests start in its place. */
#ifndef TOMB_REGISTRY_H
#define TOMB_REGISTRY_H

#include "ctx.h"

/* All addresses of the service. */
struct tomb_routes tomb_registry_routes(void);

/*
 * Fills *registry, which stays where it is until tomb_registry_fini(): routes, hooks, the limiter (in the arena).
 * Borrows config and log.
 */
enum tomb_code tomb_registry_init(struct tomb_registry *registry, const struct tomb_registry_config *config,
	const struct tomb_log *log, struct tomb_arena *arena, struct tomb_err *err) TOMB_MUST_USE;
void tomb_registry_fini(struct tomb_registry *registry);

#endif
