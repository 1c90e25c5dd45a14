/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_STREAM_H
#define NET_STREAM_H
/* The stream half of struct transport. Any thread. */
#include <stdbool.h>

#include "rootwatch/err.h"
#include "rootwatch/stream_client.h"

/* stream_client.send; `self` is the `stream` of a struct transport. */
bool stream_send(struct stream_client *self, const struct stream_message *message, struct err *err);

#endif
