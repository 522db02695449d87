#include "tombstone/smtp_client.h"

#include "tombstone/mailbox.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>

enum { TEXT_MAX = 4095 }; /* bytes of a URL, a path, a user: as configuration has them */

/* One mail while it is handed over. */
struct call {
	struct tomb_str message;
	size_t given;      /* bytes of it that libcurl has; from the last one on, the final dot is out of our hands */
	bool at_recipient; /* the last command was RCPT TO */
	bool is_over;      /* we said goodbye */
	char reply[256];   /* the server's last line since the last command or piece of message; "" for none */
};

struct tomb_smtp {
	CURL *curl;
	struct call call;
	bool set_failed; /* an option did not take */
	char url[TEXT_MAX + 1];
	char curl_text[CURL_ERROR_SIZE];
};

/* Sticky: a failed option is looked at once, at the end. */
#define SET(option, value) smtp->set_failed |= curl_easy_setopt(smtp->curl, option, value) != CURLE_OK

/* ---- what libcurl calls ---- */

static size_t on_read(char *buf, size_t size, size_t count, void *arg)
{
	struct call *call = arg;
	size_t left = call->message.n - call->given;
	size_t n = size * count < left ? size * count : left;

	if (n)
		memcpy(buf, call->message.p + call->given, n);
	call->given += n;
	call->at_recipient = false;
	call->reply[0] = '\0';
	return n;
}

static void keep_reply(struct call *call, const char *line, size_t n)
{
	if (n >= sizeof call->reply)
		n = sizeof call->reply - 1;
	while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
		n--;
	memcpy(call->reply, line, n);
	call->reply[n] = '\0';
}

static bool is_command(const char *line, size_t n, const char *command)
{
	return n >= strlen(command) && strncasecmp(line, command, strlen(command)) == 0;
}

/* Overhears the conversation: of the server's words, libcurl hands on a code at most. */
/* NOLINTNEXTLINE(readability-non-const-parameter): libcurl's prototype */
static int on_debug(CURL *curl, curl_infotype type, char *data, size_t n, void *arg)
{
	struct call *call = arg;

	(void)curl;
	if (type == CURLINFO_HEADER_OUT && is_command(data, n, "QUIT"))
		call->is_over = true; /* what follows is politeness */
	if (call->is_over)
		return 0;
	if (type == CURLINFO_HEADER_OUT) {
		call->at_recipient = is_command(data, n, "RCPT TO");
		call->reply[0] = '\0';
	} else if (type == CURLINFO_HEADER_IN) {
		keep_reply(call, data, n);
	}
	return 0;
}

/* ---- opening ---- */

static enum tomb_code copy_text(
	struct tomb_str s, const char *what, char out[static TEXT_MAX + 1], struct tomb_err *err)
{
	if (s.n > TEXT_MAX || (s.n > 0 && memchr(s.p, '\0', s.n)))
		return TOMB_FAIL(err, TOMB_INVAL, "the mail server's %s is too long, or holds a NUL", what);
	if (s.n > 0)
		memcpy(out, s.p, s.n);
	out[s.n] = '\0';
	return TOMB_OK;
}

static bool is_loopback(const char *host)
{
	bool is_ipv4 = strspn(host, "0123456789.") == strlen(host);

	return strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
	       (is_ipv4 && strncmp(host, "127.", 4) == 0);
}

static void free_url(CURLU **url)
{
	curl_url_cleanup(*url);
}

static void free_part(char **part)
{
	curl_free(*part);
}

static enum tomb_code check_url(
	const struct tomb_smtp *smtp, const struct tomb_smtp_options *options, struct tomb_err *err)
{
	TOMB_CLEANUP(free_url) CURLU *url = curl_url();
	TOMB_CLEANUP(free_part) char *scheme = NULL;
	TOMB_CLEANUP(free_part) char *host = NULL;
	bool is_tls = false;

	if (!url)
		return TOMB_FAIL(err, TOMB_NOMEM, "the mail server's URL");
	if (curl_url_set(url, CURLUPART_URL, smtp->url, 0) != CURLUE_OK ||
		curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
		curl_url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK)
		return TOMB_FAIL(
			err, TOMB_INVAL, "the mail server's URL must be smtp://host:port or smtps://host:port");
	is_tls = strcmp(scheme, "smtps") == 0;
	if (!is_tls && strcmp(scheme, "smtp") != 0)
		return TOMB_FAIL(err, TOMB_INVAL, "the mail server's URL must begin with smtp:// or smtps://");
	if (options->user.n > 0 && !is_tls && !options->starttls && !is_loopback(host))
		return TOMB_FAIL(err, TOMB_INVAL,
			"the password for %s would cross the network in the clear: use smtps:// or STARTTLS",
			smtp->url);
	return TOMB_OK;
}

