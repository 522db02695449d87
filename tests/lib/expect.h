/* Asserting what a verb answers: its code, and words that its text must have. */
#ifndef TOMB_TEST_EXPECT_H
#define TOMB_TEST_EXPECT_H

#include "tombstone/err.h"

#include <string.h>

#define TOMB_EXPECT(want, words, expr)                                                                                 \
	do {                                                                                                           \
		struct tomb_err err = {.text = ""};                                                                    \
		enum tomb_code got = (expr);                                                                           \
		if (got != (want) || ((want) != TOMB_OK && !strstr(err.text, (words))))                                \
			fail_msg("%s: %s (%s), not %s (%s)", #expr, tomb_code_slug(got), err.text,                     \
				tomb_code_slug(want), (words));                                                        \
	} while (0)

#endif
