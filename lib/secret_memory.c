#include "tombstone/secret.h"

#include <malloc.h>
#include <sys/mman.h>
#include <sys/prctl.h>

enum { FREED = 0xa5 }; /* what freed memory is filled with; any byte but 0 */

enum tomb_code tomb_secret_pages_map(size_t n, struct tomb_secret_pages *out, struct tomb_err *err)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu bytes for secrets", n);
	if (madvise(p, n, MADV_DONTDUMP) != 0) {
		(void)munmap(p, n);
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu bytes that no core dump holds", n);
	}
	(void)mlock(p, n); /* the limit may be 0: then it is swap, and whether that is encrypted, that counts */
	*out = (struct tomb_secret_pages){p, n};
	return TOMB_OK;
}

void tomb_secret_pages_fini(struct tomb_secret_pages *pages)
{
	if (!pages->p)
		return;
	tomb_wipe(pages->p, pages->n);
	(void)munmap(pages->p, pages->n);
	*pages = (struct tomb_secret_pages){NULL, 0};
}

void tomb_secret_harden(void)
{
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* fails for other values only */
	(void)mallopt(M_PERTURB, FREED);          /* libcurl, libxml2 and jansson free what held keys as it is */
}