static enum tomb_code set_tls(struct tomb_smtp *smtp, const struct tomb_smtp_options *options, struct tomb_err *err)
{
	char ca_file[TEXT_MAX + 1];

	TOMB_TRY(copy_text(options->ca_file, "CA file", ca_file, err));
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_USE_SSL, (long)(options->starttls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
	if (ca_file[0])
		SET(CURLOPT_CAINFO, ca_file);
	return TOMB_OK;
}

static enum tomb_code set_user(struct tomb_smtp *smtp, const struct tomb_smtp_options *options, struct tomb_err *err)
{
	char user[TEXT_MAX + 1];

	TOMB_TRY(copy_text(options->user, "user", user, err));
	if (!user[0])
		return TOMB_OK;
	SET(CURLOPT_USERNAME, user);
	SET(CURLOPT_PASSWORD, options->password ? options->password->text : "");
	return TOMB_OK;
}

static enum tomb_code set_options(struct tomb_smtp *smtp, const struct tomb_smtp_options *options, struct tomb_err *err)
{
	TOMB_TRY(copy_text(options->url, "URL", smtp->url, err));
	TOMB_TRY(check_url(smtp, options, err));
	SET(CURLOPT_URL, smtp->url);
	SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	SET(CURLOPT_PROXY, ""); /* keeps the environment out */
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_ERRORBUFFER, smtp->curl_text);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)(options->connect_ms > 0 ? options->connect_ms : TOMB_SMTP_CONNECT_MS));
	SET(CURLOPT_TIMEOUT_MS, (long)(options->total_ms > 0 ? options->total_ms : TOMB_SMTP_TOTAL_MS));
	TOMB_TRY(set_tls(smtp, options, err));
	TOMB_TRY(set_user(smtp, options, err));
	SET(CURLOPT_VERBOSE, 1L); /* to on_debug(), and nowhere else */
	SET(CURLOPT_DEBUGFUNCTION, on_debug);
	SET(CURLOPT_DEBUGDATA, &smtp->call);
	SET(CURLOPT_UPLOAD, 1L);
	SET(CURLOPT_READFUNCTION, on_read);
	SET(CURLOPT_READDATA, &smtp->call);
	if (smtp->set_failed)
		return TOMB_FAIL(err, TOMB_NOMEM, "libcurl does not take the mail server's settings");
	return TOMB_OK;
}

/* When it closes a connection, libcurl says QUIT and waits two minutes for a server that does not answer, whatever time
 * it was given.  A socket that is shut for reading answers at once. */
static void do_not_wait(struct tomb_smtp *smtp, int how)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	if (curl_easy_getinfo(smtp->curl, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK && fd != CURL_SOCKET_BAD)
		(void)shutdown(fd, how); /* if it is shut already, so much the better */
}

enum tomb_code tomb_smtp_open(struct tomb_smtp **out, const struct tomb_smtp_options *options, struct tomb_err *err)
{
	TOMB_SMTP_AUTO *smtp = calloc(1, sizeof *smtp);

	if (!smtp)
		return TOMB_FAIL(err, TOMB_NOMEM, "a handle for the mail server");
	/* Counted and thread-safe since libcurl 7.84. */
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return TOMB_FAIL(err, TOMB_NOMEM, "libcurl does not start");
	smtp->curl = curl_easy_init();
	if (!smtp->curl) {
		curl_global_cleanup();
		return TOMB_FAIL(err, TOMB_NOMEM, "a handle for the mail server");
	}
	TOMB_TRY(set_options(smtp, options, err));
	*out = TOMB_TAKE(smtp);
	return TOMB_OK;
}

