/* A vault of the original Glacier API (2012-06-01).  Shared by the files of this folder. */
#ifndef STORAGE_GLACIER_GLACIER_H
#define STORAGE_GLACIER_GLACIER_H

#include "aws/client.h"
#include "glacier/failure.h"
#include "store_kind.h"

enum {
	GLACIER_ANSWER_ARENA_MAX = 1 << 21, /* bytes: an answer of up to 1 MiB, and what is read from it */
	GLACIER_ID_MAX = 255                /* bytes of an archive's or a job's id; AWS makes 138 and 92 */
};

struct glacier {
	struct tomb_store store;
	const struct backend *backend;
	struct aws_client aws;
};

/* store is always a struct glacier's first member. */
static inline struct glacier *glacier_of(struct tomb_store *store)
{
	return (struct glacier *)(void *)store;
}

struct glacier_request {
	const char *method;
	const char *folder;  /* of the vault: "/archives/", "/jobs"; "": the vault itself */
	struct tomb_str id;  /* in it; "" if there is none */
	const char *subject; /* of what the id names: "/output"; "" */
	struct tomb_str body;
	tomb_http_sink_fn *sink; /* as struct tomb_http_request's */
	void *sink_arg;
};

/* Signs and sends it, with the API's version.  INVAL for an id that is none; else as aws_call(). */
enum tomb_code glacier_send(struct glacier *glacier, const struct glacier_request *request, struct tomb_arena *arena,
	struct tomb_http_answer *out, struct tomb_err *err) TOMB_MUST_USE;

/* Ids are made of A-Z a-z 0-9 _ -: nothing in them could change the path. */
bool glacier_is_id(struct tomb_str id);

/* DescribeVault. */
enum tomb_code glacier_vault(struct glacier *glacier, struct tomb_arena *arena, struct glacier_vault *out,
	struct tomb_err *err) TOMB_MUST_USE;

enum tomb_code glacier_inventory_start(
	struct tomb_store *store, struct tomb_arena *arena, struct tomb_store_job *out, struct tomb_err *err);
enum tomb_code glacier_inventory_status(struct tomb_store *store, struct tomb_str job_id, struct tomb_arena *arena,
	struct tomb_store_job_status *out, struct tomb_err *err);
enum tomb_code glacier_inventory_read(struct tomb_store *store, struct tomb_str job_id, tomb_store_held_fn *fn,
	void *ctx, struct tomb_store_inventory *out, struct tomb_err *err);

/* An error of this backend: prefixes its name. */
enum tomb_code glacier_error(const struct tomb_store *store, enum tomb_code code, struct tomb_err *err);

#endif
