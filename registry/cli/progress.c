#include "progress.h"

#include "output.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
	REDRAW_US = 100 * 1000,     /* as often as an eye can follow */
	PLAIN_US = 5 * 1000 * 1000, /* a log wants less */
	RATE_AFTER_US = 500 * 1000, /* before that, a rate says nothing */
	WIDTH_DEFAULT = 80,
	WIDTH_MIN = 40,
	FRAME = 21, /* label, brackets, percent and spaces */
	BAR_MIN = 10,
	BAR_MAX = 40,
	LINE_BYTES_MAX = 512
};

/* Writes all of it or gives up: who closes the terminal does not want to see it. */
static void write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, p, n);

		if (done <= 0)
			return;
		p += done;
		n -= (size_t)done;
	}
}

static void put_line(const struct cli_progress *p, const struct tomb_buf *line)
{
	if (line->broken == TOMB_OK)
		write_all(p->fd, line->p, line->n);
}

struct cli_progress cli_progress_init(int fd, const struct tomb_clock *clock)
{
	const char *term = getenv("TERM"); /* NOLINT(concurrency-mt-unsafe): nobody sets variables here */

	return (struct cli_progress){
		.fd = fd,
		.is_terminal = isatty(fd) && term && strcmp(term, "dumb") != 0,
		.clock = clock,
		.percent_shown = -1,
	};
}

static int terminal_width(const struct cli_progress *p)
{
	struct winsize size = {.ws_col = 0};

	if (ioctl(p->fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return WIDTH_DEFAULT;
	return size.ws_col < WIDTH_MIN ? WIDTH_MIN : size.ws_col;
}

/* By bytes where they are known: a large file takes longer than a small one. */
static int percent_of(const struct cli_stage *s)
{
	int64_t all = s->bytes > 0 ? s->bytes : s->files;
	int64_t done = s->bytes > 0 ? s->bytes_done : s->files_done;

	if (s->files_done >= s->files)
		return 100;
	if (all <= 0 || done <= 0)
		return 0;
	done = done < all ? done : all;
	/* 100 % is said of what is done only. */
	return (int)((double)done * 100 / (double)all) < 99 ? (int)((double)done * 100 / (double)all) : 99;
}

/* What stands behind the bar: counts, and a rate with the time that is left once there is one. */
static void put_counts(const struct cli_progress *p, const struct cli_stage *s, int64_t now_us, struct tomb_buf *out)
{
	int64_t took_us = now_us - p->began_at_us;
	int64_t did = s->files_done - p->began_with;
	char done[CLI_COUNT_TEXT];
	char all[CLI_COUNT_TEXT];
	char bytes[CLI_COUNT_TEXT];

	tomb_buf_putf(out, "%s of %s files", cli_count(s->files_done, done), cli_count(s->files, all));
	if (s->bytes > 0)
		tomb_buf_putf(out, ", %s", cli_bytes(s->bytes_done, bytes));
	if (took_us < RATE_AFTER_US || did <= 0)
		return;
	tomb_buf_putf(out, ", %s files/s", cli_count(did * TOMB_US_PER_S / took_us, done));
	if (s->files_done < s->files) {
		int64_t left_s = (int64_t)((double)took_us / (double)did * (double)(s->files - s->files_done)) /
				 TOMB_US_PER_S;

		tomb_buf_putf(out, ", %lld:%02lld left", (long long)(left_s / 60), (long long)(left_s % 60));
	}
}

static void put_bar(struct tomb_buf *out, int percent, int width)
{
	int full = width * percent / 100;

	tomb_buf_put(out, TOMB_STR("["));
	for (int i = 0; i < width; i++)
		tomb_buf_put(out, i < full ? TOMB_STR("#") : TOMB_STR("."));
	tomb_buf_put(out, TOMB_STR("]"));
}

/* "Storing    [#####.....]  50 %  ..." in the width of the terminal: the counts are cut, never wrapped. */
static void draw(struct cli_progress *p, const struct cli_stage *s, int64_t now_us)
{
	TOMB_BUF_AUTO counts = tomb_buf_init(LINE_BYTES_MAX);
	TOMB_BUF_AUTO line = tomb_buf_init(LINE_BYTES_MAX);
	int percent = percent_of(s);
	int room = terminal_width(p) - 1 - FRAME;
	int bar = 0;

	put_counts(p, s, now_us, &counts);
	bar = room - (int)counts.n;
	bar = bar > BAR_MAX ? BAR_MAX : bar < BAR_MIN ? BAR_MIN : bar;
	tomb_buf_putf(&line, "\r%-10.*s ", TOMB_STR_ARG(s->label));
	put_bar(&line, percent, bar);
	room -= bar;
	tomb_buf_putf(&line, " %3d %% %.*s\033[K", percent, (int)counts.n < room ? (int)counts.n : room,
		counts.p ? counts.p : "");
	put_line(p, &line);
	p->is_line_open = true;
}

static void print_plain(struct cli_progress *p, const struct cli_stage *s, int64_t now_us)
{
	TOMB_BUF_AUTO line = tomb_buf_init(LINE_BYTES_MAX);

	tomb_buf_putf(&line, "%.*s: %d %%, ", TOMB_STR_ARG(s->label), percent_of(s));
	put_counts(p, s, now_us, &line);
	tomb_buf_put(&line, TOMB_STR("\n"));
	put_line(p, &line);
}

void cli_progress_show(struct cli_progress *p, const struct cli_stage *s)
{
	int64_t now_us = tomb_clock_monotonic_us(p->clock);
	bool is_new = !tomb_str_eq(p->label, s->label);
	bool is_due = now_us - p->shown_at_us >= (p->is_terminal ? REDRAW_US : PLAIN_US);
	bool is_done = percent_of(s) == 100 && p->percent_shown != 100;

	if (is_new) {
		cli_progress_end(p);
		p->label = s->label;
		p->began_at_us = now_us;
		p->began_with = s->files_done;
		p->percent_shown = -1;
	}
	/* A rate counts from the first file on: before it, something else was waited for. */
	if (s->files_done == p->began_with)
		p->began_at_us = now_us;
	if (!is_new && !is_due && !is_done)
		return;
	if (p->is_terminal)
		draw(p, s, now_us);
	else if (is_new || is_done || percent_of(s) != 100)
		print_plain(p, s, now_us);
	p->shown_at_us = now_us;
	p->percent_shown = percent_of(s);
}

void cli_progress_say(struct cli_progress *p, const char *fmt, ...)
{
	TOMB_BUF_AUTO line = tomb_buf_init(LINE_BYTES_MAX);
	char text[LINE_BYTES_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	cli_progress_end(p);
	tomb_buf_putf(&line, "%s\n", text);
	put_line(p, &line);
}

void cli_progress_end(struct cli_progress *p)
{
	if (p->is_line_open)
		write_all(p->fd, "\n", 1);
	p->is_line_open = false;
}
