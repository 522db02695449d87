#include "socket.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 511 }; /* connections that wait to be accepted: nginx's default too */

#define V4_IN_V6 "::ffff:"

static void free_addresses(struct addrinfo **list)
{
	if (*list)
		freeaddrinfo(*list);
}

static uint16_t port_of(int fd)
{
	struct sockaddr_storage a = {0};
	socklen_t n = sizeof a;
	uint16_t port = 0; /* network order, at the same place in both families */

	if (getsockname(fd, (struct sockaddr *)&a, &n) != 0)
		return 0;
	memcpy(&port, (const char *)&a + offsetof(struct sockaddr_in, sin_port), sizeof port);
	return ntohs(port);
}

static enum tomb_code listen_on(const struct addrinfo *a, int *out, struct tomb_err *err)
{
	int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);
	int on = 1;

	if (fd < 0)
		return TOMB_FAIL(err, TOMB_NET, "%s", strerror(errno));
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); /* without it a restart waits a minute */
	if (bind(fd, a->ai_addr, a->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
		(void)TOMB_FAIL(err, TOMB_NET, "%s", strerror(errno));
		(void)close(fd); /* a socket without data */
		return err->code;
	}
	*out = fd;
	return TOMB_OK;
}

static enum tomb_code listen_tcp(const struct tomb_address *address, int *fd, uint16_t *port, struct tomb_err *err)
{
	const struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_family = AF_UNSPEC};
	TOMB_CLEANUP(free_addresses) struct addrinfo *list = NULL;
	char service[8];
	enum tomb_code code = TOMB_NET;
	int failed = 0;

	(void)snprintf(service, sizeof service, "%u", address->port);
	failed = getaddrinfo(address->name, service, &hints, &list);
	if (failed)
		return TOMB_FAIL(err, TOMB_NET, "listening on %s: %s", address->name, gai_strerror(failed));
	for (const struct addrinfo *a = list; a && code != TOMB_OK; a = a->ai_next)
		code = listen_on(a, fd, err);
	if (code != TOMB_OK)
		return tomb_err_in(err, "listening");
	*port = port_of(*fd);
	return TOMB_OK;
}

/* True if a process answers on the socket at a. */
static bool is_alive(const struct sockaddr_un *a)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool answers = fd >= 0 && connect(fd, (const struct sockaddr *)a, sizeof *a) == 0;

	if (fd >= 0)
		(void)close(fd); /* nothing was sent */
	return answers;
}

static enum tomb_code clear_path(const struct sockaddr_un *a, struct tomb_err *err)
{
	struct stat st;

	if (lstat(a->sun_path, &st) != 0)
		return TOMB_OK; /* nothing there, or bind() will say what is wrong */
	if (!S_ISSOCK(st.st_mode))
		return TOMB_FAIL(err, TOMB_CONFLICT, "%s is there and is no socket", a->sun_path);
	if (is_alive(a))
		return TOMB_FAIL(err, TOMB_CONFLICT, "another process listens on %s", a->sun_path);
	(void)unlink(a->sun_path); /* if it stays, bind() says so */
	return TOMB_OK;
}

static enum tomb_code listen_unix(const char *path, int *fd, struct tomb_err *err)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	const struct addrinfo info = {.ai_family = AF_UNIX,
		.ai_socktype = SOCK_STREAM,
		.ai_addr = (struct sockaddr *)&a,
		.ai_addrlen = sizeof a};
	size_t n = strlen(path);
	int opened = -1;

	if (n >= sizeof a.sun_path)
		return TOMB_FAIL(err, TOMB_NET, "the socket path has more than %zu bytes", sizeof a.sun_path - 1);
	memcpy(a.sun_path, path, n);
	TOMB_TRY(clear_path(&a, err));
	if (listen_on(&info, &opened, err) != TOMB_OK)
		return tomb_err_in(err, path);
	if (chmod(path, S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP) != 0) {
		(void)TOMB_FAIL(err, TOMB_NET, "%s: %s", path, strerror(errno));
		(void)close(opened); /* a socket without data */
		return err->code;
	}
	*fd = opened;
	return TOMB_OK;
}

enum tomb_code tomb_socket_listen(const struct tomb_address *address, int *fd, uint16_t *port, struct tomb_err *err)
{
	if (!address->is_unix)
		return listen_tcp(address, fd, port, err);
	TOMB_TRY(listen_unix(address->name, fd, err));
	*port = 0;
	return TOMB_OK;
}

struct tomb_str tomb_socket_peer(const struct sockaddr *peer, char out[static TOMB_SOCKET_PEER])
{
	socklen_t size = peer->sa_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	size_t skip = 0;

	if (peer->sa_family == AF_UNIX)
		return TOMB_STR("unix");
	if (getnameinfo(peer, size, out, TOMB_SOCKET_PEER, NULL, 0, NI_NUMERICHOST) != 0)
		return TOMB_STR("unknown");
	if (strncmp(out, V4_IN_V6, sizeof V4_IN_V6 - 1) == 0 && strchr(out, '.'))
		skip = sizeof V4_IN_V6 - 1;
	return tomb_str_from(out + skip);
}
