/* What MARC 21 and its XML schema (MARC21slim.xsd) let stand where.  Inside lib only. */
#ifndef TOMB_MARC_RULE_H
#define TOMB_MARC_RULE_H

#include "tombstone/str.h"

enum { MARC_DELIMITER = 0x1f, MARC_FIELD_END = 0x1e, MARC_RECORD_END = 0x1d };

static inline bool marc_is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

bool marc_is_leader_char(char c);          /* of positions 05 to 08 and 17 to 19 */
bool marc_is_control_tag(const char *tag); /* three characters */
bool marc_is_data_tag(const char *tag);
bool marc_is_indicator(char c);
bool marc_is_code(char c);

/* Is this 16 bytes that tell a time?  Digits, and a date that can be. */
bool marc_is_time(struct tomb_str s);

/* UTF-8, of characters that XML can hold and MARC does not use for itself.  If not, *bad_at is the place of the first
 * other one. */
bool marc_is_value(struct tomb_str s, size_t *bad_at);

#endif
