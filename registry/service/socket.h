/* Where the service listens, and who calls. */
#ifndef TOMB_SERVICE_SOCKET_H
#define TOMB_SERVICE_SOCKET_H

#include "tombstone/address.h"

#include <sys/socket.h>

enum { TOMB_SOCKET_PEER = 64 }; /* a numeric address with its zone, and a NUL */

/*
 * Listens.  The caller owns *fd, which does not block.  *port is the port that it became, if the kernel was to choose;
 * 0 for a unix socket, which has mode 0660 and takes the place of one that nobody answers on any more.  CONFLICT if
 * somebody does, or if the path is something else; NET if the address cannot be had.
 */
enum tomb_code tomb_socket_listen(
	const struct tomb_address *address, int *fd, uint16_t *port, struct tomb_err *err) TOMB_MUST_USE;

/* The numeric address of a peer, without its port ("unix" for a unix socket); IPv4 inside IPv6 is written as IPv4. */
struct tomb_str tomb_socket_peer(const struct sockaddr *peer, char out[static TOMB_SOCKET_PEER]);

#endif
