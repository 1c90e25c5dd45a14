/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OPENAPI_H
#define OPENAPI_H
/* openapi.yaml, inside the binary (openapi.S). */
extern const char openapi_yaml[];
extern const char openapi_yaml_end[]; /* its length is openapi_yaml_end - openapi_yaml */

#endif
