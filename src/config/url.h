/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_URL_H
#define CONFIG_URL_H
/* Which URLs a configuration may name, and how one is shown. Pure. */
#include <stdbool.h>

#include "rootwatch/strbuf.h"

bool url_is_loopback(const char *url); /* its host is localhost, ::1 or in 127.0.0.0/8 */
bool url_is_https(const char *url);    /* https, or http to a loopback address */
bool url_is_smtp(const char *url);     /* smtp or smtps, a host and a port, nothing behind, no login before */
void url_mask(const char *url, struct strbuf *out); /* without a password or query: "********" in their place */

#endif
