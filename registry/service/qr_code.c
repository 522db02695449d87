#include "qr_code.h"

#include "tombstone/secret.h"

#include <errno.h>
#include <qrencode.h>
#include <string.h>

enum { DARK = 1, BYTES_MAX = 2331 /* of the largest code at level M */ };

/* Squares side by side are one rectangle. */
static void put_row(const unsigned char *row, int width, int y, struct tomb_buf *out)
{
	for (int x = 0; x < width; x++) {
		int n = 0;

		while (x + n < width && (row[x + n] & DARK))
			n++;
		if (n == 0)
			continue;
		tomb_buf_putf(out, "M%d %dh%dv1h-%dz", x, y, n, n);
		x += n;
	}
}

enum tomb_code tomb_qr_code_path(struct tomb_str text, struct tomb_buf *out, int *side, struct tomb_err *err)
{
	QRcode *code = NULL;

	if (text.n == 0 || text.n > BYTES_MAX)
		return TOMB_FAIL(err, TOMB_INVAL, "a QR code of %zu bytes; it holds 1 to %d", text.n, BYTES_MAX);
	code = QRcode_encodeData((int)text.n, (const unsigned char *)text.p, 0, QR_ECLEVEL_M);
	if (!code)
		return TOMB_FAIL(err, TOMB_NOMEM, "a QR code of %zu bytes: %s", text.n, strerror(errno));
	for (int y = 0; y < code->width; y++)
		put_row(code->data + (size_t)y * (size_t)code->width, code->width, y, out);
	*side = code->width;
	tomb_wipe(code->data, (size_t)code->width * (size_t)code->width); /* it may say a secret */
	QRcode_free(code);
	return TOMB_OK;
}
