/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_HTTP_H
#define NET_HTTP_H
/* The http half of struct transport. Any thread. */
#include <stdbool.h>
#include <stdint.h>

#include "rootwatch/err.h"
#include "rootwatch/http_client.h"

/* http_client.perform; `self` is the `http` of a struct transport. */
bool http_perform(struct http_client *self, const struct http_request *request, struct http_response *ret_response,
                  struct err *err);

/* A Retry-After value, in seconds or as an HTTP-date, as seconds from now_s: 0 to a day. -1: neither. Pure. */
long http_retry_after(const char *value, int64_t now_s);

#endif
