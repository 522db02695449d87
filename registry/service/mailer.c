#include "mailer.h"

#include "account_mail.h"
#include "deletion_mail.h"
#include "link.h"
#include "sql.gen.h"
#include "ticker.h"
#include "tombstone/decision.h"
#include "tombstone/hex.h"
#include "tombstone/secret.h"
#include "tombstone/smtp_client.h"
#include "tombstone/user_password.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	SEND_MS = 60 * 1000,      /* for one mail; a server that is slower gets it again */
	PAUSE_MS = 500,           /* between looks into the outbox */
	WISHES_MAX = 100,         /* for new passwords, looked at in one look */
	MAIL_BYTES_MAX = 1 << 20, /* rows about one mail, and its text */
	MESSAGE_ID_MAX = 400,     /* 32 digits, "@", and the sender's domain */
};

struct tomb_mailer {
	const struct tomb_registry_config *config;
	const struct tomb_log *log;
	struct tomb_str public_url; /* without a slash at its end */
	struct tomb_link link;
	struct tomb_smtp *smtp;
	struct tomb_ticker *ticker;
};

/* Random digits at the sender's domain: unique, and tells nothing. */
static struct tomb_str make_message_id(struct tomb_str from, char out[static MESSAGE_ID_MAX])
{
	uint8_t random[16];
	char digits[2 * sizeof random + 1];
	const char *at = memrchr(from.p, '@', from.n);

	tomb_random(random, sizeof random);
	(void)snprintf(out, MESSAGE_ID_MAX, "%s%.*s", tomb_hex_encode(random, sizeof random, digits),
		at ? (int)(from.n - (size_t)(at - from.p)) : 0, at ? at : "");
	return tomb_str_from(out);
}

static enum tomb_code send_text(struct tomb_mailer *m, const struct tomb_outbox_mail *mail, struct tomb_str heading,
	struct tomb_str body, struct tomb_err *err)
{
	char id[MESSAGE_ID_MAX];
	struct tomb_mail message = {
		.from_name = TOMB_STR("Tombstone"),
		.from = m->config->mail_from,
		.to_name = mail->to_name,
		.to = mail->to,
		.subject = heading,
		.message_id = make_message_id(m->config->mail_from, id),
		.date_us = tomb_clock_wall_us(m->log->clock),
		.body = body,
	};

	return tomb_smtp_send(m->smtp, &message, err);
}

/* The same for mails about the person's own account. */
static enum tomb_code send_about_account(
	struct tomb_mailer *m, const struct tomb_outbox_mail *mail, int minutes, struct tomb_err *err)
{
	TOMB_BUF_AUTO subject = tomb_buf_init(TOMB_ACCOUNT_MAIL_SUBJECT_MAX);
	TOMB_BUF_AUTO text = tomb_buf_init(TOMB_ACCOUNT_MAIL_TEXT_MAX);
	struct tomb_account_mail facts = {.mail = mail, .token = TOMB_STR(""), .public_url = m->public_url};
	struct tomb_str heading;
	struct tomb_str body;
	char token[TOMB_TOKEN_TEXT] = "";
	enum tomb_code code = TOMB_OK;

	if (minutes > 0) {
		TOMB_TRY(tomb_user_password_link(m->link.pg, mail->user_id, minutes, token, err));
		facts.token = tomb_str_from(token);
	}
	code = tomb_account_mail_write(&facts, &subject, &text, err);
	if (code == TOMB_OK)
		code = tomb_buf_done(&subject, &heading, err);
	if (code == TOMB_OK)
		code = tomb_buf_done(&text, &body, err);
	if (code == TOMB_OK)
		code = send_text(m, mail, heading, body, err);
	tomb_wipe(token, sizeof token);
	tomb_wipe(text.p, text.n);
	return code;
}

/* Writes and sends one mail.  Its token, if it has one, is known to nobody before and to nobody else after. */
static enum tomb_code send_one(
	struct tomb_mailer *m, const struct tomb_outbox_mail *mail, struct tomb_arena *arena, struct tomb_err *err)
{
	TOMB_BUF_AUTO subject = tomb_buf_init(TOMB_DELETION_MAIL_SUBJECT_MAX);
	TOMB_BUF_AUTO text = tomb_buf_init(TOMB_DELETION_MAIL_TEXT_MAX);
	struct tomb_outbox_request request;
	struct tomb_deletion_mail facts = {
		.mail = mail, .request = &request, .token = TOMB_STR(""), .public_url = m->public_url};
	struct tomb_str heading;
	struct tomb_str body;
	char token[TOMB_TOKEN_TEXT] = "";
	enum tomb_code code = TOMB_OK;
	int minutes = 0;

