#include "keys_box.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void keys_box_begin(struct keys_box *box)
{
	char folder[96];
	int rc = 0;

	*box = (struct keys_box){.arena = tomb_arena_init(8 << 20)};
	temp_folder_make(&box->temp);
	(void)snprintf(folder, sizeof folder, "%s/.aws", box->temp.path);
	rc = mkdir(folder, 0700);
	assert(rc == 0);
	box->backend = (struct backend){
		.key_chain = true, .name = TOMB_STR("s"), .region = TOMB_STR("us-east-1"), .profile = TOMB_STR("")};
	box->environ_of_old = environ;
	keys_box_env(box, "PATH=%s", getenv("PATH"));
	keys_box_env(box, "HOME=%s", box->temp.path);
	environ = box->env;
}

void keys_box_end(struct keys_box *box)
{
	aws_provider_close(box->provider);
	if (box->server)
		canned_http_free(box->server);
	environ = box->environ_of_old;
	temp_folder_remove(&box->temp);
	tomb_arena_fini(&box->arena);
}

static char *keep(struct keys_box *box, struct tomb_str text)
{
	char *copy = TOMB_NEW(&box->arena, char, text.n + 1);

	assert(copy);
	memcpy(copy, text.p, text.n);
	return copy;
}

void keys_box_env(struct keys_box *box, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	assert(box->nenv < KEYS_BOX_ENV_MAX);
	box->env[box->nenv++] = keep(box, tomb_str_from(text));
}

void keys_box_write(struct keys_box *box, const char *name, mode_t mode, const char *text)
{
	char path[160];
	int rc = 0;

	temp_folder_write(&box->temp, name, text, strlen(text));
	(void)snprintf(path, sizeof path, "%s/%s", box->temp.path, name);
	rc = chmod(path, mode);
	assert(rc == 0);
}

void keys_box_say(struct keys_box *box, const char *status, const char *body)
{
	TOMB_BUF_AUTO text = tomb_buf_init(1 << 20);

	tomb_buf_putf(&text, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s", status, strlen(body), body);
	keys_box_reply(box, (struct canned_reply){.manner = CANNED_ANSWER_AND_CUT,
				    .bytes = keep(box, (struct tomb_str){text.p, text.n})});
}

void keys_box_reply(struct keys_box *box, struct canned_reply reply)
{
	assert(box->n < KEYS_BOX_SCRIPT_MAX);
	box->script[box->n++] = reply;
}

int keys_box_serve(struct keys_box *box)
{
	box->server = canned_http_start(box->script, box->n);
	return canned_http_port(box->server);
}

struct tomb_str keys_box_head(struct keys_box *box, size_t i)
{
	canned_http_stop(box->server);
	return canned_http_request(box->server, i)->head;
}

struct tomb_str keys_box_body(struct keys_box *box, size_t i)
{
	canned_http_stop(box->server);
	return canned_http_request(box->server, i)->body;
}
