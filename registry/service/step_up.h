/* A code that somebody typed, with the key to check it. */
#ifndef TOMB_SERVICE_STEP_UP_H
#define TOMB_SERVICE_STEP_UP_H

#include "ctx.h"

/* NULL without the setting secrets_key_file. */
static inline const struct tomb_envelope_key *tomb_secrets_of(const struct tomb_ctx *ctx)
{
	return ctx->registry->has_secrets ? &ctx->registry->secrets : NULL;
}

/* Borrows code. */
static inline struct tomb_step_up tomb_step_up_of(const struct tomb_ctx *ctx, struct tomb_str code)
{
	return (struct tomb_step_up){tomb_secrets_of(ctx), code};
}

#endif
