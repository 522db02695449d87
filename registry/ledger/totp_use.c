#include "totp_use.h"

#include "sql.gen.h"
#include "tombstone/audit.h"
#include "tombstone/digest.h"
#include "tombstone/secret.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	ARENA_BYTES_MAX = 16 * 1024,                         /* a row */
	BACKUP_CODE_LETTERS = TOMB_BACKUP_CODE_SIZE / 5 * 8, /* base 32 (RFC 4648, section 6) */
};

/* Letters and digits only, in capitals: as people may leave out hyphens, or type small letters. */
static bool squeeze(struct tomb_str given, char out[static TOMB_BACKUP_CODE_TEXT])
{
	size_t n = 0;

	for (size_t i = 0; i < given.n; i++) {
		char c = given.p[i];

		if (c == '-' || c == ' ')
			continue;
		if (n == BACKUP_CODE_LETTERS)
			return false;
		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		out[n++] = c;
	}
	out[n] = '\0';
	return n == BACKUP_CODE_LETTERS;
}

static enum tomb_code use_backup(
	struct tomb_pg *pg, int64_t user_id, struct tomb_str given, bool *is_right, struct tomb_err *err)
{
	char plain[TOMB_BACKUP_CODE_TEXT];
	uint8_t digest[TOMB_SHA256_SIZE];
	size_t changed = 0;

	if (squeeze(given, plain)) {
		tomb_sha256(tomb_str_from(plain), digest);
		TOMB_TRY(sql_account_backup_use(pg,
			&(struct sql_account_backup_use_args){user_id, {(const char *)digest, sizeof digest}}, &changed,
			err));
	}
	tomb_wipe(plain, sizeof plain);
	*is_right = changed == 1;
	return TOMB_OK;
}

static enum tomb_code use_step(struct tomb_pg *pg, int64_t user_id, const struct sql_account_totp_lock_row *row,
	const struct tomb_step_up *proof, bool *is_right, struct tomb_err *err)
{
	uint8_t secret[TOMB_TOTP_SECRET];
	char place[64];
	int64_t step = 0;
	size_t changed = 0;
	enum tomb_code code = TOMB_OK;

	(void)snprintf(place, sizeof place, "totp %" PRId64, user_id);
	TOMB_TRY(tomb_envelope_open(proof->key, tomb_str_from(place), row->sealed, secret, sizeof secret, err));
	if (tomb_totp_matches(secret, row->now_s, proof->code, &step) && step > row->last_step)
		code = sql_account_totp_use(pg, &(struct sql_account_totp_use_args){user_id, step}, &changed, err);
	tomb_wipe(secret, sizeof secret);
	TOMB_TRY(code);
	*is_right = changed == 1;
	return TOMB_OK;
}

static enum tomb_code note_wrong(
	struct tomb_pg *pg, const struct tomb_actor *actor, const char *purpose, struct tomb_err *err)
{
	char subject[64];

	(void)snprintf(subject, sizeof subject, "user %" PRId64, actor->user_id);
	TOMB_TRY(sql_account_totp_wrong(pg,
		&(struct sql_account_totp_wrong_args){actor->user_id, TOMB_TOTP_TRIES, TOMB_TOTP_PAUSE_S}, NULL, err));
	return tomb_audit_write(pg, actor,
		&(struct tomb_audit_entry){.verb = "refuse code",
			.institution_id = actor->institution_id,
			.subject = tomb_str_from(subject),
			.detail = tomb_str_from(purpose)},
		err);
}

enum tomb_code tomb_totp_use(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_step_up *proof,
	bool is_begun, const char *purpose, struct tomb_totp_answer *out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct sql_account_totp_lock_row *row = NULL;
	bool is_right = false;
	size_t n = 0;

	TOMB_TRY(
		sql_account_totp_lock(pg, &(struct sql_account_totp_lock_args){actor->user_id}, &arena, &row, &n, err));
	if (n == 0 || row->is_on == is_begun) {
		*out = (struct tomb_totp_answer){TOMB_TOTP_OFF, 0};
		return TOMB_OK;
	}
	if (row->wait_s > 0) {
		*out = (struct tomb_totp_answer){TOMB_TOTP_PAUSED, row->wait_s};
		return TOMB_OK;
	}
	if (proof->code.n == 0) {
		*out = (struct tomb_totp_answer){TOMB_TOTP_MISSING, 0};
		return TOMB_OK;
	}
	if (!proof->key)
		return TOMB_FAIL(err, TOMB_UNPROCESSABLE,
			"codes cannot be checked here: the operator has to set secrets_key_file");
	TOMB_TRY(use_step(pg, actor->user_id, row, proof, &is_right, err));
	if (!is_right && !is_begun)
		TOMB_TRY(use_backup(pg, actor->user_id, proof->code, &is_right, err));
	if (!is_right)
		TOMB_TRY(note_wrong(pg, actor, purpose, err));
	*out = (struct tomb_totp_answer){is_right ? TOMB_TOTP_RIGHT : TOMB_TOTP_WRONG, 0};
	return TOMB_OK;
}

enum tomb_code tomb_totp_refuse(const struct tomb_totp_answer *answer, struct tomb_err *err)
{
	switch (answer->verdict) {
	case TOMB_TOTP_PAUSED:
		return TOMB_FAIL(err, TOMB_RATE_LIMITED, "too many wrong codes: try again in %" PRId64 " min",
			(answer->wait_s + 59) / 60);
	case TOMB_TOTP_OFF:
		return TOMB_FAIL(err, TOMB_CONFLICT, "this account has no second factor");
	case TOMB_TOTP_MISSING:
		return TOMB_FAIL(err, TOMB_STEP_UP, "this needs a code of your authenticator app, or a backup code");
	case TOMB_TOTP_WRONG:
	case TOMB_TOTP_RIGHT:
		break;
	}
	return TOMB_FAIL(err, TOMB_STEP_UP,
		"the code is not right, or was used before: wait for the next one in your authenticator app");
}
