#include "redis_trio.h"

#include "moment.h"
#include "raw_http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { WAIT_MS = 240 * 1000, CONFIG_MAX = 1024, ANSWER_MS = 60 * 1000 };

/* A port that was free a moment ago: Redis cannot be told to let the kernel choose. */
static int free_port(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&a, n), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	assert_int_equal(close(fd), 0);
	return ntohs(a.sin_port);
}

static struct server *start_redis(int port, int copy_of)
{
	char config[CONFIG_MAX];
	char replicaof[64] = "";

	if (copy_of > 0)
		(void)snprintf(replicaof, sizeof replicaof, "replicaof 127.0.0.1 %d\n", copy_of);
	(void)snprintf(config, sizeof config,
		"bind 127.0.0.1\nport %d\nrequirepass %s\nmasterauth %s\nsave \"\"\nappendonly no\n"
		"repl-diskless-sync-delay 0\n%s",
		port, REDIS_TRIO_PASSWORD, REDIS_TRIO_PASSWORD, replicaof);
	return redis_server_start_with((const char *[]){NULL}, config);
}

static struct server *start_sentinel(int port, int master_port)
{
	char config[CONFIG_MAX];

	(void)snprintf(config, sizeof config,
		"bind 127.0.0.1\nport %d\nrequirepass \"%s\"\nsentinel monitor %s 127.0.0.1 %d 1\n"
		"sentinel auth-pass %s %s\nsentinel down-after-milliseconds %s 1500\n"
		"sentinel failover-timeout %s 5000\n",
		port, REDIS_TRIO_SENTINEL_PASSWORD, REDIS_TRIO_MASTER, master_port, REDIS_TRIO_MASTER,
		REDIS_TRIO_PASSWORD, REDIS_TRIO_MASTER, REDIS_TRIO_MASTER);
	return redis_server_start_with((const char *[]){"--sentinel", NULL}, config);
}

static void read_some(int fd, char *out, size_t room)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	ssize_t got = 0;

	out[0] = '\0';
	if (poll(&p, 1, ANSWER_MS) == 1 && (got = read(fd, out, room - 1)) > 0)
		out[got] = '\0';
}

void redis_trio_tell(
	const struct server *server, const char *password, const char *command, char answer[static REDIS_TRIO_ANSWER])
{
	struct tomb_address address = server_address(server);
	int fd = raw_connect_unix(address.name);
	char line[256];

	(void)snprintf(line, sizeof line, "AUTH \"%s\"\r\n", password ? password : "");
	assert_true(!password || raw_send(fd, tomb_str_from(line)));
	(void)snprintf(answer, REDIS_TRIO_ANSWER, "+OK\r\n");
	if (password)
		read_some(fd, answer, REDIS_TRIO_ANSWER);
	if (strcmp(answer, "+OK\r\n") == 0) {
		(void)snprintf(line, sizeof line, "%s\r\n", command);
		assert_true(raw_send(fd, tomb_str_from(line)));
		read_some(fd, answer, REDIS_TRIO_ANSWER);
	}
	assert_int_equal(close(fd), 0);
}

/* Until the answer has the piece. */
static void wait_for(const struct server *server, const char *password, const char *command, const char *piece)
{
	int64_t until = moment_ms() + WAIT_MS;
	char answer[REDIS_TRIO_ANSWER];

	for (;;) {
		redis_trio_tell(server, password, command, answer);
		if (strstr(answer, piece))
			return;
		if (moment_ms() > until)
			fail_msg("%s: no \"%s\" in \"%s\"", command, piece, answer);
		moment_pass();
	}
}

void redis_trio_wait_for(struct redis_trio *t, int which, const char *command, const char *piece)
{
	wait_for(t->servers[which], REDIS_TRIO_PASSWORD, command, piece);
}

void redis_trio_wait_for_master(struct redis_trio *t, int which)
{
	char port[16];

	(void)snprintf(port, sizeof port, "\n%d\r", t->ports[which]);
	wait_for(
		t->sentinel, REDIS_TRIO_SENTINEL_PASSWORD, "SENTINEL get-master-addr-by-name " REDIS_TRIO_MASTER, port);
	redis_trio_wait_for(t, which, "ROLE", "\nmaster\r");
}

void redis_trio_start(struct redis_trio *t)
{
	*t = (struct redis_trio){
		.ports = {free_port(), free_port()}, .sentinel_port = free_port(), .dead_port = free_port()};
	t->servers[0] = start_redis(t->ports[0], 0);
	t->servers[1] = start_redis(t->ports[1], t->ports[0]);
	redis_trio_wait_for(t, 1, "ROLE", "\nconnected\r");
	t->sentinel = start_sentinel(t->sentinel_port, t->ports[0]);
	wait_for(t->sentinel, REDIS_TRIO_SENTINEL_PASSWORD, "SENTINEL replicas " REDIS_TRIO_MASTER, "slave-priority");
	wait_for(t->sentinel, REDIS_TRIO_SENTINEL_PASSWORD, "INFO sentinel", "status=ok");
}

void redis_trio_end(struct redis_trio *t)
{
	server_end(t->sentinel);
	server_end(t->servers[0]);
	server_end(t->servers[1]);
}
