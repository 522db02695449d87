/* An answer written straight to a socket, where the server library takes none. */
#ifndef TOMB_SERVICE_RESPONSE_RAW_H
#define TOMB_SERVICE_RESPONSE_RAW_H

#include "response.h"

/*
 * Writes res, whose body is a short text in memory, as HTTP/1.1 with "Connection: close", and ends fd's sending side.
 * Does not wait: NET if the socket does not take all of it at once.
 */
enum tomb_code tomb_response_send_raw(const struct tomb_response *res, int fd, struct tomb_err *err) TOMB_MUST_USE;

#endif
