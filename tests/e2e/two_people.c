#include "two_people.h"

#include "mail_folder.h"
#include "moment.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { WAIT_MS = 240 * 1000 };

void two_people_init(struct two_people *p, struct stage *s)
{
	p->stage = s;
	stage_sign_in(s, &s->world.alice, &p->alice);
	stage_sign_in(s, &s->world.bob, &p->bob);
}

/* 303: done; 409: done before, when the answer was lost; 503 and no whole answer: later.  Anything else is wrong. */
static bool is_done(const struct raw_answer *a)
{
	if (a->status != 303 && a->status != 409 && a->status != 503 && a->status > 0)
		fail_msg("%d: %s", a->status, a->body);
	return a->status == 303 || a->status == 409;
}

void two_people_form(int64_t object_id, char form[static 64])
{
	(void)snprintf(form, 64, "reason=e2e&confirm=%" PRId64,
		tomb_world_number(
			"select count(*) from generic_file where state = 'A' and object_id = %" PRId64, object_id));
}

bool two_people_ask(struct two_people *p, int64_t object_id)
{
	char form[64];
	RAW_ANSWER_AUTO a = {0};

	two_people_form(object_id, form);
	(void)visitor_post(&p->alice, form, &a, "/objects/init_delete/%" PRId64, object_id);
	return is_done(&a);
}

bool two_people_agree(struct two_people *p, int64_t object_id)
{
	int64_t request = tomb_world_number(
		"select max(request_id) from request_item where object_id = %" PRId64, object_id);
	char token[TOMB_TOKEN_TEXT];
	char form[128];
	RAW_ANSWER_AUTO a = {0};

	if (!mail_folder_token(p->stage->smtp, "bob@test.edu", request, token))
		return false;
	(void)snprintf(form, sizeof form, "token=%s", token);
	(void)visitor_post(&p->bob, form, &a, "/deletions/approve/%" PRId64, request);
	return is_done(&a);
}

void two_people_delete(struct two_people *p, const int64_t *object_ids, int n)
{
	int64_t until = moment_ms() + WAIT_MS;

	for (int i = 0; i < n; i++)
		assert_true(two_people_ask(p, object_ids[i]));
	for (int i = 0; i < n; i++)
		while (!two_people_agree(p, object_ids[i])) {
			if (moment_ms() > until)
				fail_msg("the request for object %" PRId64 " cannot be approved", object_ids[i]);
			moment_pass();
		}
}
