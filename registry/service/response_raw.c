#include "response_raw.h"

#include <errno.h>
#include <sys/socket.h>

enum { RAW_MAX = 64 * 1024 }; /* bytes: the headers that a response can have, and a short text */

enum tomb_code tomb_response_send_raw(const struct tomb_response *res, int fd, struct tomb_err *err)
{
	TOMB_BUF_AUTO b = tomb_buf_init(RAW_MAX);
	struct tomb_str bytes = {0};

	/* The reason phrase may be empty (RFC 9112, section 4). */
	tomb_buf_putf(&b, "HTTP/1.1 %u \r\nConnection: close\r\nContent-Length: %zu\r\n", res->status, res->body.n);
	if (res->content_type)
		tomb_buf_putf(&b, "Content-Type: %s\r\n", res->content_type);
	for (size_t i = 0; i < res->nheaders; i++)
		tomb_buf_putf(&b, "%s: %s\r\n", res->headers[i].name.p, res->headers[i].value.p);
	tomb_buf_put(&b, TOMB_STR("\r\n"));
	tomb_buf_put(&b, (struct tomb_str){res->body.p, res->body.n});
	TOMB_TRY(tomb_buf_done(&b, &bytes, err));
	if (send(fd, bytes.p, bytes.n, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)bytes.n)
		return TOMB_FAIL(err, TOMB_NET, "an early answer: %s", strerror(errno));
	(void)shutdown(fd, SHUT_WR); /* if the connection is broken, reading on will tell */
	return TOMB_OK;
}
