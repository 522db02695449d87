#include "post.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { MAIL_MAX = 1 << 16, PATH_BYTES = 512 };

/* The rest of the line that begins so; "" if there is none. */
static void take_line(const char *mail, const char *begin, char *out, size_t room)
{
	const char *at = strstr(mail, begin);

	out[0] = '\0';
	if (at)
		(void)snprintf(out, room, "%.*s", (int)strcspn(at + strlen(begin), "\r\n"), at + strlen(begin));
}

/* It stands alone on a line: two spaces and its digits. */
static void take_token(const char *mail, char token[static TOMB_TOKEN_TEXT])
{
	token[0] = '\0';
	while ((mail = strstr(mail, "\n  "))) {
		mail += 3;
		if (strspn(mail, "0123456789abcdef") == TOMB_TOKEN_TEXT - 1)
			(void)snprintf(token, TOMB_TOKEN_TEXT, "%s", mail);
	}
}

static void read_mail(const char *path, struct post_mail *out)
{
	char mail[MAIL_MAX];
	FILE *f = fopen(path, "re");
	size_t n = 0;

	assert_non_null(f);
	n = fread(mail, 1, sizeof mail - 1, f);
	mail[n] = '\0';
	assert_int_equal(fclose(f), 0);
	take_line(mail, "X-RcptTo: ", out->to, sizeof out->to);
	take_line(mail, "Subject: ", out->subject, sizeof out->subject);
	take_token(mail, out->token);
}

/* "DIR/mail/new" without its last word, which is a Maildir's. */
static void folder_of(const struct server *smtp, const char *which, char path[static PATH_BYTES])
{
	const char *new = smtp_server_mails(smtp);

	(void)snprintf(path, PATH_BYTES, "%.*s%s", (int)(strlen(new) - strlen("new")), new, which);
}

static void look(const char *folder, const char *move_to, post_fn *fn, void *ctx)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry = NULL;

	if (!dir)
		return;                  /* no mail so far */
	while ((entry = readdir(dir))) { /* NOLINT(concurrency-mt-unsafe): one thread, and a DIR of its own */
		char path[PATH_BYTES + 256];
		char moved[PATH_BYTES + 256];
		struct post_mail mail;

		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		read_mail(path, &mail);
		fn(ctx, &mail);
		if (!move_to)
			continue;
		(void)snprintf(moved, sizeof moved, "%s/%s", move_to, entry->d_name);
		assert_int_equal(rename(path, moved), 0);
	}
	assert_int_equal(closedir(dir), 0);
}

void post_look_at_new(const struct server *smtp, post_fn *fn, void *ctx)
{
	char new[PATH_BYTES];
	char seen[PATH_BYTES];

	folder_of(smtp, "new", new);
	folder_of(smtp, "cur", seen);
	look(new, seen, fn, ctx);
}

void post_look_at_all(const struct server *smtp, post_fn *fn, void *ctx)
{
	char folder[PATH_BYTES];

	folder_of(smtp, "new", folder);
	look(folder, NULL, fn, ctx);
	folder_of(smtp, "cur", folder);
	look(folder, NULL, fn, ctx);
}
