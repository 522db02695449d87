#include "tombstone/checksum_record.h"

#include "authority.h"
#include "record_internal.h"
#include "sql.gen.h"
#include "tombstone/digest.h"
#include "tombstone/tx.h"

#include <inttypes.h>

enum { ARENA_BYTES_MAX = 8 * 1024 * 1024 }; /* the columns of the checksums of a thousand files */

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

enum tomb_code tomb_record_checksum_check(const struct tomb_checksum_given *checksum, struct tomb_err *err)
{
	for (enum tomb_digest_alg alg = TOMB_MD5; alg < TOMB_DIGEST_ALG_MAX; alg++) {
		if (!tomb_str_eq(checksum->algorithm, tomb_str_from(tomb_digest_name(alg))))
			continue;
		if (checksum->digest.n != 2 * tomb_digest_size(alg))
			return TOMB_FAIL(err, TOMB_INVAL, "digest: %s has %zu digits in base 16, not %zu",
				tomb_digest_name(alg), 2 * tomb_digest_size(alg), checksum->digest.n);
		for (size_t i = 0; i < checksum->digest.n; i++)
			if (!is_hex(checksum->digest.p[i]))
				return TOMB_FAIL(err, TOMB_INVAL, "digest: base 16 in lower case");
		return TOMB_OK;
	}
	return TOMB_FAIL(err, TOMB_INVAL, "algorithm is one of md5, sha1, sha256, sha512");
}

enum tomb_code tomb_record_checksums(
	struct tomb_pg *pg, const struct tomb_checksum_line *lines, size_t n, int64_t *first, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	int64_t *files = TOMB_NEW(&arena, int64_t, n);
	struct tomb_str *algorithms = TOMB_NEW(&arena, struct tomb_str, n);
	struct tomb_str *digests = TOMB_NEW(&arena, struct tomb_str, n);
	struct sql_record_checksums_insert_row *made = NULL;
	enum tomb_code code = TOMB_OK;
	size_t nmade = 0;

	if (n == 0)
		return TOMB_OK;
	if (!files || !algorithms || !digests)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu checksums", n);
	for (size_t i = 0; i < n; i++) {
		files[i] = lines[i].file_id;
		algorithms[i] = lines[i].checksum.algorithm;
		digests[i] = lines[i].checksum.digest;
	}
	code = sql_record_checksums_insert(pg,
		&(struct sql_record_checksums_insert_args){{files, n}, {algorithms, n}, {digests, n}}, &arena, &made,
		&nmade, err);
	if (code == TOMB_CONFLICT)
		return TOMB_FAIL(err, TOMB_CONFLICT,
			"the file has a checksum by this algorithm: other bytes are recorded with files/update");
	TOMB_TRY(code);
	if (first)
		*first = made->id;
	return TOMB_OK;
}

struct reported {
	const struct tomb_actor *actor;
	const struct tomb_checksum_given *given;
	int64_t institution_id;
	int64_t file_id;
	int64_t id;
};

/* A tomb_tx_fn. */
static enum tomb_code report(struct tomb_pg *pg, void *ctx, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct reported *r = ctx;
	struct sql_record_file_lock_row *file = NULL;
	struct tomb_event_line event = {.file_id = r->file_id};
	int64_t id = 0;

	TOMB_TRY(tomb_authority_all(pg, r->actor, TOMB_MAY_CHECKSUM_WRITE, "record checksums", err));
	TOMB_TRY(tomb_record_checksum_check(r->given, err));
	TOMB_TRY(tomb_record_file_lock(pg, r->institution_id, r->file_id, &arena, &file, err));
	if (!tomb_str_eq(file->state, TOMB_STR("A")))
		return TOMB_FAIL(err, TOMB_CONFLICT, "%.*s is deleted", TOMB_STR_ARG(file->identifier));
	TOMB_TRY(tomb_record_checksums(pg, &(struct tomb_checksum_line){r->file_id, *r->given}, 1, &id, err));
	event.object_id = file->object_id;
	event.event = tomb_record_event(r->actor, TOMB_STR("message digest calculation"),
		TOMB_STR("A digest of the file was reported"), r->given->digest);
	TOMB_TRY(tomb_record_events(pg, &event, 1, NULL, err));
	TOMB_TRY(tomb_record_audit(
		pg, r->actor, "record checksum", file->institution_id, "file", r->file_id, r->given->algorithm, err));
	r->id = id;
	return TOMB_OK;
}

enum tomb_code tomb_checksum_record_create(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t institution_id,
	int64_t file_id, const struct tomb_checksum_given *given, int64_t *id, struct tomb_err *err)
{
	struct reported r = {.actor = actor, .given = given, .institution_id = institution_id, .file_id = file_id};

	TOMB_TRY(tomb_tx_run(pg, TOMB_READ_COMMITTED, report, &r, err));
	*id = r.id;
	return TOMB_OK;
}
