/* Compiler facts every file may rely on. */
#ifndef TOMB_BASE_H
#define TOMB_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOMB_MUST_USE __attribute__((warn_unused_result))
#define TOMB_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define TOMB_CLEANUP(fn) __attribute__((cleanup(fn)))
#define TOMB_COUNTOF(a)                                                                                                \
	(sizeof(a) / sizeof((a)[0]) +                                                                                  \
		0 * sizeof(char[1 - 2 * __builtin_types_compatible_p(__typeof__(a), __typeof__(&(a)[0]))]))

/* Hand an owned pointer to the caller: yields p and leaves NULL behind, so its cleanup does nothing. */
#define TOMB_TAKE(p)                                                                                                   \
	__extension__({                                                                                                \
		__typeof__(p) take_ = (p);                                                                             \
		(p) = NULL;                                                                                            \
		take_;                                                                                                 \
	})

#endif
