#include "tombstone/version.h"

const char *tomb_version(void)
{
	return TOMB_VERSION;
}
