#include "tls_paper.h"

#include <assert.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>

enum { DAY_S = 86400 };

static FILE *open_file(const struct temp_folder *folder, const char *name, const char *suffix, const char *mode)
{
	char path[256];
	FILE *file = NULL;

	(void)snprintf(path, sizeof path, "%s/%s.%s", folder->path, name, suffix);
	file = fopen(path, mode);
	assert(file);
	return file;
}

static void add_extension(X509 *cert, X509V3_CTX *ctx, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, ctx, nid, value);
	int rc = 0;

	assert(extension);
	rc = X509_add_ext(cert, extension, -1);
	assert(rc == 1);
	X509_EXTENSION_free(extension);
}

static void name_it(X509 *cert, const struct tls_paper *paper, EVP_PKEY *key)
{
	static long serial = 1; /* a test has one thread that writes these */
	X509_NAME *subject = X509_get_subject_name(cert);
	int rc = 0;

	rc = X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)paper->name, -1, -1, 0);
	assert(rc == 1);
	(void)X509_set_version(cert, X509_VERSION_3);
	(void)ASN1_INTEGER_set(X509_get_serialNumber(cert), serial++);
	(void)X509_gmtime_adj(X509_getm_notBefore(cert), paper->from_days * DAY_S);
	(void)X509_gmtime_adj(X509_getm_notAfter(cert), paper->until_days * DAY_S);
	(void)X509_set_pubkey(cert, key);
}

static void sign(const struct temp_folder *folder, X509 *cert, const struct tls_paper *paper, EVP_PKEY *own_key)
{
	X509 *issuer = cert;
	EVP_PKEY *key = own_key;
	X509V3_CTX ctx;
	int bytes = 0;

	if (paper->issuer) {
		FILE *file = open_file(folder, paper->issuer, "pem", "r");

		issuer = PEM_read_X509(file, NULL, NULL, NULL);
		(void)fclose(file);
		file = open_file(folder, paper->issuer, "key", "r");
		key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
		(void)fclose(file);
		assert(issuer && key);
	}
	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	(void)X509_set_issuer_name(cert, X509_get_subject_name(issuer));
	add_extension(cert, &ctx, NID_basic_constraints, paper->alt_names ? "critical,CA:FALSE" : "critical,CA:TRUE");
	if (paper->alt_names)
		add_extension(cert, &ctx, NID_subject_alt_name, paper->alt_names);
	bytes = X509_sign(cert, key, EVP_sha256());
	assert(bytes > 0);
	if (paper->issuer) {
		X509_free(issuer);
		EVP_PKEY_free(key);
	}
}

void tls_paper_write(const struct temp_folder *folder, const struct tls_paper *paper)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	FILE *file = NULL;
	int rc = 0;

	assert(key && cert);
	name_it(cert, paper, key);
	sign(folder, cert, paper, key);
	file = open_file(folder, paper->name, "pem", "w");
	rc = PEM_write_X509(file, cert);
	assert(rc == 1);
	(void)fclose(file);
	file = open_file(folder, paper->name, "key", "w");
	rc = PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL);
	assert(rc == 1);
	(void)fclose(file);
	X509_free(cert);
	EVP_PKEY_free(key);
}
