/*
 * HTML output.
 *
 * Literals come only from compiled templates (lib/gen/htmlgen), which also choose the writer for each field; everything
 * else passes through one of these.  Whatever bytes s holds, what is written is valid UTF-8 without control characters
 * and stays in its place.  No function keeps a pointer to s.
 */
#ifndef TOMB_HTML_H
#define TOMB_HTML_H

#include "tombstone/str.h"

/* Between tags, inside title and textarea, and in quoted attributes.  Tabs and line ends stay. */
void tomb_html_text(struct tomb_buf *out, struct tomb_str s);

/* A whole address in a quoted attribute: http, https, mailto or relative.  Anything else becomes "#". */
void tomb_html_url(struct tomb_buf *out, struct tomb_str s);

/* One segment of a path, percent-encoded.  "", "." and ".." cannot be a segment, since a browser would leave the path;
 * they are written as U+FFFD, so that the address leads nowhere. */
void tomb_html_url_segment(struct tomb_buf *out, struct tomb_str s);

/* A name or value in the query or fragment, percent-encoded. */
void tomb_html_url_query(struct tomb_buf *out, struct tomb_str s);

void tomb_html_int(struct tomb_buf *out, int64_t n);

/* For people, in powers of 1000: "0 bytes", "1 byte", "999 bytes", "1.2 GB". */
void tomb_html_size(struct tomb_buf *out, int64_t bytes);

/* us since 1970, to the second: <time datetime="2026-01-02T03:04:05Z">2026-01-02 03:04:05 UTC</time>. */
void tomb_html_time(struct tomb_buf *out, int64_t us);
void tomb_html_time_iso(struct tomb_buf *out, int64_t us); /* 2026-01-02T03:04:05Z */

#endif
