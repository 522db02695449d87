#include "rights_box.h"

#include "pg_fixture.h"
#include "record_box.h"
#include "tombstone/api_key.h"
#include "tombstone/user.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- the world ---- */

/* One of each kind that routes name, and one that was deleted. */
static void make_records(struct tomb_world *w)
{
	struct tomb_uuid maps = record_box_new("mms_collection", NULL, "secret maps");
	struct tomb_uuid item = record_box_new("mms_item", &maps, "secret map");
	struct tomb_uuid book = record_box_marc("instance", NULL, "secret book");
	struct tomb_uuid holdings = record_box_new("holdings", &book, "secret holdings");

	tomb_world_exec("update record set mods = '<mods/>' where id = '%s'", record_box_text(item));
	(void)record_box_new("item", &holdings, "secret copy");
	(void)record_box_marc("authority", NULL, "secret author");
	(void)record_box_new("alma_title", NULL, "secret title");
	(void)record_box_delete(w, record_box_new("mms_item", NULL, "secret letter"), TOMB_RECORD_SELF);
}

static void make_things(struct rights_box *box)
{
	struct tomb_world *w = &box->site->world;

	(void)tomb_world_object(w, "test.edu/secret", 2, 1);
	(void)tomb_world_object(w, "test.edu/secret-free", 2, 1);
	tomb_world_exec("insert into checksum (file_id, generation, algorithm, digest) "
			"select id, generation, 'md5', 'd41d8cd98f00b204e9800998ecf8427e' from generic_file");
	(void)tomb_world_approve(w, tomb_world_request_file(w, tomb_world_file(w, "test.edu/secret/data/1")));
	tomb_world_work(w);
	(void)tomb_world_request_file(w, tomb_world_file(w, "test.edu/secret/data/2"));
	(void)tomb_world_user(w->institution, "test.edu", "dave@test.edu", TOMB_ROLE_INST_USER);
	make_records(w);
}

static void make_key(struct rights_box *box, const struct tomb_actor *who, char key[static TOMB_API_KEY_TEXT])
{
	int64_t id = 0;

	TOMB_OK_OR_FAIL(
		tomb_api_key_create(box->site->world.registry, who, who->user_id, TOMB_STR("a test"), &id, key, &err));
}

/* Somebody who had everything, and has lost it. */
static void deactivate_one(struct rights_box *box)
{
	struct tomb_world *w = &box->site->world;
	struct tomb_actor gone = tomb_world_user(w->institution, "test.edu", "gone@test.edu", TOMB_ROLE_INST_ADMIN);

	box->callers[RIGHTS_DEACTIVATED] = gone;
	site_sign_in(&gone, &box->gone);
	box->gone_key = calloc(1, TOMB_API_KEY_TEXT);
	assert_non_null(box->gone_key);
	make_key(box, &gone, box->gone_key);
	TOMB_OK_OR_FAIL(tomb_user_deactivate(w->registry, &w->oscar, gone.user_id, &err));
}

/* Each duty by itself: that one of them opens nothing that another is for. */
static void add_duties(struct rights_box *box)
{
	struct tomb_world *w = &box->site->world;

	for (int d = 0; d < TOMB_DUTY_MAX; d++) {
		char *email = box->emails[d];

		(void)snprintf(email, sizeof box->emails[d], "%s@test.edu", tomb_duty_name((enum tomb_duty)d).p);
		box->callers[RIGHTS_EDITOR + d] = tomb_world_user(
			w->institution, "test.edu", email, TOMB_ROLE_INST_USER);
		tomb_world_duties(&box->callers[RIGHTS_EDITOR + d], TOMB_DUTY_BIT(d));
	}
	box->callers[RIGHTS_FOREIGN_DUTIES] = tomb_world_user(
		w->other_institution, "other.edu", "victor@other.edu", TOMB_ROLE_INST_USER);
	tomb_world_duties(&box->callers[RIGHTS_FOREIGN_DUTIES], TOMB_DUTY_ALL);
}
_Static_assert(RIGHTS_FOREIGN_DUTIES - RIGHTS_EDITOR == (int)TOMB_DUTY_MAX, "a caller for each duty");

