#include "aws/client.h"

void aws_client_close(struct aws_client *client)
{
	tomb_http_free(client->http);
}

enum tomb_code aws_client_open(struct aws_client *client, const struct backend *backend,
	struct aws_providers *providers, const struct aws_service *service, struct tomb_err *err)
{
	const char *authority = strstr(backend->endpoint.p, "://");

	if (!authority)
		return TOMB_FAIL(err, TOMB_BUG, "endpoint %s", backend->endpoint.p);
	*client = (struct aws_client){
		.service = service,
		.backend = backend,
		.endpoint = backend->endpoint,
		.host = tomb_str_from(authority + 3),
		.region = backend->region,
	};
	TOMB_TRY(aws_providers_get(providers, backend, &client->provider, err));
	return tomb_http_new(&client->http, err);
}
