/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_REQUEST_H
#define SERVER_REQUEST_H
/* libmicrohttpd's callbacks about requests -> struct exchange. */
#include <microhttpd.h>

struct server;

enum MHD_Result request_access(void *server, struct MHD_Connection *mhd, const char *path, const char *method,
                               const char *version, const char *data, size_t *data_size, void **state);

void request_completed(void *server, struct MHD_Connection *mhd, void **state, enum MHD_RequestTerminationCode code);

#endif
