#include "body.h"

#include "spool.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

struct tomb_body tomb_body_init(const char *spool_dir, size_t max)
{
	return (struct tomb_body){.spool_dir = spool_dir, .max = max, .buf = tomb_buf_init(TOMB_BODY_MEMORY), .fd = -1};
}

void tomb_body_fini(struct tomb_body *body)
{
	if (body->map)
		(void)munmap(body->map, body->n); /* cannot fail on what mmap() gave */
	if (body->fd >= 0)
		(void)close(body->fd); /* the file goes away: what close() says about its bytes does not matter */
	body->map = NULL;
	body->fd = -1;
	tomb_buf_fini(&body->buf);
}

static enum tomb_code move_to_file(struct tomb_body *body, struct tomb_err *err)
{
	TOMB_TRY(tomb_spool_open(body->spool_dir, &body->fd, err));
	TOMB_TRY(tomb_spool_write(body->fd, (struct tomb_str){body->buf.p, body->buf.n}, err));
	tomb_buf_fini(&body->buf);
	return TOMB_OK;
}

enum tomb_code tomb_body_put(struct tomb_body *body, struct tomb_str bytes, struct tomb_err *err)
{
	if (bytes.n > body->max - body->n)
		return TOMB_FAIL(err, TOMB_TOOBIG, "the body has more than %zu bytes", body->max);
	if (body->fd < 0 && body->n + bytes.n > TOMB_BODY_MEMORY)
		TOMB_TRY(move_to_file(body, err));
	if (body->fd >= 0) {
		TOMB_TRY(tomb_spool_write(body->fd, bytes, err));
	} else {
		struct tomb_str all = {0};

		tomb_buf_put(&body->buf, bytes);
		TOMB_TRY(tomb_buf_done(&body->buf, &all, err));
	}
	body->n += bytes.n;
	return TOMB_OK;
}

enum tomb_code tomb_body_done(struct tomb_body *body, struct tomb_str *out, struct tomb_err *err)
{
	void *map = NULL;

	if (body->fd < 0)
		return tomb_buf_done(&body->buf, out, err);
	map = mmap(NULL, body->n, PROT_READ, MAP_PRIVATE, body->fd, 0);
	if (map == MAP_FAILED)
		return TOMB_FAIL(err, TOMB_NOMEM, "a body of %zu bytes: %s", body->n, strerror(errno));
	body->map = map;
	*out = (struct tomb_str){map, body->n};
	return TOMB_OK;
}
