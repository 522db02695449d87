#include "tombstone/format.h"

#include <stdlib.h>
#include <strings.h>

struct row {
	const char *extension; /* lower case */
	const char *type;
};

/* Sorted by extension.  Registered media types where there are any, and common usage where not. */
static const struct row rows[] = {
	{"7z", "application/x-7z-compressed"},
	{"aac", "audio/aac"},
	{"ai", "application/postscript"},
	{"aif", "audio/aiff"},
	{"aiff", "audio/aiff"},
	{"arw", "image/x-sony-arw"},
	{"avi", "video/x-msvideo"},
	{"avif", "image/avif"},
	{"bmp", "image/bmp"},
	{"bz2", "application/x-bzip2"},
	{"c", "text/x-c"},
	{"cr2", "image/x-canon-cr2"},
	{"css", "text/css"},
	{"csv", "text/csv"},
	{"dng", "image/x-adobe-dng"},
	{"doc", "application/msword"},
	{"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
	{"dpx", "image/dpx"},
	{"dv", "video/dv"},
	{"eml", "message/rfc822"},
	{"eps", "application/postscript"},
	{"epub", "application/epub+zip"},
	{"fits", "application/fits"},
	{"flac", "audio/flac"},
	{"geojson", "application/geo+json"},
	{"gif", "image/gif"},
	{"gml", "application/gml+xml"},
	{"gz", "application/gzip"},
	{"h", "text/x-c"},
	{"heic", "image/heic"},
	{"heif", "image/heif"},
	{"htm", "text/html"},
	{"html", "text/html"},
	{"ico", "image/vnd.microsoft.icon"},
	{"iso", "application/x-iso9660-image"},
	{"j2k", "image/j2c"},
	{"jp2", "image/jp2"},
	{"jpe", "image/jpeg"},
	{"jpeg", "image/jpeg"},
	{"jpf", "image/jpx"},
	{"jpg", "image/jpeg"},
	{"jpx", "image/jpx"},
	{"js", "text/javascript"},
	{"json", "application/json"},
	{"jsonl", "application/jsonl"},
	{"kml", "application/vnd.google-earth.kml+xml"},
	{"kmz", "application/vnd.google-earth.kmz"},
	{"log", "text/plain"},
	{"m4a", "audio/mp4"},
	{"m4v", "video/mp4"},
	{"marc", "application/marc"},
	{"mbox", "application/mbox"},
	{"md", "text/markdown"},
	{"mets", "application/mets+xml"},
	{"mid", "audio/midi"},
	{"mj2", "video/mj2"},
	{"mkv", "video/matroska"},
	{"mods", "application/mods+xml"},
	{"mov", "video/quicktime"},
	{"mp3", "audio/mpeg"},
	{"mp4", "video/mp4"},
	{"mpeg", "video/mpeg"},
	{"mpg", "video/mpeg"},
	{"mrc", "application/marc"},
	{"msg", "application/vnd.ms-outlook"},
	{"mxf", "application/mxf"},
	{"nef", "image/x-nikon-nef"},
	{"nt", "application/n-triples"},
	{"odg", "application/vnd.oasis.opendocument.graphics"},
	{"odp", "application/vnd.oasis.opendocument.presentation"},
	{"ods", "application/vnd.oasis.opendocument.spreadsheet"},
	{"odt", "application/vnd.oasis.opendocument.text"},
	{"oga", "audio/ogg"},
	{"ogg", "audio/ogg"},
	{"ogv", "video/ogg"},
	{"opus", "audio/ogg"},
	{"pdf", "application/pdf"},
	{"png", "image/png"},
	{"ppt", "application/vnd.ms-powerpoint"},
	{"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
	{"ps", "application/postscript"},
	{"psd", "image/vnd.adobe.photoshop"},
	{"py", "text/x-python"},
	{"rdf", "application/rdf+xml"},
	{"rtf", "application/rtf"},
	{"shp", "application/vnd.shp"},
	{"sql", "application/sql"},
	{"sqlite", "application/vnd.sqlite3"},
	{"srt", "application/x-subrip"},
	{"svg", "image/svg+xml"},
	{"tar", "application/x-tar"},
	{"tex", "text/x-tex"},
	{"tif", "image/tiff"},
	{"tiff", "image/tiff"},
	{"tsv", "text/tab-separated-values"},
	{"ttl", "text/turtle"},
	{"txt", "text/plain"},
	{"vtt", "text/vtt"},
	{"warc", "application/warc"},
	{"wav", "audio/wav"},
	{"webm", "video/webm"},
	{"webp", "image/webp"},
	{"wma", "audio/x-ms-wma"},
	{"wmv", "video/x-ms-wmv"},
	{"xhtml", "application/xhtml+xml"},
	{"xls", "application/vnd.ms-excel"},
	{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	{"xml", "application/xml"},
	{"xsd", "application/xml"},
	{"xsl", "application/xslt+xml"},
	{"xslt", "application/xslt+xml"},
	{"xz", "application/x-xz"},
	{"yaml", "application/yaml"},
	{"yml", "application/yaml"},
	{"zip", "application/zip"},
	{"zst", "application/zstd"},
};

enum { EXTENSION_MAX = 16 }; /* bytes; no extension above is as long */

static int compare(const void *key, const void *row)
{
	return strcasecmp(key, ((const struct row *)row)->extension);
}

struct tomb_str tomb_format_of(struct tomb_str path)
{
	char extension[EXTENSION_MAX] = "";
	size_t dot = path.n;
	const struct row *found = NULL;

	while (dot > 0 && path.p[dot - 1] != '.' && path.p[dot - 1] != '/')
		dot--;
	if (dot > 1 && path.p[dot - 1] == '.' && path.p[dot - 2] != '/' && path.n - dot < sizeof extension) {
		memcpy(extension, path.p + dot, path.n - dot);
		found = bsearch(extension, rows, TOMB_COUNTOF(rows), sizeof rows[0], compare);
	}
	return tomb_str_from(found ? found->type : "application/octet-stream");
}