int rights_set_up(void **state)
{
	struct rights_box *box = calloc(1, sizeof *box);
	void *site = NULL;
	char key[TOMB_API_KEY_TEXT];

	assert_non_null(box);
	assert_int_equal(site_set_up(&site), 0);
	box->site = site;
	box->callers[RIGHTS_USER] = box->site->world.carol;
	box->callers[RIGHTS_ADMIN] = box->site->world.alice;
	box->callers[RIGHTS_FOREIGN_ADMIN] = box->site->world.mallory;
	box->callers[RIGHTS_FOREIGN_USER] = tomb_world_user(
		box->site->world.other_institution, "other.edu", "trudy@other.edu", TOMB_ROLE_INST_USER);
	box->callers[RIGHTS_OPERATOR] = box->site->world.oscar;
	add_duties(box);
	make_things(box);
	make_key(box, &box->site->world.alice, key);
	deactivate_one(box);
	*state = box;
	return 0;
}

int rights_tear_down(void **state)
{
	struct rights_box *box = *state;
	void *site = box->site;

	free(box->gone_key);
	free(box);
	return site_tear_down(&site);
}

/* ---- asking ---- */

bool rights_is_api(const struct tomb_route *route)
{
	return strncmp(route->pattern, "/api/", 5) == 0 || strstr(route->pattern, "-api/") != NULL ||
	       strncmp(route->pattern, "/inventory/", 11) == 0 || strstr(route->pattern, "-storage/") != NULL;
}

/* A path that names nothing, in its first parameter. */
struct unknown {
	const char *known; /* what stood there */
	const char *value;
	char path[RIGHTS_PATH];
};

static struct unknown unknown_of(struct rights_box *box, const struct tomb_route *route)
{
	const char *open = strchr(route->pattern, '{');
	enum rights_owner ignored;
	struct unknown u = {.known = rights_value(box, route->pattern, open, &ignored), .value = "test.edu/none"};

	if (strncmp(open, "{id}", 4) == 0)
		u.value = "987654";
	if (strncmp(open, "{uuid}", 6) == 0)
		u.value = "00000000-0000-4000-8000-000000000000";
	(void)snprintf(u.path, sizeof u.path, "%.*s%s%s", (int)(open - route->pattern), route->pattern, u.value,
		strchr(open, '}') + 1);
	if (strchr(u.path, '{'))
		fail_msg("%s: two parameters, of which the second is to be filled too", route->pattern);
	return u;
}

void rights_fill(struct rights_box *box, const struct tomb_route *route, char out[static RIGHTS_PATH],
	enum rights_owner *owner, size_t *nparams)
{
	size_t n = 0;

	*owner = RIGHTS_NOBODY;
	*nparams = 0;
	for (const char *p = route->pattern; *p;) {
		enum rights_owner whose = RIGHTS_NOBODY;

		assert_true(n + 64 < RIGHTS_PATH);
		if (*p != '{') {
			out[n++] = *p++;
			continue;
		}
		n += (size_t)snprintf(out + n, RIGHTS_PATH - n, "%s", rights_value(box, route->pattern, p, &whose));
		if (*nparams == 0 || whose == RIGHTS_ALICE)
			*owner = whose;
		*nparams += 1;
		p = strchr(p, '}') + 1;
	}
	out[n] = '\0';
}

/* The lines that say who asks.  Each caller but the deactivated one comes with a session or key made for this request,
 * because some routes end them. */
static void put_caller(struct rights_box *box, struct tomb_buf *b, enum rights_caller caller, enum rights_door door)
{
	const struct tomb_actor *who = &box->callers[caller];
	struct site_user user = box->gone;
	char key[TOMB_API_KEY_TEXT];

	if (caller == RIGHTS_STRANGER)
		return;
	if (door == RIGHTS_COOKIE) {
		if (caller != RIGHTS_DEACTIVATED)
			site_sign_in(who, &user);
		tomb_buf_putf(b, "Cookie: tombstone=%s\r\nX-CSRF-Token: %s\r\n", user.token, user.csrf);
		return;
	}
	if (caller == RIGHTS_DEACTIVATED)
		memcpy(key, box->gone_key, sizeof key);
	else
		make_key(box, who, key);
	tomb_buf_putf(b, "X-Pharos-API-User: %.*s\r\nX-Pharos-API-Key: %s\r\n", TOMB_STR_ARG(who->email), key);
}

void rights_ask(struct rights_box *box, const struct tomb_route *route, const char *path, enum rights_caller caller,
	enum rights_door door, struct raw_answer *out)
{
	TOMB_BUF_AUTO request = tomb_buf_init(RIGHTS_PATH + 2048);
	struct tomb_str text;
	int fd = raw_connect(box->site->port);

