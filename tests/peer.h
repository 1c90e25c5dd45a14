/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PEER_H
#define TESTS_PEER_H
/*
 * A server of tests/peers/ as a child process of a test program, for as long as
 * the test runs. Tests run in the project's directory. Failures end the test.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"

enum { PEER_ARGUMENTS_MAX = 12, PEER_STATEMENT_BYTES = 512 * 1024, PEER_ALARM_S = 60 };

struct peer {
	pid_t process;
	FILE *to, *from;
	int port;
	char url[128];
};

/* One JSON object: what the peer says next. The caller deletes it. */
static inline cJSON *peer_statement(struct peer *peer)
{
	char *line = malloc(PEER_STATEMENT_BYTES);
	assert_non_null(line);
	alarm(PEER_ALARM_S); /* a peer that says nothing must not hold the test for ever */
	assert_non_null(fgets(line, PEER_STATEMENT_BYTES, peer->from));
	alarm(0);
	cJSON *statement = NULL;
	assert_int_equal(json_read(line, strlen(line), &statement, NULL), JSON_OK);
	free(line);
	return statement;
}

/* `arguments` end with NULL. */
static inline struct peer peer_start(const char *module, const char *const *arguments)
{
	char *argv[PEER_ARGUMENTS_MAX + 4] = {(char *)"python3", (char *)"-m", (char *)module};
	for (size_t i = 0; i < PEER_ARGUMENTS_MAX && arguments[i]; i++)
		argv[3 + i] = (char *)arguments[i];
	int to[2], from[2];
	assert_int_equal(pipe2(to, O_CLOEXEC), 0);
	assert_int_equal(pipe2(from, O_CLOEXEC), 0);
	posix_spawn_file_actions_t actions;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
	struct peer peer = {.to = fdopen(to[1], "w"), .from = fdopen(from[0], "r")};
	setenv("PYTHONPATH", "tests", 1);
	assert_int_equal(posix_spawn(&peer.process, "/usr/bin/python3", &actions, NULL, argv, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	close(to[0]);
	close(from[1]);
	cJSON *hello = peer_statement(&peer);
	peer.port = (int)json_member(hello, "port")->valuedouble;
	snprintf(peer.url, sizeof peer.url, "%s", json_text(hello, "url"));
	cJSON_Delete(hello);
	return peer;
}

/* Adds answers, a JSON list, to the peer's script. Returns how many things it had received that nobody asked for; they
 * are forgotten. */
static inline size_t peer_script(struct peer *peer, const char *answers)
{
	fprintf(peer->to, "%s\n", answers);
	fflush(peer->to);
	for (size_t forgotten = 0;; forgotten++) {
		cJSON *statement = peer_statement(peer);
		bool acknowledged = json_member(statement, "scripted") != NULL;
		cJSON_Delete(statement);
		if (acknowledged)
			return forgotten;
	}
}

/* The next thing the peer received, once it has. The caller deletes it. */
static inline cJSON *peer_received(struct peer *peer)
{
	cJSON *statement = peer_statement(peer);
	cJSON *received = cJSON_DetachItemFromObjectCaseSensitive(statement, "received");
	assert_non_null(received);
	cJSON_Delete(statement);
	return received;
}

static inline void peer_stop(struct peer *peer)
{
	if (peer->process == 0)
		return;
	fclose(peer->to); /* the peer's sign to end */
	fclose(peer->from);
	int status;
	waitpid(peer->process, &status, 0);
	*peer = (struct peer){0};
}

/* What --tls DIRECTORY left behind, and the directory. */
static inline void peer_remove_authority(const char *directory)
{
	static const char *const names[] = {"ca.crt", "ca.key", "server.crt", "server.key", ""};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char path[256];
		snprintf(path, sizeof path, "%s/%s", directory, names[i]);
		remove(path);
	}
}

#endif
