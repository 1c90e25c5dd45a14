/* SPDX-License-Identifier: Apache-2.0 */
/*
 * credential_process: a command of the operator's that prints keys (IAM Roles
 * Anywhere, a vault). It gets a process group of its own, so that a time-out ends
 * whatever it started.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 */
#include "net/aws_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/json.h"
#include "net/aws_provider.h"

enum { OUTPUT_LIMIT_BYTES = 64 * 1024 };

/* The child must not inherit what the service blocks and ignores. */
static bool prepare_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, defaults;
	sigemptyset(&none);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	sigaddset(&defaults, SIGTERM);
	short flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
	return posix_spawnattr_setpgroup(attributes, 0) == 0 && posix_spawnattr_setsigmask(attributes, &none) == 0 &&
	       posix_spawnattr_setsigdefault(attributes, &defaults) == 0 &&
	       posix_spawnattr_setflags(attributes, flags) == 0;
}

static int spawn_shell(char *command, const posix_spawn_file_actions_t *actions, pid_t *ret_process)
{
	char shell[] = "sh", option[] = "-c";
	char *const arguments[] = {shell, option, command, NULL};
	posix_spawnattr_t attributes;
	if (posix_spawnattr_init(&attributes) != 0)
		return ENOMEM;
	int problem = ENOMEM;
	if (prepare_attributes(&attributes))
		problem = posix_spawn(ret_process, "/bin/sh", actions, &attributes, arguments, environ);
	posix_spawnattr_destroy(&attributes);
	return problem;
}

/* Standard input is empty, standard output is `output`, standard error stays ours: its messages reach the operator. */
static int start(char *command, int output, pid_t *ret_process)
{
	posix_spawn_file_actions_t actions;
	if (posix_spawn_file_actions_init(&actions) != 0)
		return ENOMEM;
	int problem = ENOMEM;
	if (posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0) == 0 &&
	    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO) == 0)
		problem = spawn_shell(command, &actions, ret_process);
	posix_spawn_file_actions_destroy(&actions);
	return problem;
}

/* Until the other end closes. */
static bool read_output(int input, int timeout_ms, struct strbuf *text, struct err *err)
{
	int64_t deadline_ms = clock_monotonic_ms() + timeout_ms;
	char chunk[4096];
	ssize_t length = 1;
	while (length != 0 && !text->overflowed) {
		int64_t left_ms = deadline_ms - clock_monotonic_ms();
		struct pollfd readable = {.fd = input, .events = POLLIN};
		if (left_ms <= 0 || poll(&readable, 1, (int)left_ms) == 0)
			return err_set(err, "no end within %d ms", timeout_ms);
		length = read(input, chunk, sizeof chunk);
		if (length > 0)
			strbuf_add(text, chunk, (size_t)length);
		else if (length < 0 && errno != EINTR)
			return err_set(err, "read its output: %s", strerror(errno));
	}
	crypto_wipe(chunk, sizeof chunk);
	return !text->overflowed || err_set(err, "it printed more than %d bytes", OUTPUT_LIMIT_BYTES);
}

static bool finish(pid_t process, bool read, struct err *err)
{
	if (!read)
		kill(-process, SIGKILL);
	int status;
	while (waitpid(process, &status, 0) < 0)
		if (errno != EINTR)
			return err_set(err, "wait for it: %s", strerror(errno));
	if (!read)
		return false;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	return WIFEXITED(status) ? err_set(err, "it ended with status %d", WEXITSTATUS(status))
	                         : err_set(err, "it was killed by signal %d", WTERMSIG(status));
}

static bool run(char *command, int timeout_ms, struct strbuf *text, struct err *err)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_set(err, "pipe: %s", strerror(errno));
	pid_t process;
	int problem = start(command, ends[1], &process);
	close(ends[1]);
	bool done = problem == 0 ? finish(process, read_output(ends[0], timeout_ms, text, err), err)
	                         : err_set(err, "start /bin/sh: %s", strerror(problem));
	close(ends[0]);
	return done;
}

static bool is_version_1(const char *text, size_t length)
{
	SCOPED(json) cJSON *tree = NULL;
	if (json_read(text, length, &tree, NULL) != JSON_OK)
		return false;
	const cJSON *version = json_member(tree, "Version");
	return cJSON_IsNumber(version) && version->valuedouble == 1;
}

bool aws_process_fetch(const char *command, int timeout_ms, struct aws_keys *ret_keys, struct err *err)
{
	SCOPED(text) char *copy = strdup(command);
	SCOPED(aws_text) struct strbuf text = STRBUF_INIT(OUTPUT_LIMIT_BYTES);
	if (!copy || !run(copy, timeout_ms, &text, err))
		return err_prefix(err, "credential_process");
	if (!is_version_1(strbuf_text(&text), text.length))
		return err_set(err, "credential_process: it did not print a JSON object with \"Version\": 1");
	return aws_keys_from_json(strbuf_text(&text), text.length, "SessionToken", ret_keys, err) ||
	       err_prefix(err, "credential_process");
}
