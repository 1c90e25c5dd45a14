/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that stand in the environment. They have no known end. */
#include "net/aws_provider.h"

static bool applies(const struct aws_environment *environment)
{
	return environment->access_key_id || environment->secret_access_key;
}

static bool fetch(const struct aws_environment *environment, struct http_client *http, struct aws_keys *ret_keys,
                  struct err *err)
{
	(void)http;
	SCOPED(aws_keys) struct aws_keys keys = {0};
	if (!aws_copy_keys(&keys, environment->access_key_id, environment->secret_access_key, environment->session_token,
	                   err))
		return false;
	*ret_keys = keys;
	return true;
}

const struct aws_provider aws_environment_provider = {
    .name = "environment",
    .applies = applies,
    .fetch = fetch,
};
