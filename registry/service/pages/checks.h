/* What a deletion was checked for, in words: web/part/checks.html, for those who ask and those who decide. */
#ifndef TOMB_CHECKS_H
#define TOMB_CHECKS_H

#include "tombstone/deletion_preview.h"
#include "view.h"

struct tomb_checks {
	struct tomb_str young;
	struct tomb_str held;
	struct tomb_str pending;
	struct tomb_str locked;
	bool is_clear; /* a request would be taken, an approval would go through */
};

/* preview may be NULL: then only the obstacles are known, which name one thing of each kind. */
struct tomb_checks tomb_checks_of(struct tomb_view *v, const struct tomb_deletion_preview *preview,
	const struct tomb_obstacle *obstacles, size_t n);

/* Of what the request names, as it is now; it is no obstacle to itself. */
enum tomb_code tomb_checks_of_request(struct tomb_view *v, int64_t request_id, int64_t institution_id,
	struct tomb_checks *out, struct tomb_err *err) TOMB_MUST_USE;

/* In *page. */
#define TOMB_CHECKS_PUT(page, checks)                                                                                  \
	do {                                                                                                           \
		(page)->young = (checks)->young;                                                                       \
		(page)->held = (checks)->held;                                                                         \
		(page)->pending = (checks)->pending;                                                                   \
		(page)->locked = (checks)->locked;                                                                     \
	} while (0)

#endif
