#include "prompt.h"

#include <errno.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

/* A terminal gives a line at a time. */
static enum tomb_code read_line(struct tomb_secret *out, struct tomb_err *err)
{
	for (;;) {
		ssize_t n = read(STDIN_FILENO, out->text + out->n, sizeof out->text - 1 - out->n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return TOMB_FAIL(err, TOMB_IO, "standard input: %s", strerror(errno));
		out->n += (size_t)n;
		if (n == 0 || out->text[out->n - 1] == '\n' || out->n == sizeof out->text - 1)
			break;
	}
	if (out->n > 0 && out->text[out->n - 1] == '\n')
		out->n--;
	else if (out->n == sizeof out->text - 1)
		return TOMB_FAIL(err, TOMB_INVAL, "that was more than %d bytes", TOMB_SECRET_MAX);
	out->text[out->n] = '\0';
	return out->n > 0 ? TOMB_OK : TOMB_FAIL(err, TOMB_INVAL, "nothing was typed");
}

enum tomb_code cli_prompt(const char *question, struct tomb_secret *out, struct tomb_err *err)
{
	TOMB_SECRET_AUTO typed = {.n = 0};
	struct termios was;
	struct termios silent;
	enum tomb_code code = TOMB_OK;

	if (tcgetattr(STDIN_FILENO, &was) != 0)
		return TOMB_FAIL(err, TOMB_IO, "standard input: %s", strerror(errno));
	silent = was;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	(void)fputs(question, stderr);
	if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) != 0)
		return TOMB_FAIL(err, TOMB_IO, "standard input: %s", strerror(errno));
	code = read_line(&typed, err);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
	(void)fputc('\n', stderr);
	if (code == TOMB_OK)
		*out = typed;
	return code;
}
