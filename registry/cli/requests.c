#include "commands.h"
#include "output.h"
#include "prompt.h"
#include "tombstone/decision.h"
#include "tombstone/deletion_request.h"
#include "tombstone/file.h"
#include "tombstone/parse.h"
#include "tombstone/secret.h"

#include <inttypes.h>
#include <unistd.h>

/* By number, or by identifier: is there such a thing of the person's institution? */
static enum tomb_code find_object(struct cli *cli, struct tomb_str text, int64_t *id, struct tomb_err *err)
{
	struct tomb_object found;

	if (tomb_parse_i64(text, 1, INT64_MAX, id))
		return TOMB_OK;
	TOMB_TRY(tomb_object_find(cli->pg, &cli->actor, 0, text, cli->arena, &found, err));
	*id = found.id;
	return TOMB_OK;
}

static enum tomb_code find_file(struct cli *cli, struct tomb_str text, int64_t *id, struct tomb_err *err)
{
	struct tomb_file found;

	if (tomb_parse_i64(text, 1, INT64_MAX, id))
		return TOMB_OK;
	TOMB_TRY(tomb_file_find(cli->pg, &cli->actor, 0, text, cli->arena, &found, err));
	*id = found.id;
	return TOMB_OK;
}

typedef enum tomb_code find_fn(struct cli *cli, struct tomb_str text, int64_t *id, struct tomb_err *err);

static enum tomb_code read_ids(
	struct cli *cli, const char *option, find_fn *find, struct tomb_int8s *out, struct tomb_err *err)
{
	int64_t *ids = TOMB_NEW(cli->arena, int64_t, CLI_VALUES_MAX);
	struct tomb_str text;
	size_t n = 0;

	if (!ids)
		return TOMB_FAIL(err, TOMB_NOMEM, "reading --%s", option);
	for (; cli_value_at(cli, option, n, &text); n++)
		TOMB_TRY(find(cli, text, &ids[n], err));
	*out = (struct tomb_int8s){ids, n};
	return TOMB_OK;
}

enum tomb_code cli_request(struct cli *cli, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{NULL, "request_id", CLI_NUMBER}, {NULL, "objects", CLI_NUMBER},
		{NULL, "files", CLI_NUMBER}, {NULL, "bytes", CLI_BYTES}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	struct tomb_deletion_list list = {.object_ids = {NULL, 0}};
	struct tomb_deletion_request made;
	char files[CLI_COUNT_TEXT];
	char bytes[CLI_COUNT_TEXT];

	if (!cli_has(cli, "object") && !cli_has(cli, "file"))
		return CLI_MISUSE(cli, err, "request needs --object or --file, as often as there are things to delete");
	list.reason_code = cli_value(cli, "reason-code");
	TOMB_TRY(read_ids(cli, "object", find_object, &list.object_ids, err));
	TOMB_TRY(read_ids(cli, "file", find_file, &list.file_ids, err));
	TOMB_TRY(tomb_deletion_request_create(cli->pg, &cli->actor, &list, cli_value(cli, "reason"), &made, err));
	cli_put_int(&t, made.id);
	cli_put_int(&t, made.object_count);
	cli_put_int(&t, made.file_count);
	cli_put_int(&t, made.byte_count);
	return cli_print_done(&t, err,
		"Deletion request %" PRId64 ": %s files, %s. Nothing is deleted until it is approved.", made.id,
		cli_count(made.file_count, files), cli_bytes(made.byte_count, bytes));
}

/* The code of somebody who has a second factor: from a file or the terminal, since a command line is seen by others. */
static enum tomb_code read_code(struct cli *cli, struct tomb_secret *out, struct tomb_err *err)
{
	struct tomb_user_totp status;

	TOMB_TRY(tomb_user_totp_status(cli->pg, &cli->actor, &status, err));
	if (!status.is_on)
		return TOMB_OK;
	if (cli_has(cli, "totp-file"))
		return tomb_secret_read(cli_value(cli, "totp-file").p, out, err);
	return isatty(STDIN_FILENO) ? cli_prompt("Code of your authenticator app: ", out, err) : TOMB_OK;
}

static enum tomb_code make(struct cli *cli, int64_t request, enum tomb_verdict_kind verdict, struct tomb_str token,
	int64_t *deletion, struct tomb_err *err)
{
	TOMB_SECRET_AUTO code = {.n = 0};
	struct tomb_envelope_key key = {{0}};
	struct tomb_step_up proof = {.key = NULL, .code = TOMB_STR("")};
	enum tomb_code done = TOMB_OK;

	if (verdict == TOMB_APPROVE)
		TOMB_TRY(read_code(cli, &code, err));
	if (code.n > 0 && cli->config.secrets_key_file.n > 0) {
		TOMB_TRY(tomb_envelope_key_read(cli->config.secrets_key_file.p, &key, err));
		proof.key = &key;
	}
	proof.code = (struct tomb_str){code.text, code.n};
	done = tomb_decision_make_with(cli->pg, &cli->actor, request, verdict, token, &proof, deletion, err);
	tomb_wipe(&key, sizeof key);
	return done;
}

static enum tomb_code decide(struct cli *cli, enum tomb_verdict_kind verdict, struct tomb_err *err)
{
	static const struct cli_column columns[] = {
		{NULL, "request_id", CLI_NUMBER}, {NULL, "verdict", CLI_TEXT}, {NULL, "deletion_id", CLI_NUMBER}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	TOMB_SECRET_AUTO secret = {.n = 0};
	struct tomb_str token = cli_value(cli, "token");
	int64_t request = 0;
	int64_t deletion = 0;

	TOMB_TRY(cli_number(cli, "REQUEST", cli_operand(cli, 0), 1, INT64_MAX, &request, err));
	if (cli_has(cli, "token") == cli_has(cli, "token-file"))
		return CLI_MISUSE(cli, err, "%s needs --token or --token-file", cli->command->name);
	if (cli_has(cli, "token-file")) {
		TOMB_TRY(tomb_secret_read(cli_value(cli, "token-file").p, &secret, err));
		token = (struct tomb_str){secret.text, secret.n};
	}
	TOMB_TRY(make(cli, request, verdict, token, &deletion, err));
	cli_put_int(&t, request);
	cli_put_str(&t, verdict == TOMB_APPROVE ? TOMB_STR("approve") : TOMB_STR("reject"));
	cli_put_int(&t, deletion);
	if (verdict == TOMB_REJECT)
		return cli_print_done(&t, err, "Request %" PRId64 " is rejected; nothing is deleted.", request);
	return cli_print_done(
		&t, err, "Request %" PRId64 " is approved: deletion %" PRId64 " begins.", request, deletion);
}

enum tomb_code cli_approve(struct cli *cli, struct tomb_err *err)
{
	return decide(cli, TOMB_APPROVE, err);
}

enum tomb_code cli_reject(struct cli *cli, struct tomb_err *err)
{
	return decide(cli, TOMB_REJECT, err);
}
