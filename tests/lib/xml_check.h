/* XML judged by others: xmllint, with the schemas of those who made the formats ($TOMBSTONE_TEST_DATA or
 * ../shared/data). */
#ifndef TOMB_TEST_XML_CHECK_H
#define TOMB_TEST_XML_CHECK_H

#include "tombstone/str.h"

/* Fails the test unless text is valid as schema says, a path under the data; "all-formats.xsd" knows all of them. Where
 * there are no data, it has to be well-formed, and a line says that no more was asked.  Writes files into folder. */
void xml_check_valid(const char *folder, const char *schema, struct tomb_str text);

#endif
