#include "mail_folder.h"

#include <dirent.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { MAIL_MAX = 64 * 1024 }; /* the mails about deletions are short */

struct search {
	const char *address;
	const char *subject;
	int found;
	struct timespec newest_at;
	char newest[MAIL_MAX]; /* as it came, with the handler's X- headers before it */
};

/* Is there a line of the head that begins with name and then value? */
static bool has_header(const char *mail, const char *name, const char *value, bool whole)
{
	const char *end = strstr(mail, "\n\n");
	size_t n = strlen(name);

	for (const char *line = mail; line && line < end; line = strchr(line, '\n') + 1)
		if (strncmp(line, name, n) == 0 && strncmp(line + n, value, strlen(value)) == 0)
			return !whole || line[n + strlen(value)] == '\n';
	return false;
}

static bool is_later(struct timespec a, struct timespec b)
{
	return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec >= b.tv_nsec;
}

static void look_at(struct search *s, FILE *file)
{
	char mail[MAIL_MAX];
	struct stat st;
	size_t n = fread(mail, 1, sizeof mail - 1, file);
	size_t kept = 0;

	assert_int_equal(fstat(fileno(file), &st), 0);
	/* Line ends as the server stored them. */
	for (size_t i = 0; i < n; i++)
		if (mail[i] != '\r')
			mail[kept++] = mail[i];
	mail[kept] = '\0';
	if (!has_header(mail, "X-RcptTo: ", s->address, true) || !has_header(mail, "Subject: ", s->subject, false))
		return;
	s->found++;
	if (is_later(st.st_mtim, s->newest_at)) {
		s->newest_at = st.st_mtim;
		memcpy(s->newest, mail, kept + 1);
	}
}

static void search(struct search *s, const struct server *smtp)
{
	DIR *dir = opendir(smtp_server_mails(smtp));
	const struct dirent *entry = NULL;

	if (!dir)
		return;                  /* no mail so far */
	while ((entry = readdir(dir))) { /* NOLINT(concurrency-mt-unsafe): one thread, and a DIR of its own */
		char path[512];
		FILE *file = NULL;

		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof path, "%s/%s", smtp_server_mails(smtp), entry->d_name);
		file = fopen(path, "re");
		assert_non_null(file);
		look_at(s, file);
		assert_int_equal(fclose(file), 0);
	}
	assert_int_equal(closedir(dir), 0);
}

int mail_folder_count(const struct server *smtp, const char *address, const char *subject)
{
	struct search s = {.address = address, .subject = subject};

	search(&s, smtp);
	return s.found;
}

bool mail_folder_token(
	const struct server *smtp, const char *address, int64_t request_id, char token[static TOMB_TOKEN_TEXT])
{
	char subject[64];
	struct search s = {.address = address, .subject = subject};
	const char *line = s.newest;

	(void)snprintf(subject, sizeof subject, "Please decide: deletion request %" PRId64 " ", request_id);
	search(&s, smtp);
	if (s.found == 0)
		return false;
	/* It stands alone on a line: two spaces and its digits. */
	while ((line = strstr(line, "\n  ")) && strspn(line + 3, "0123456789abcdef") != TOMB_TOKEN_TEXT - 1)
		line++;
	assert_non_null(line);
	(void)snprintf(token, TOMB_TOKEN_TEXT, "%s", line + 3);
	return true;
}
