/* Certificates for a test: an authority of its own, and what it certifies. */
#ifndef TLS_PAPER_H
#define TLS_PAPER_H

#include "temp_folder.h"

struct tls_paper {
	const char *name;      /* files NAME.pem and NAME.key */
	const char *alt_names; /* "DNS:bucket.localhost,IP:127.0.0.1"; NULL: an authority that signs itself */
	const char *issuer;    /* the name of one that is there already; NULL: itself */
	long from_days;        /* valid from so many days after now */
	long until_days;
};

/* Writes both files into the folder. */
void tls_paper_write(const struct temp_folder *folder, const struct tls_paper *paper);

#endif
