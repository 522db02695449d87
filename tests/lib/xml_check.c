#include "xml_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static const char *data_folder(void)
{
	const char *given = getenv("TOMBSTONE_TEST_DATA"); /* NOLINT(concurrency-mt-unsafe): tests have one thread */

	return given ? given : TOMB_TESTS_DIR "/../../shared/data";
}

static bool is_there(void)
{
	char path[4096];

	(void)snprintf(path, sizeof path, "%s/all-formats.xsd", data_folder());
	return access(path, R_OK) == 0;
}

void xml_check_valid(const char *folder, const char *schema, struct tomb_str text)
{
	char path[1024];
	char command[8192];
	FILE *f = NULL;

	(void)snprintf(path, sizeof path, "%s/checked.xml", folder);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text.p, 1, text.n, f), text.n);
	assert_int_equal(fclose(f), 0);
	if (is_there()) {
		(void)snprintf(command, sizeof command,
			"XML_CATALOG_FILES='%s/catalog.xml' xmllint --nonet --noout --schema '%s/%s' '%s' "
			"2>'%s/xmllint.log' || { cat '%s/xmllint.log' '%s'; exit 1; }",
			data_folder(), data_folder(), schema, path, folder, folder, path);
	} else {
		(void)fprintf(stderr, "no schemas (TOMBSTONE_TEST_DATA): only whether it is well-formed was asked\n");
		(void)snprintf(command, sizeof command, "xmllint --nonet --noout '%s'", path);
	}
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): a test, and names of our own making */
}
