# SPDX-License-Identifier: Apache-2.0
# What `make run` and `make demo` share: a development certificate and key, made once under build/dev.
# Sourced from the top of the tree; sets nothing that a production set-up should copy.

dev=build/dev
umask 077
mkdir -p "$dev"

if [ ! -s "$dev/tls.crt" ] || ! openssl x509 -in "$dev/tls.crt" -noout -checkend 86400 >/dev/null 2>&1; then
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -subj "/CN=rootwatch development" \
		-addext "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1" \
		-keyout "$dev/tls.key" -out "$dev/tls.crt" 2>"$dev/openssl.log" || { cat "$dev/openssl.log" >&2; exit 3; }
fi
[ -s "$dev/api-key" ] || openssl rand -hex 32 >"$dev/api-key"

export ROOTWATCH_API_KEY ROOTWATCH_TLS_CERTIFICATE="$dev/tls.crt" ROOTWATCH_TLS_PRIVATE_KEY="$dev/tls.key"
ROOTWATCH_API_KEY=$(cat "$dev/api-key")
