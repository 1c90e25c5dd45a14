/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_MAIL_H
#define NET_MAIL_H
/* The mail half of struct transport. Any thread. */
#include <stdbool.h>

#include "rootwatch/err.h"
#include "rootwatch/http_client.h"

/* mail_client.send */
bool mail_send(struct mail_client *self, struct mail_message *message, struct err *err);

#endif
