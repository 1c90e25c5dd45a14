#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `make run`: the service in this terminal, alerts on standard output, its log in a file.
# Set ROOTWATCH_SNS_TOPIC_ARN, ROOTWATCH_SLACK_WEBHOOK_URL or ROOTWATCH_SMTP_URL (see docs/configuration.md) to alert there too.
set -eu
cd "$(dirname "$0")/../.."
. deploy/local/dev.sh

export ROOTWATCH_LISTEN="${ROOTWATCH_LISTEN:-127.0.0.1:8443}" ROOTWATCH_STORE="${ROOTWATCH_STORE:-sqlite:$dev/rootwatch.db}"
log=$dev/rootwatch.log
port=${ROOTWATCH_LISTEN##*:}

cat <<TEXT
rootwatch serves https://localhost:$port; alerts appear here, the log is in $log. Ctrl-C stops it.
In another terminal, in this directory:

  curl --cacert $dev/tls.crt -H "x-api-key: \$(cat $dev/api-key)" --data @tests/fixtures/root_console_login_no_mfa.json https://localhost:$port/v1/events

TEXT
status=0
trap : INT
build/rootwatch serve 2>"$log" || status=$?
[ "$status" = 0 ] || { echo "rootwatch stopped with status $status; the end of $log:" >&2; tail -n 5 "$log" >&2; }
exit "$status"