	if (tomb_account_mail_is(mail->type, &minutes))
		return send_about_account(m, mail, minutes, err);
	TOMB_TRY(tomb_outbox_request(m->link.pg, mail->request_id, arena, &request, err));
	if (tomb_str_eq(mail->type, TOMB_STR("Deletion Requested"))) {
		TOMB_TRY(tomb_approval_token_new(m->link.pg, mail->request_id, mail->user_id, token, err));
		facts.token = tomb_str_from(token);
	}
	code = tomb_deletion_mail_write(&facts, &subject, &text, err);
	if (code == TOMB_OK)
		code = tomb_buf_done(&subject, &heading, err);
	if (code == TOMB_OK)
		code = tomb_buf_done(&text, &body, err);
	if (code == TOMB_OK)
		code = send_text(m, mail, heading, body, err);
	tomb_wipe(token, sizeof token);
	tomb_wipe(text.p, text.n);
	return code;
}

/* Not sent: again later, unless the address is refused for good or it was tried too often. */
static void note_failure(struct tomb_mailer *m, const struct tomb_outbox_mail *mail, const struct tomb_err *why)
{
	bool give_up = why->code == TOMB_INVAL || mail->attempts + 1 >= TOMB_MAIL_ATTEMPTS_MAX;
	struct tomb_err err;

	tomb_log(m->log, give_up ? TOMB_EV_MAIL_FAILED : TOMB_EV_MAIL_RETRYING, TOMB_KV_S("to", mail->to),
		TOMB_KV_S("type", mail->type), TOMB_KV_I("attempt", mail->attempts + 1), TOMB_KV_ERR(why));
	if (tomb_outbox_failed(m->link.pg, mail->id, tomb_str_from(why->text), give_up, &err) != TOMB_OK)
		tomb_log(m->log, TOMB_EV_TASK_FAILED, TOMB_KV("task", "mail"), TOMB_KV_ERR(&err));
}

static bool tick(void *ctx)
{
	struct tomb_mailer *m = ctx;
	TOMB_ARENA_AUTO arena = tomb_arena_init(MAIL_BYTES_MAX);
	struct tomb_outbox_mail mail;
	struct tomb_err err;
	bool due = false;

	if (!tomb_link_is_up(&m->link))
		return false;
	if (tomb_user_password_grant(m->link.pg, WISHES_MAX, &err) != TOMB_OK ||
		tomb_outbox_take(m->link.pg, &arena, &mail, &due, &err) != TOMB_OK) {
		tomb_log(m->log, TOMB_EV_TASK_FAILED, TOMB_KV("task", "mail"), TOMB_KV_ERR(&err));
		return false;
	}
	if (!due)
		return false;
	if (!mail.is_moot && send_one(m, &mail, &arena, &err) != TOMB_OK) {
		note_failure(m, &mail, &err);
		return true;
	}
	if (!mail.is_moot)
		tomb_log(m->log, TOMB_EV_MAIL_SENT, TOMB_KV_S("to", mail.to), TOMB_KV_S("type", mail.type));
	if (tomb_outbox_done(m->link.pg, mail.id, &err) != TOMB_OK)
		tomb_log(m->log, TOMB_EV_TASK_FAILED, TOMB_KV("task", "mail"), TOMB_KV_ERR(&err));
	return true;
}

static enum tomb_code open_smtp(struct tomb_mailer *m, struct tomb_err *err)
{
	const struct tomb_registry_config *c = m->config;
	TOMB_SECRET_AUTO password = {.n = 0};
	struct tomb_smtp_options options = {
		.url = c->smtp_url,
		.starttls = c->smtp_starttls,
		.ca_file = c->smtp_ca_file,
		.user = c->smtp_user,
		.total_ms = SEND_MS,
	};

	if (c->smtp_password_file.n > 0) {
		TOMB_TRY(tomb_secret_read(c->smtp_password_file.p, &password, err));
		options.password = &password;
	}
	return tomb_smtp_open(&m->smtp, &options, err);
}

static enum tomb_code start(struct tomb_mailer *m, struct tomb_err *err)
{
	static const struct tomb_pg_set *const sets[] = {&sql_set_trace, &sql_set_decision, &sql_set_account};

	TOMB_TRY(tomb_link_open(&m->link, m->config->database.p, sets, TOMB_COUNTOF(sets), m->log, err));
	TOMB_TRY(open_smtp(m, err));
	return tomb_ticker_start(&m->ticker, tick, m, PAUSE_MS, err);
}

enum tomb_code tomb_mailer_start(const struct tomb_registry_config *config, const struct tomb_log *log,
	struct tomb_mailer **out, struct tomb_err *err)
{
	struct tomb_mailer *m = calloc(1, sizeof *m);
	enum tomb_code code = TOMB_OK;

	if (!m)
		return TOMB_FAIL(err, TOMB_NOMEM, "the mailer");
	m->config = config;
	m->log = log;
	m->public_url = config->public_url;
	while (m->public_url.n > 0 && m->public_url.p[m->public_url.n - 1] == '/')
		m->public_url.n--;
	code = start(m, err);
	if (code != TOMB_OK) {
		tomb_mailer_stop(m);
		return code;
	}
	*out = m;
	return TOMB_OK;
}

void tomb_mailer_stop(struct tomb_mailer *m)
{
	if (!m)
		return;
	tomb_ticker_stop(m->ticker);
	tomb_smtp_close(m->smtp);
	tomb_link_close(&m->link);
	free(m);
}
