#include "aws/client.h"

#include "aws/place.h"

void aws_client_close(struct aws_client *client)
{
	tomb_http_free(client->http);
}

enum tomb_code aws_client_open(struct aws_client *client, const struct backend *backend,
	struct aws_providers *providers, struct traffic *traffic, const struct aws_service *service,
	struct tomb_err *err)
{
	*client = (struct aws_client){.service = service, .traffic = traffic, .backend = backend};
	TOMB_TRY(aws_place_set(client, backend->region, err));
	TOMB_TRY(aws_providers_get(providers, backend, &client->provider, err));
	return tomb_http_new(&client->http, err);
}
