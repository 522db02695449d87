/* HTML output.  Literals come only from compiled templates; everything else passes through one of these. */
#ifndef TOMB_HTML_H
#define TOMB_HTML_H

#include "tombstone/str.h"

void tomb_html_text(struct tomb_buf *b, struct tomb_str s); /* also correct inside "..." attributes */
void tomb_html_url(
	struct tomb_buf *b, struct tomb_str s); /* http, https, mailto or relative; anything else becomes "#" */
void tomb_html_int(struct tomb_buf *b, int64_t n);

#endif
