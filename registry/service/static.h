/* Files that the build has put into the program: style sheets, images. */
#ifndef TOMB_SERVICE_STATIC_H
#define TOMB_SERVICE_STATIC_H

#include "response.h"
#include "tombstone/embed.h"

/*
 * Answers with the file called name: 304 if the client's If-None-Match has it already.  Browsers keep it, and ask each
 * time whether it is still the same: a new release shows at once.  NOTFOUND if there is none; UNSUPPORTED, at the first
 * test, for a name whose ending has no media type here.
 */
enum tomb_code tomb_static_answer(const struct tomb_embedded *files, size_t n, struct tomb_str name,
	const struct tomb_request *req, struct tomb_response *res, struct tomb_err *err) TOMB_MUST_USE;

#endif
