/* OAI-PMH 2.0: what harvesters ask of the repository, at one address.  Spec: records.md 3. */
#ifndef TOMB_OAI_H
#define TOMB_OAI_H

#include "ctx.h"

#define TOMB_ROUTE(method, pattern, handler, access, body_max, flags) tomb_handler_fn handler;
#include "routes.def"
#undef TOMB_ROUTE

/* Whether the settings are all there that harvesters must be told: INVAL if harvesting is on and they are not. */
enum tomb_code tomb_oai_check(const struct tomb_registry_config *config, struct tomb_err *err) TOMB_MUST_USE;

#endif