	tomb_buf_putf(&request, "%s %s HTTP/1.1\r\nHost: registry\r\nConnection: close\r\n",
		tomb_method_name(route->method), path);
	put_caller(box, &request, caller, door);
	if (route->method == TOMB_GET || route->body_max == 0)
		tomb_buf_put(&request, TOMB_STR("\r\n"));
	else if (rights_is_api(route))
		tomb_buf_put(&request, TOMB_STR("Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"));
	else
		tomb_buf_put(&request,
			TOMB_STR("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n\r\n"));
	TOMB_OK_OR_FAIL(tomb_buf_done(&request, &text, &err));
	raw_answer_fini(out);
	assert_true(raw_send(fd, text));
	raw_read_head(fd, out);
	if (strncmp(raw_header(out, "Content-Type"), "text/event-stream", 17) != 0) /* that one does not end */
		raw_read_body(fd, out);
	assert_int_equal(close(fd), 0);
}

/* ---- what the table says ---- */

enum verdict { MUST_SIGN_IN, FORBIDDEN, HIDDEN, ALLOWED };

static const char *const caller_names[] = {
	[RIGHTS_STRANGER] = "a stranger",
	[RIGHTS_DEACTIVATED] = "somebody deactivated",
	[RIGHTS_USER] = "a user",
	[RIGHTS_ADMIN] = "an admin",
	[RIGHTS_FOREIGN_USER] = "another institution's user",
	[RIGHTS_FOREIGN_ADMIN] = "another institution's admin",
	[RIGHTS_OPERATOR] = "an operator",
	[RIGHTS_EDITOR] = "an editor",
	[RIGHTS_COORDINATOR] = "a digitization coordinator",
	[RIGHTS_MANAGER] = "a repository manager",
	[RIGHTS_HARVEST_ADMIN] = "a harvest admin",
	[RIGHTS_FOREIGN_DUTIES] = "another institution's user with all duties",
};
_Static_assert(TOMB_COUNTOF(caller_names) == RIGHTS_CALLERS, "names");

static enum verdict verdict_of(const struct rights_box *box, const struct tomb_route *route, enum rights_caller caller,
	enum rights_owner owner, size_t nparams)
{
	bool is_own = box->callers[caller].institution_id == box->site->world.institution;
	enum tomb_permission_scope scope = TOMB_SCOPE_SELF;

	if (route->access == TOMB_ACCESS_ANYONE)
		return ALLOWED;
	if (caller == RIGHTS_STRANGER || caller == RIGHTS_DEACTIVATED)
		return MUST_SIGN_IN;
	if (route->access != TOMB_ACCESS_PERSON)
		scope = tomb_permission_of(&box->callers[caller], tomb_access_permission(route->access));
	if (scope == TOMB_SCOPE_NONE)
		return FORBIDDEN;
	if (nparams == 0 || owner == RIGHTS_NOBODY || scope == TOMB_SCOPE_ALL)
		return ALLOWED;
	if (owner == RIGHTS_ALICE)
		return caller == RIGHTS_ADMIN ? ALLOWED : HIDDEN;
	return is_own && scope == TOMB_SCOPE_OWN ? ALLOWED : HIDDEN;
}

static bool asks_to_sign_in(const struct tomb_route *route, const struct raw_answer *a, enum rights_door door)
{
	if (door == RIGHTS_KEY) /* who comes with a dead key again and again is slowed down */
		return a->status == 401 || a->status == 429;
	if (rights_is_api(route) || route->method != TOMB_GET)
		return a->status == 401;
	return a->status == 303 && strncmp(raw_header(a, "Location"), "/sign_in", 8) == 0;
}

/* A refusal for what somebody is, rather than for what they sent.  Pages begin with a capital. */
static bool is_about_role(const struct raw_answer *a)
{
	return a->status == 403 && (strstr(a->body, "nly an operator may") || strstr(a->body, "nly an institutional") ||
					   strstr(a->body, "nly a repository manager may"));
}

static bool is_right(const struct tomb_route *route, const struct raw_answer *a, enum rights_door door,
	enum verdict verdict, bool has_thing)
{
	switch (verdict) {
	case MUST_SIGN_IN:
		return asks_to_sign_in(route, a, door);
	case FORBIDDEN:
		return is_about_role(a);
	case HIDDEN:
		return a->status == 403 || a->status == 404;
	case ALLOWED:
		break;
	}
	/* What a route is there to refuse, it says to who may ask. */
	if (a->status == 405 && strstr(a->body, "operation not supported"))
		return true;
	return a->status < 500 && a->status != 401 && a->status != 405 && a->status != 413 && a->status != 429 &&
	       !is_about_role(a) && !(has_thing && a->status == 404) &&
	       (route->access == TOMB_ACCESS_ANYONE || !asks_to_sign_in(route, a, RIGHTS_COOKIE));
}

