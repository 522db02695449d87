/* E-mail addresses. */
#ifndef TOMB_MAILBOX_H
#define TOMB_MAILBOX_H

#include "tombstone/str.h"

enum { TOMB_MAILBOX_MAX = 254 }; /* bytes: RFC 5321, 4.5.3.1.3, less the angle brackets */

/*
 * OK if text is an address that every mail server takes: local@domain in ASCII, with a dot-string for a local part of
 * at most 64 bytes and a host name for a domain (RFC 5321, 4.1.2).  Quoted local parts, address literals, comments and
 * SMTPUTF8 are INVAL: they are legal, and nearly always mistakes or attacks.
 */
enum tomb_code tomb_mailbox_check(struct tomb_str text, struct tomb_err *err) TOMB_MUST_USE;

#endif
