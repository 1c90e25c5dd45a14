/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_AWS_PROCESS_H
#define NET_AWS_PROCESS_H
#include <stdbool.h>

#include "net/aws_credentials.h"
#include "rootwatch/err.h"

/* Runs a profile's credential_process through the shell and reads the keys it prints. What is still running after
 * timeout_ms, or prints without end, is killed with all it started. */
bool aws_process_fetch(const char *command, int timeout_ms, struct aws_keys *ret_keys, struct err *err);

#endif
