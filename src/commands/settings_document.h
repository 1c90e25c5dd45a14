/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_SETTINGS_DOCUMENT_H
#define COMMANDS_SETTINGS_DOCUMENT_H
/* What notifiers can be told, as Markdown made from their tables; docs/configuration.md holds what it prints. Pure. */
#include "rootwatch/notifier.h"

enum { SETTINGS_DOCUMENT_BYTES = 64 * 1024 };

/* A heading and a table for each type; `types` ends with NULL. */
void settings_document(const struct notifier_type *const *types, struct strbuf *out);

#endif
