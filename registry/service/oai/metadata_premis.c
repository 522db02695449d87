/* PREMIS 3 of an object: the document that its own page offers. */
#include "metadata_internal.h"

#include "tombstone/premis.h"

struct document {
	struct tomb_buf *out;
	bool is_begun;
};

/* A piece of the document; the first one without its declaration: what this is part of has one. */
static enum tomb_code take(void *ctx, struct tomb_str piece, struct tomb_err *err)
{
	struct document *d = ctx;
	const char *end = d->is_begun ? NULL : memmem(piece.p, piece.n, "?>", 2);
	size_t skipped = end ? (size_t)(end + 2 - piece.p) : 0;
	struct tomb_str ignored;

	d->is_begun = true;
	tomb_buf_put(d->out, (struct tomb_str){piece.p + skipped, piece.n - skipped});
	return tomb_buf_done(d->out, &ignored, err);
}

enum tomb_code tomb_oai_metadata_premis(
	struct tomb_oai_call *call, const struct tomb_oai_item *item, struct tomb_buf *out, struct tomb_err *err)
{
	const struct tomb_actor harvester = {.institution_id = item->institution_id,
		.email = TOMB_STR("oai"),
		.role = TOMB_ROLE_INST_USER,
		.via = TOMB_VIA_API};
	struct document d = {.out = out};

	return tomb_premis_write(call->ctx->link.pg, &harvester,
		&(struct tomb_premis_subject){.object_id = item->object_id}, take, &d, err);
}
