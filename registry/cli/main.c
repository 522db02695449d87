/* tombstone: the operator's command. */
#include "cli.h"
#include "tombstone/secret.h"

#include <unistd.h>

int main(int argc, char **argv)
{
	tomb_secret_harden();
	return cli_main(argc, argv, environ);
}
