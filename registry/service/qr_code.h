/* QR codes for pages: text as dark squares that a telephone's camera reads. */
#ifndef TOMB_QR_CODE_H
#define TOMB_QR_CODE_H

#include "tombstone/err.h"
#include "tombstone/str.h"

enum {
	TOMB_QR_CODE_QUIET = 4,        /* light squares on each side, which readers need (ISO/IEC 18004) */
	TOMB_QR_CODE_PATH = 256 * 1024 /* bytes of the largest code as a path, with room to spare */
};

/*
 * Adds the dark squares of text to out as the data of an SVG path, in squares from 0 0; *side is how many squares the
 * code is wide and high.  A sixth of it may be spoiled (level M).  INVAL for more than 2,331 bytes, or none.
 */
enum tomb_code tomb_qr_code_path(
	struct tomb_str text, struct tomb_buf *out, int *side, struct tomb_err *err) TOMB_MUST_USE;

#endif
