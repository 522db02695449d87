#include "actors.h"
#include "moment.h"
#include "patient.h"
#include "post.h"

#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cmocka.h>

enum { BODY_MAX = 1024, MINUTE_MS = 60 * 1000, STUCK_MS = 4 * MINUTE_MS, AGAIN_MS = 50 };

enum state { TO_ASK, TO_DECIDE, OVER };

struct affair {
	const struct wish *wish;
	int number; /* it is in the reason of the request */
	enum state state;
	int64_t request;
	int64_t not_before_ms;       /* another try, after one in vain */
	char token[TOMB_TOKEN_TEXT]; /* the newest that came */
};

struct crowd {
	struct scene *scene;
	struct affair *affairs;
	uint16_t port;
};

/* A post_fn: a token is for the affair whose request the subject names. */
static void read_mail(void *ctx, const struct post_mail *mail)
{
	static const char subject[] = "Please decide: deletion request ";
	struct crowd *c = ctx;
	int64_t request = 0;

	if (!mail->token[0] || strncmp(mail->subject, subject, sizeof subject - 1) != 0)
		return;
	request = strtoll(mail->subject + sizeof subject - 1, NULL, 10);
	for (int i = 0; i < c->scene->nwishes; i++) {
		struct affair *a = &c->affairs[i];

		/* The mail may come before the answer to the request, which may never come. */
		if (a->state == TO_ASK && a->request == 0 && a->wish->after <= atomic_load(&c->scene->shared->progress))
			a->request = patient_number(
				"select coalesce(max(id), 0) from deletion_request where reason = 'wish %d'",
				a->number);
		if (a->request == request && strcmp(mail->to, c->scene->parties[a->wish->party].mails[1]) == 0)
			memcpy(a->token, mail->token, sizeof a->token);
	}
}

/* Nobody there, a half answer, too busy, somebody else is at it: later.  Whatever else is no answer to a kill. */
static void check_status(
	const struct crowd *c, const struct affair *a, const struct raw_answer *answer, const char *what)
{
	static const int may_be[] = {-1, 0, 200, 201, 409, 410, 422, 429, 502, 503};

	for (size_t i = 0; i < TOMB_COUNTOF(may_be); i++)
		if (answer->status == may_be[i])
			return;
	printf("NOT TRUE: Nobody is answered wrongly: wish %d: %s: %d: %s\n", a->number, what, answer->status,
		answer->body ? answer->body : "");
	atomic_fetch_add(&c->scene->shared->wrong_answers, 1);
}

static bool may_be_uttered(const struct crowd *c, const struct wish *wish)
{
	const struct shared *shared = c->scene->shared;

	return wish->after <= atomic_load(&shared->progress) &&
	       (wish->bag < 0 || atomic_load(&shared->bag_came[wish->bag]));
}

static bool ask(struct crowd *c, struct affair *a)
{
	struct party *party = &c->scene->parties[a->wish->party];
	TOMB_BUF_AUTO json = tomb_buf_init(BODY_MAX);
	RAW_ANSWER_AUTO answer = {0};

	tomb_buf_putf(&json, "{\"%s\":[", a->wish->are_files ? "file_ids" : "object_ids");
	for (int i = 0; i < a->wish->n; i++)
		tomb_buf_putf(&json, "%s%" PRId64, i ? "," : "", a->wish->ids[i]);
	tomb_buf_putf(&json, "],\"reason\":\"wish %d\"}", a->number);
	tomb_buf_put(&json, (struct tomb_str){"", 1}); /* a C string from here */
	(void)visitor_call(&party->asker, json.p, &answer, "/api/v1/deletions");
	check_status(c, a, &answer, "request");
	a->request = patient_number(
		"select coalesce(max(id), 0) from deletion_request where reason = 'wish %d'", a->number);
	if (answer.status == 201 && a->request == 0)
		fail_msg("wish %d was answered with 201, and is not there", a->number);
	atomic_fetch_add(answer.status == 201 ? &c->scene->shared->asked : &c->scene->shared->repeated, 1);
	if (a->request)
		a->state = TO_DECIDE;
	else if (answer.status == 422) /* held by now */
		a->state = OVER;
	return a->state != TO_ASK;
}

/* What has become of the request is in the ledger: open, or not. */
static bool decide(struct crowd *c, struct affair *a)
{
	struct party *party = &c->scene->parties[a->wish->party];
	RAW_ANSWER_AUTO answer = {0};
	const char *what = a->wish->is_refused ? "reject" : "approve";
	char json[128];

	if (!a->token[0])
		return false;
	(void)snprintf(json, sizeof json, "{\"token\":\"%s\"}", a->token);
	(void)visitor_call(&party->agreer, json, &answer, "/api/v1/deletions/%" PRId64 "/%s", a->request, what);
	check_status(c, a, &answer, what);
	if (answer.status == 422) /* held: then not at all */
		(void)visitor_call(&party->agreer, json, &answer, "/api/v1/deletions/%" PRId64 "/reject", a->request);
	if (patient_number("select count(*) from deletion_request where id = %" PRId64 " and state = 'open'",
		    a->request) > 0) {
		if (answer.status == 200)
			fail_msg("wish %d was answered with 200, and is not decided", a->number);
		atomic_fetch_add(&c->scene->shared->repeated, 1);
		return false;
	}
	atomic_fetch_add(&c->scene->shared->decided, 1);
	a->state = OVER;
	return true;
}

static bool go_on(struct crowd *c, struct affair *a)
{
	bool went_on = false;

	if (a->state == TO_ASK && may_be_uttered(c, a->wish))
		went_on = ask(c, a);
	else if (a->state == TO_DECIDE)
		went_on = decide(c, a);
	if (!went_on)
		a->not_before_ms = moment_ms() + AGAIN_MS;
	return went_on;
}

/* One round; true if anything went on. */
static bool go_round(struct crowd *c, int *left)
{
	bool went_on = false;

	*left = 0;
	(void)stage_find_port(c->scene->stage, &c->port);
	post_look_at_new(c->scene->stage->smtp, read_mail, c);
	for (int i = 0; i < c->scene->nwishes; i++) {
		struct affair *a = &c->affairs[i];

		if (a->not_before_ms <= moment_ms())
			went_on |= go_on(c, a);
		*left += a->state != OVER;
	}
	return went_on;
}

static void live(struct scene *s)
{
	struct crowd c = {.scene = s, .affairs = calloc((size_t)s->nwishes, sizeof *c.affairs)};
	int64_t until = moment_ms() + STUCK_MS;
	int left = 1;

	assert_non_null(c.affairs);
	for (int i = 0; i < s->nwishes; i++)
		c.affairs[i] = (struct affair){.wish = &s->wishes[i], .number = i + 1};
	for (int i = 0; i < PARTIES; i++)
		s->parties[i].asker.port = s->parties[i].agreer.port = &c.port;
	while (left > 0) {
		if (go_round(&c, &left))
			until = moment_ms() + STUCK_MS;
		else
			moment_pass();
		for (int i = 0; i < s->nwishes && moment_ms() > until; i++)
			if (c.affairs[i].state != OVER)
				fail_msg("wish %d, request %" PRId64 " is not %s", i + 1, c.affairs[i].request,
					c.affairs[i].state == TO_ASK ? "uttered" : "decided");
	}
	free(c.affairs);
}

pid_t crowd_start(struct scene *s)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent)
		live(s);
	_exit(0);
}
