/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_BUILTIN_H
#define CONFIG_BUILTIN_H
/* The configuration that is used when none is given: everything comes from ROOTWATCH_* variables. */

extern const char config_builtin[];

#endif
