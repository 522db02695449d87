/* XML judged by others: xmllint, with the schemas of those who made the formats ($TOMBSTONE_TEST_DATA or
 * ../shared/data). */
#ifndef TOMB_TEST_XML_CHECK_H
#define TOMB_TEST_XML_CHECK_H

#include "tombstone/str.h"

/* Are the schemas there?  Else the program that wants them is to be skipped. */
bool xml_check_is_there(void);

/* Fails the test unless text is valid as schema says, a path under the data; "all-formats.xsd" knows all of them.
 * Writes files into folder. */
void xml_check_valid(const char *folder, const char *schema, struct tomb_str text);

#endif
