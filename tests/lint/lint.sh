#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a reviewer should not have to look for. One line per check; what is wrong stands above its FAIL line.
# tests/lint/lint.sh [CHECK...]: all of them, or those named.
set -uo pipefail
cd "$(dirname "$0")/../.."

jobs=$(nproc)
# The flags of the build, so that the two cannot differ.
eval "flags=($(make -s --eval='print-flags: ; @: $(info $(ALL_CFLAGS))' print-flags))"
flags+=(-Werror)

mapfile -t sources < <(find src tests -name '*.c' ! -path 'src/notifiers/*' | sort)
mapfile -t notifiers < <(find src/notifiers -name '*.c' 2>/dev/null | sort)
mapfile -t headers < <(find include src tests -name '*.h' | sort)

# each COMMAND... -- FILE...: runs the command once per file, in parallel; fails when one does
each() {
	local command=()
	while [ "$1" != -- ]; do
		command+=("$1")
		shift
	done
	shift
	[ $# = 0 ] || printf '%s\0' "$@" | xargs -0 -n1 -P"$jobs" "${command[@]}"
}

# Notifiers see the public headers alone, here as in the build.
check_gcc() {
	each gcc "${flags[@]}" -Iinclude -Isrc -Itests -c -o /dev/null -- "${sources[@]}" &&
		each gcc "${flags[@]}" -Iinclude -c -o /dev/null -- "${notifiers[@]}"
}

check_clang() {
	each clang "${flags[@]}" -Iinclude -Isrc -Itests -fsyntax-only -- "${sources[@]}" &&
		each clang "${flags[@]}" -Iinclude -fsyntax-only -- "${notifiers[@]}"
}

check_headers() {
	each gcc "${flags[@]}" -Iinclude -Isrc -Itests -x c -fsyntax-only -- "${headers[@]}"
}

check_format() {
	clang-format --dry-run -Werror "${sources[@]}" "${notifiers[@]}" "${headers[@]}"
}

check_layering() {
	/usr/bin/python3 tests/lint/source.py layering
}

check_banned() {
	/usr/bin/python3 tests/lint/source.py banned
}

check_sizes() {
	/usr/bin/python3 tests/lint/source.py sizes
}

# The tests are left to the compilers: cmocka's macros look like bugs to an analyser.
check_tidy() {
	mapfile -t product < <(find src -name '*.c' | sort)
	printf '%s\0' "${product[@]}" |
		xargs -0 -P"$jobs" -I{} clang-tidy --quiet --warnings-as-errors='*' {} -- "${flags[@]}" -Iinclude -Isrc \
			2> >(grep -vE '^[0-9]+ warnings? (generated|treated)|^Suppressed|^Use -header' >&2)
}

check_cppcheck() {
	local suppressed=(
		--suppress=missingIncludeSystem
		--suppress=varFuncNullUB # NULL is a pointer in glibc, and the sentinel attribute has the compilers look
		--suppress=memleak       # does not know that SCOPED() frees; LeakSanitizer runs with every test
		--suppress=resourceLeak  # likewise
	)
	cppcheck --quiet -j "$jobs" --enable=warning,portability,performance --inline-suppr --error-exitcode=1 \
		--std=c11 "${suppressed[@]}" -D_GNU_SOURCE -DROOTWATCH_VERSION='"0"' -Iinclude -Isrc src
}

checks=("$@")
[ $# -gt 0 ] || checks=(gcc clang headers format layering banned sizes tidy cppcheck)
failed=0
for check in "${checks[@]}"; do
	start=$SECONDS
	if output=$("check_$check" 2>&1); then
		echo "ok    $check ($((SECONDS - start)) s)"
	else
		printf '%s\n' "$output"
		echo "FAIL  $check"
		failed=1
	fi
done
exit $failed
