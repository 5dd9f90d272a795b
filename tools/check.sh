#!/bin/bash
# check.sh - what make check does: layers, budgets, words and SQL of the
# sources, their format, the compilers' and clang-tidy's warnings.
#
# CHECK="layers words" runs those only.  clang-tidy and -fanalyzer take every
# file of src, or with SINCE=commit those changed since.
set -u
cd "$(dirname "$0")/.." || exit 1
logs=build/check
mkdir -p "$logs"
passed=0 failed=0

check() {
    local name=$1 began=$SECONDS
    shift
    [ -z "${CHECK:-}" ] || [[ " $CHECK " == *" $name "* ]] || return 0
    if "$@" >"$logs/$name.log" 2>&1; then
        passed=$((passed + 1))
        printf '%-10s good  (%d s)  %s\n' "$name" $((SECONDS - began)) \
            "$(tail -1 "$logs/$name.log")"
    else
        failed=$((failed + 1))
        printf '%-10s NOT GOOD (%d s)\n' "$name" $((SECONDS - began))
        tail -n 30 "$logs/$name.log" | sed 's/^/    /'
        echo "    ... all of it is in $logs/$name.log"
    fi
}

changed() {
    if [ -n "${SINCE:-}" ]; then
        git diff --name-only "$SINCE" -- 'src/*.c' | xargs -r ls -d 2>/dev/null
    else
        find src -name '*.c'
    fi | sort
}
flags="-std=c17 -D_GNU_SOURCE -Isrc $(pkg-config --cflags libmicrohttpd sqlite3 libpq \
    jansson libsodium libcrypto icu-i18n libcyaml cairo pangocairo)"

format() {
    find src tests bench tools -name '*.[ch]' -print0 |
        xargs -0 clang-format --dry-run --Werror
}
tidy() {
    # shellcheck disable=SC2086
    changed | xargs -P "$(nproc)" -n 8 -I{} clang-tidy --quiet {} -- $flags
}
# gcc's own analysis of paths; that of gcc 12 sees some that cannot be, so it
# is advice.
analyze() {
    # shellcheck disable=SC2086
    changed | xargs -P "$(nproc)" -I{} gcc $flags -O1 -fanalyzer -c \
        -o /dev/null {} 2>&1
    echo "$(grep -c 'warning:.*Wanalyzer' "$logs/analyzer.log") to look at"
}
# What every build warns of, as errors.
warnings() {
    make -s -j"$(nproc)" B=build/check/werror OPT=-O2 \
        SAN="-Werror -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wrestrict" \
        build/check/werror/liangcao build/check/werror/test-runner
}
# Advice only.
advice() {
    cppcheck --quiet --std=c11 --enable=warning,performance,portability \
        --inline-suppr --suppress=missingIncludeSystem -Isrc src
    true
}
# The interface: its types, eslint's rules, prettier's layout.
web() {
    make -s --no-print-directory build/npm.stamp && (cd web && npm run -s check)
}

check layers tools/layers
check budget tools/budget
check words tools/words
check format format
check warnings warnings
check sql tools/sql build/check/werror/liangcao
check web web
check analyzer analyze
check tidy tidy
check advice advice
echo "$passed passed, $failed failed"
[ $failed = 0 ]
