/* Media types by extension. */
#include "tombstone/format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_type(const char *path, const char *type)
{
	assert_string_equal(tomb_format_of(tomb_str_from(path)).p, type);
	assert_int_equal(tomb_format_of(tomb_str_from(path)).n, strlen(type));
}

static void known_extensions_have_their_type(void **state)
{
	(void)state;
	assert_type("data/7.7z", "application/x-7z-compressed"); /* the first and the last of the table */
	assert_type("data/a.zst", "application/zstd");
	assert_type("data/page.tif", "image/tiff");
	assert_type("data/letters.2.pdf", "application/pdf");
	assert_type("bag-info.txt", "text/plain");
}

static void the_case_of_an_extension_does_not_matter(void **state)
{
	(void)state;
	assert_type("data/IMG_0001.JPG", "image/jpeg");
	assert_type("data/x.WaV", "audio/wav");
}

static void other_names_are_octet_streams(void **state)
{
	static const char *const names[] = {"", "data/README", "data/.pdf", ".pdf", "data.pdf/file", "data/x.",
		"data/x.pdf ", "data/x.unknown", "data/x.pdfpdfpdfpdfpdfpdf", "pdf", "."};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(names); i++)
		assert_type(names[i], "application/octet-stream");
}

/* A table that is not sorted would lose some of these. */
static void every_common_kind_is_found(void **state)
{
	static const char *const names[] = {"a.aiff", "a.avi", "a.bmp", "a.csv", "a.doc", "a.docx", "a.eml", "a.flac",
		"a.gif", "a.gz", "a.html", "a.jp2", "a.json", "a.md", "a.mkv", "a.mov", "a.mp3", "a.mp4", "a.mxf",
		"a.odt", "a.png", "a.pptx", "a.rtf", "a.svg", "a.tar", "a.tiff", "a.warc", "a.webm", "a.xls", "a.xlsx",
		"a.xml", "a.yaml", "a.zip"};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(names); i++)
		assert_string_not_equal(tomb_format_of(tomb_str_from(names[i])).p, "application/octet-stream");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_extensions_have_their_type),
		cmocka_unit_test(the_case_of_an_extension_does_not_matter),
		cmocka_unit_test(other_names_are_octet_streams),
		cmocka_unit_test(every_common_kind_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
