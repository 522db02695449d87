/* Where a server listens: a TCP port or a unix socket. */
#ifndef TOMB_ADDRESS_H
#define TOMB_ADDRESS_H

#include "tombstone/str.h"

enum {
	TOMB_ADDRESS_NAME_MAX = 253,                       /* bytes of a DNS name (RFC 1035, 2.3.4) */
	TOMB_ADDRESS_PATH_MAX = 107,                       /* bytes of sockaddr_un.sun_path, without its NUL */
	TOMB_ADDRESS_TEXT = 6 + TOMB_ADDRESS_NAME_MAX + 8, /* "unix:", brackets, ":65535" and a NUL */
};

struct tomb_address {
	bool is_unix;
	uint16_t port;                        /* 0 for a unix socket */
	char name[TOMB_ADDRESS_NAME_MAX + 1]; /* host name, IPv4 or IPv6 address, or the socket's path; "" is "none" */
};

/* Reads "unix:/absolute/path", "host:port", "192.0.2.1:port" or "[2001:db8::1]:port".  Port 0 is left to the caller's
 * rules.  INVAL for anything else.  Looks nothing up. */
enum tomb_code tomb_address_parse(struct tomb_str text, struct tomb_address *out, struct tomb_err *err) TOMB_MUST_USE;

/* The text that tomb_address_parse() reads.  Returns out. */
char *tomb_address_text(const struct tomb_address *address, char out[static TOMB_ADDRESS_TEXT]);

#endif