/* Without what may differ: the names of the two things, and long hexadecimal numbers. */
static void blur(const char *body, const struct unknown *u, struct tomb_buf *out)
{
	for (const char *p = body; *p;) {
		size_t hex = strspn(p, "0123456789abcdef");

		if (hex >= 16) {
			p += hex;
		} else if (strncmp(p, u->known, strlen(u->known)) == 0) {
			p += strlen(u->known);
		} else if (strncmp(p, u->value, strlen(u->value)) == 0) {
			p += strlen(u->value);
		} else {
			size_t n = hex ? hex : 1;

			tomb_buf_put(out, (struct tomb_str){p, n});
			p += n;
		}
	}
}

/* Is the answer about this thing the same as about one that is not there? */
static bool is_as_for_unknown(struct rights_box *box, const struct tomb_route *route, enum rights_caller caller,
	enum rights_door door, const struct raw_answer *known)
{
	TOMB_BUF_AUTO one = tomb_buf_init(1 << 20);
	TOMB_BUF_AUTO other = tomb_buf_init(1 << 20);
	RAW_ANSWER_AUTO a = {0};
	struct unknown u = unknown_of(box, route);

	rights_ask(box, route, u.path, caller, door, &a);
	if (!a.body || !known->body || a.status != known->status)
		return false;
	blur(known->body, &u, &one);
	blur(a.body, &u, &other);
	return tomb_str_eq((struct tomb_str){one.p, one.n}, (struct tomb_str){other.p, other.n});
}

static int64_t audited(void)
{
	return tomb_world_number("select count(*) from audit_entry where verb not like '%%key%%'");
}

static void check_one(struct rights_box *box, const struct tomb_route *route, const char *path,
	enum rights_caller caller, enum rights_door door, enum verdict verdict, bool has_thing)
{
	static const char *const wanted[] = {"to be asked to sign in", "a refusal that says who may",
		"403 or 404, and nothing said", "to be let in, and to find what the path names"};
	bool is_foreign = box->callers[caller].institution_id == box->site->world.other_institution;
	int64_t before = verdict == ALLOWED ? 0 : audited();
	RAW_ANSWER_AUTO a = {0};

	rights_ask(box, route, path, caller, door, &a);
	if (!is_right(route, &a, door, verdict, has_thing) &&
		!(verdict == HIDDEN && is_as_for_unknown(box, route, caller, door, &a)))
		fail_msg("%s %s by %s: %s (of %s), not %s:\n%.2500s", tomb_method_name(route->method), path,
			caller_names[caller], a.head, route->pattern, wanted[verdict], a.body ? a.body : "");
	if (is_foreign && a.body &&
		((!strstr(path, "secret") && strstr(a.body, "test.edu/secret")) || strstr(a.body, "alice@")))
		fail_msg("%s %s tells %s:\n%s", tomb_method_name(route->method), path, caller_names[caller], a.body);
	if (verdict != ALLOWED)
		assert_int_equal(audited(), before);
}

void rights_check(struct rights_box *box, const struct tomb_route *route)
{
	enum rights_door usual = rights_is_api(route) ? RIGHTS_KEY : RIGHTS_COOKIE;
	enum rights_owner owner = RIGHTS_NOBODY;
	size_t nparams = 0;
	char path[RIGHTS_PATH];

	rights_fill(box, route, path, &owner, &nparams);
	for (int caller = 0; caller < RIGHTS_CALLERS; caller++) {
		enum verdict verdict = verdict_of(box, route, (enum rights_caller)caller, owner, nparams);

		if (route->access == TOMB_ACCESS_ANYONE && caller == RIGHTS_DEACTIVATED)
			continue; /* a key that is none is refused even where none is needed */
		check_one(box, route, path, (enum rights_caller)caller, usual, verdict, nparams > 0);
		/* The other door leads to the same room. */
		if (caller == RIGHTS_ADMIN || caller == RIGHTS_DEACTIVATED)
			check_one(box, route, path, (enum rights_caller)caller,
				usual == RIGHTS_KEY ? RIGHTS_COOKIE : RIGHTS_KEY, verdict, nparams > 0);
	}
}
