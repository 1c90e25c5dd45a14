#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Fuzzes one target after the other: tests/fuzz/run.sh SECONDS [TARGET...]; a target is the name of a .c file here.
# The corpus grows in build/fuzz. CJSON_SOURCE=.../cJSON.c compiles the parser in, so that its branches count too.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${1:?usage: tests/fuzz/run.sh SECONDS [TARGET...]}
shift
targets=("$@")
if [ ${#targets[@]} = 0 ]; then
	targets=(tests/fuzz/fuzz_*.c)
	targets=("${targets[@]##*/}")
	targets=("${targets[@]%.c}")
fi

library=build/san-fuzzer-no-link-address-undefined/librootwatch.a
make --no-print-directory -s -j"$(nproc)" CC=clang SAN=fuzzer-no-link,address,undefined $library
libraries=$(make --no-print-directory -s --eval='print-libraries: ; @echo $(LIBS)' print-libraries)

mkdir -p build/fuzz
failed=0
for target in "${targets[@]}"; do
	corpus=build/fuzz/corpus-$target
	mkdir -p "$corpus"
	# shellcheck disable=SC2086 # several words each
	clang -std=gnu17 -D_GNU_SOURCE -g -O1 -fno-omit-frame-pointer -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all -Iinclude -Isrc -pthread -o "build/fuzz/$target" "tests/fuzz/$target.c" \
		${CJSON_SOURCE:-} $library $libraries
	case $target in
	fuzz_zone) seeds=/usr/share/zoneinfo/Europe options= ;;
	fuzz_config) seeds=tests/fixtures/config options= ;;
	*) seeds=tests/fixtures options=-dict=tests/fuzz/json.dict ;;
	esac
	log=build/fuzz/$target.log
	if "build/fuzz/$target" $options -max_total_time="$seconds" -max_len=16384 -timeout=10 -rss_limit_mb=1024 \
		-artifact_prefix="build/fuzz/$target-" -print_final_stats=1 "$corpus" "$seeds" >"$log" 2>&1; then
		echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs, nothing found"
	else
		echo "$target: FAILED, see $log"
		failed=1
	fi
done
exit $failed
