/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_PRINT_H
#define CONFIG_PRINT_H
/*
 * Values as they would be written in the file: what each appends means the same
 * when it is read back. Pure.
 */
#include <stdint.h>

#include "policy.h"
#include "rootwatch/strbuf.h"

/* A text in double quotes, every reference to a variable in it made literal. What steers a terminal or breaks a line in YAML
 * is escaped; invalid UTF-8 becomes U+FFFD. */
void print_text(const char *text, struct strbuf *out);

void print_duration(int64_t ms, struct strbuf *out);      /* 5s */
void print_rate(int64_t interval_ms, struct strbuf *out); /* 60/m; nothing when no rate has this interval */

/* In double quotes. */
void print_cidr(const struct cidr *cidr, struct strbuf *out);
void print_window(const struct policy_window *window, struct strbuf *out);

#endif
