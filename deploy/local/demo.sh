#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `make demo`: starts the service, posts a handful of events as EventBridge would, shows each answer and each alert, stops.
set -eu
cd "$(dirname "$0")/../.."
. deploy/local/dev.sh

work=$(mktemp -d "$dev/demo.XXXXXX")
service=
finish() {
	[ -z "$service" ] || { kill "$service" 2>/dev/null && wait "$service" || true; }
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

# wait_for FILE TEXT: until FILE holds TEXT; gives up after 10 s, or when the service is gone.
wait_for() {
	tries=0
	until grep -q -- "$2" "$1" 2>/dev/null; do
		tries=$((tries + 1))
		if [ "$tries" -gt 200 ] || ! kill -0 "$service" 2>/dev/null; then
			echo "demo: waited in vain for \"$2\"; the log says:" >&2
			cat "$work/log" >&2
			exit 3
		fi
		sleep 0.05
	done
}

export ROOTWATCH_CONFIG='
server:
  listen: 127.0.0.1:0
  tls: { certificate: "${ROOTWATCH_TLS_CERTIFICATE}", private_key: "${ROOTWATCH_TLS_PRIVATE_KEY}" }
  api_keys: [{ name: demo, value: "${ROOTWATCH_API_KEY}" }]
store: { url: "sqlite:'"$work"'/rootwatch.db" }
accounts: { "111122223333": prod }
notifiers: [{ name: terminal, type: log, format: text, min_severity: info }]
'
build/rootwatch serve >"$work/alerts" 2>"$work/log" &
service=$!
wait_for "$work/log" '"event":"ready"'
port=$(sed -n 's/.*"event":"ready".*"port":"\([0-9]*\)".*/\1/p' "$work/log")
echo "rootwatch serves https://localhost:$port"

# post TITLE FILE: the event as if it happened now.
shown=0
post() {
	printf '\n==== %s\n' "$1"
	echo "POST /v1/events  <-  $2"
	now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
	sed -E "s/(\"(eventTime|time)\": *)\"[^\"]*\"/\\1\"$now\"/" "$2" >"$work/event.json"
	curl -sS --cacert "$dev/tls.crt" -H "x-api-key: $ROOTWATCH_API_KEY" -H 'Content-Type: application/json; charset=utf-8' \
		-A Amazon/EventBridge/ApiDestinations -H 'Connection: close' --data-binary @"$work/event.json" \
		-w '\n%{http_code} in %{time_total} s\n' "https://localhost:$port/v1/events" | tee "$work/answer"
	finding=$(sed -n 's/.*"finding_id":"\([^"]*\)".*"duplicate":false.*/\1/p' "$work/answer")
	if [ -n "$finding" ]; then
		wait_for "$work/alerts" "$finding"
		tail -c +$((shown + 1)) "$work/alerts"
		shown=$(wc -c <"$work/alerts")
	else
		echo '(nobody is woken)'
	fi
}

post 'root signs in to the console without MFA' tests/fixtures/root_console_login_no_mfa.json
post 'root makes itself an access key' tests/fixtures/root_create_access_key.json
post 'an IAM user reads a list' tests/fixtures/iam_user_call.json
post 'an AWS service acts for root' tests/fixtures/service_for_root.json
post 'EventBridge delivers the sign-in a second time' tests/fixtures/root_console_login_no_mfa.json
printf '\nThat was all: stopping.\n'
