/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_JSON_CUT_H
#define COMMANDS_JSON_CUT_H
/*
 * Finds where the JSON values in a text begin and end, by brackets and quotes alone,
 * so that each can be parsed by itself: a log of many stays small in memory, and a
 * broken one spoils only itself. Says nothing about whether they are valid. Pure, no
 * recursion, time linear in the length.
 */
#include <stdbool.h>

struct json_slice {
	const char *at, *end; /* borrowed; at <= end */
};

/* Cuts the next value off *rest: from its bracket to the one that closes it (to the end, when none does). What begins with
 * no bracket is cut at the end of its line. False: only white space is left. */
bool json_cut_value(struct json_slice *rest, struct json_slice *ret_value);

/* Is the value an array, or an object that holds an array "Records" and nothing else (a CloudTrail log file), or "Events" (what
 * `aws cloudtrail lookup-events` prints)? Then *ret_inside is what stands between the brackets. */
bool json_cut_list(struct json_slice value, struct json_slice *ret_inside);

enum json_cut { JSON_CUT_ELEMENT, JSON_CUT_END, JSON_CUT_BROKEN };

/* Cuts the next element off the inside of an array. BROKEN: something else than a comma stands between two of them. */
enum json_cut json_cut_element(struct json_slice *inside, struct json_slice *ret_element);

#endif
