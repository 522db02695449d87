#include "file_format.h"

#include <stdlib.h>

/* In the order of strcmp(): it is searched by halves.  Media types as registered with IANA, where they are. */
static const struct {
	const char *extension;
	const char *type;
} formats[] = {
	{"7z", "application/x-7z-compressed"},
	{"aac", "audio/aac"},
	{"ai", "application/postscript"},
	{"aif", "audio/aiff"},
	{"aiff", "audio/aiff"},
	{"avi", "video/x-msvideo"},
	{"bmp", "image/bmp"},
	{"bz2", "application/x-bzip2"},
	{"c", "text/x-c"},
	{"cfg", "text/plain"},
	{"conf", "text/plain"},
	{"css", "text/css"},
	{"csv", "text/csv"},
	{"dng", "image/x-adobe-dng"},
	{"doc", "application/msword"},
	{"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
	{"dtd", "application/xml-dtd"},
	{"eml", "message/rfc822"},
	{"eps", "application/postscript"},
	{"epub", "application/epub+zip"},
	{"flac", "audio/flac"},
	{"gif", "image/gif"},
	{"gml", "application/gml+xml"},
	{"gz", "application/gzip"},
	{"h", "text/x-c"},
	{"heic", "image/heic"},
	{"htm", "text/html"},
	{"html", "text/html"},
	{"iso", "application/x-iso9660-image"},
	{"jp2", "image/jp2"},
	{"jpeg", "image/jpeg"},
	{"jpg", "image/jpeg"},
	{"jpx", "image/jpx"},
	{"js", "text/javascript"},
	{"json", "application/json"},
	{"jsonld", "application/ld+json"},
	{"kml", "application/vnd.google-earth.kml+xml"},
	{"log", "text/plain"},
	{"m4a", "audio/mp4"},
	{"m4v", "video/mp4"},
	{"md", "text/markdown"},
	{"mid", "audio/midi"},
	{"mkv", "video/x-matroska"},
	{"mov", "video/quicktime"},
	{"mp3", "audio/mpeg"},
	{"mp4", "video/mp4"},
	{"mpeg", "video/mpeg"},
	{"mpg", "video/mpeg"},
	{"mrc", "application/marc"},
	{"mxf", "application/mxf"},
	{"nc", "application/netcdf"},
	{"odp", "application/vnd.oasis.opendocument.presentation"},
	{"ods", "application/vnd.oasis.opendocument.spreadsheet"},
	{"odt", "application/vnd.oasis.opendocument.text"},
	{"ogg", "audio/ogg"},
	{"otf", "font/otf"},
	{"pdf", "application/pdf"},
	{"pl", "text/x-perl"},
	{"png", "image/png"},
	{"ppt", "application/vnd.ms-powerpoint"},
	{"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
	{"ps", "application/postscript"},
	{"psd", "image/vnd.adobe.photoshop"},
	{"py", "text/x-python"},
	{"rdf", "application/rdf+xml"},
	{"rtf", "application/rtf"},
	{"sh", "application/x-sh"},
	{"sql", "application/sql"},
	{"svg", "image/svg+xml"},
	{"tar", "application/x-tar"},
	{"tex", "application/x-tex"},
	{"tif", "image/tiff"},
	{"tiff", "image/tiff"},
	{"tsv", "text/tab-separated-values"},
	{"ttf", "font/ttf"},
	{"txt", "text/plain"},
	{"vtt", "text/vtt"},
	{"warc", "application/warc"},
	{"wav", "audio/vnd.wave"},
	{"webm", "video/webm"},
	{"webp", "image/webp"},
	{"wma", "audio/x-ms-wma"},
	{"wmv", "video/x-ms-wmv"},
	{"woff", "font/woff"},
	{"woff2", "font/woff2"},
	{"xhtml", "application/xhtml+xml"},
	{"xls", "application/vnd.ms-excel"},
	{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	{"xml", "application/xml"},
	{"xsd", "application/xml"},
	{"xsl", "application/xslt+xml"},
	{"xz", "application/x-xz"},
	{"yaml", "application/yaml"},
	{"yml", "application/yaml"},
	{"zip", "application/zip"},
	{"zst", "application/zstd"},
};

enum { EXTENSION_MAX = 8 };

/* The extension in lower case; false if there is none that could be in the table. */
static bool extension_of(struct tomb_str path, char out[static EXTENSION_MAX])
{
	size_t dot = path.n;
	size_t n = 0;

	while (dot > 0 && path.p[dot - 1] != '.' && path.p[dot - 1] != '/')
		dot--;
	n = path.n - dot;
	if (dot < 2 || path.p[dot - 1] != '.' || path.p[dot - 2] == '/' || n == 0 || n >= EXTENSION_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = path.p[dot + i];

		out[i] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
	}
	out[n] = '\0';
	return true;
}

static int compare(const void *extension, const void *row)
{
	const char *const *name = row; /* the row's first member */

	return strcmp(extension, *name);
}

struct tomb_str file_format(struct tomb_str path)
{
	char extension[EXTENSION_MAX];
	const size_t n = TOMB_COUNTOF(formats);
	size_t i = n;

	if (extension_of(path, extension)) {
		const void *row = bsearch(extension, formats, n, sizeof formats[0], compare);

		i = row ? (size_t)((const char *)row - (const char *)formats) / sizeof formats[0] : n;
	}
	return tomb_str_from(i < n ? formats[i].type : "application/octet-stream");
}
