/* Where a client sends its requests, and for which region it signs them. */
#ifndef STORAGE_AWS_PLACE_H
#define STORAGE_AWS_PLACE_H

#include "aws/client.h"

/*
 * From here on requests are for that region: its name takes the place of the configured one in the configured host,
 * where that has it as a label; in a host without it only the signature changes.  So no name of a host ever comes from
 * elsewhere than from the operator.  INVAL, with nothing changed, if it is not the name of a region.
 */
enum tomb_code aws_place_set(struct aws_client *client, struct tomb_str region, struct tomb_err *err) TOMB_MUST_USE;

/* host[:port] of the client's endpoint, as it is signed. */
struct tomb_str aws_place_host(const struct aws_client *client);

#endif