void tomb_smtp_close(struct tomb_smtp *smtp)
{
	if (!smtp)
		return;
	if (smtp->curl) {
		do_not_wait(smtp, SHUT_RD);
		curl_easy_cleanup(smtp->curl);
		curl_global_cleanup();
	}
	free(smtp);
}

/* ---- sending ---- */

/* 5.7 in an enhanced code (RFC 3463), or 503, 530, 535 (RFC 4954): we may not send here, whatever the mail. */
static bool is_about_us(const char *reply)
{
	return strncmp(reply, "503", 3) == 0 || strncmp(reply, "530", 3) == 0 || strncmp(reply, "535", 3) == 0 ||
	       strncmp(reply + 1, "50 5.7.", 7) == 0 || strncmp(reply + 1, "54 5.7.", 7) == 0;
}

/* Names the failure by what the caller may believe, and by whose words there are. */
static enum tomb_code failure(const struct tomb_smtp *smtp, CURLcode code, struct tomb_err *err)
{
	const struct call *call = &smtp->call;
	bool all_given = call->given == call->message.n;
	bool refused = call->reply[0] == '4' || call->reply[0] == '5';
	const char *text = smtp->curl_text[0] ? smtp->curl_text : curl_easy_strerror(code);

	if (code == CURLE_OUT_OF_MEMORY && !all_given)
		return TOMB_FAIL(err, TOMB_NOMEM, "sending a mail");
	if (all_given && call->reply[0] == '2')
		return TOMB_OK; /* taken; what failed came after */
	if (call->reply[0] == '5' && (all_given || (call->at_recipient && !is_about_us(call->reply))))
		return TOMB_FAIL(err, TOMB_INVAL, "%s refuses for good: %s", smtp->url, call->reply);
	if (refused)
		return TOMB_FAIL(err, TOMB_NET, "%s refuses: %s", smtp->url, call->reply);
	if (all_given)
		return TOMB_FAIL(err, TOMB_UNCERTAIN, "%s has the mail and did not say whether it takes it: %s",
			smtp->url, text);
	return TOMB_FAIL(err, TOMB_NET, "%s: %s", smtp->url, text);
}

static void free_list(struct curl_slist **list)
{
	curl_slist_free_all(*list);
}

/* A NUL-terminated copy of a mailbox, which has been checked. */
static char *text_of(struct tomb_str mailbox, char out[static TOMB_MAILBOX_MAX + 1])
{
	memcpy(out, mailbox.p, mailbox.n);
	out[mailbox.n] = '\0';
	return out;
}

static enum tomb_code hand_over(struct tomb_smtp *smtp, const struct tomb_mail *mail, struct tomb_err *err)
{
	char text[TOMB_MAILBOX_MAX + 1];
	TOMB_CLEANUP(free_list) struct curl_slist *recipients = curl_slist_append(NULL, text_of(mail->to, text));
	CURLcode code = CURLE_OK;

	SET(CURLOPT_MAIL_FROM, text_of(mail->from, text));
	SET(CURLOPT_MAIL_RCPT, recipients);
	SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)smtp->call.message.n);
	if (!recipients || smtp->set_failed)
		return TOMB_FAIL(err, TOMB_NOMEM, "sending a mail");
	smtp->curl_text[0] = '\0';
	code = curl_easy_perform(smtp->curl);
	SET(CURLOPT_MAIL_RCPT, NULL); /* it was borrowed */
	if (code == CURLE_OK)
		return TOMB_OK;
	do_not_wait(smtp, SHUT_RDWR); /* nor use it again */
	return failure(smtp, code, err);
}

enum tomb_code tomb_smtp_send(struct tomb_smtp *smtp, const struct tomb_mail *mail, struct tomb_err *err)
{
	TOMB_BUF_AUTO text = tomb_buf_init(TOMB_MAIL_MAX);
	struct call call = {.given = 0};
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(tomb_mail_build(mail, &text, err));
	TOMB_TRY(tomb_buf_done(&text, &call.message, err));
	smtp->call = call;
	smtp->set_failed = false;
	code = hand_over(smtp, mail, err);
	smtp->call = (struct call){.given = 0}; /* the message ends here */
	return code;
}
