#!/bin/bash
# changed.sh [run] - which tests can tell of a fault in what was changed since
# main, or since SINCE=commit: prints TIERS and TESTS for tests/all.sh, or runs
# them.
#
# A change of a folder reaches the tests that include a header of it, and those
# of the folders that may see it (the edges of docs/ARCHITECTURE.md).  What lies
# beneath all engines reaches everything.  Blows, sieges and hours of torture
# are not chosen by it: they are for the whole, "make test".
set -eu
cd "$(dirname "$0")/.."

since=${SINCE:-$(git merge-base HEAD main)}
files=$(git diff --name-only "$since"; git ls-files -o --exclude-standard)

tiers="" folders="" tests="" whole=
also() { [[ " $tiers " == *" $1 "* ]] || tiers="$tiers $1"; }
reaches() { [[ " $folders " == *" $1 "* ]] || folders="$folders $1"; }
has_tier() { grep -q "^ *tier $1 " tests/all.sh; }

# The folders of FILE, and the tiers that it touches by itself.
place() {
    case $1 in
    src/engine/*/*) reaches "$(cut -d/ -f3 <<<"$1")" ;;
    src/solver/* | tests/solver/*) also solver ;;
    src/auth/* | src/job/* | src/http/* | src/api/* | src/demo/* | src/cli/*)
        reaches "$(cut -d/ -f2 <<<"$1")" ;;
    tests/unit/*_test.c | tests/engine/*_test.c | tests/fault/*_test.c)
        tests="$tests $(basename "$1")" ;;
    tests/api/*) also api-sqlite && also api-postgres ;;
    tests/fuzz/*.c) also "fuzz-$(basename "$1" .c)" ;;
    tests/live/*.c)
        if has_tier "$(basename "$1" .c)"; then
            also "$(basename "$1" .c)"
        else
            whole=yes
        fi ;;
    web/*) also web && also browser ;;
    data/languages/*) also quick-sources && also browser ;;
    docs/decisions/* | .gitignore | .clang-format | bench/*) ;;
    *.md | docs/*) also pages ;;
    *) whole=yes ;;
    esac
}

# Who may see FOLDER: "order -> catalog org".
seers() {
    sed -n "s/^    \([a-z]*\) -> .*\<$1\>.*/\1/p" docs/ARCHITECTURE.md
}

# Tests that include a header of FOLDER, be it by headers of their own.
tests_of() {
    local by="(engine/)?$1/" last="" headers
    while [ "$by" != "$last" ]; do
        last=$by
        headers=$(grep -lE "#include \"($by)" -r tests --include='*.h' | sort)
        by="(engine/)?$1/$(for h in $headers; do printf '|%s' "${h#tests/}"; done)"
    done
    grep -lE "#include \"($by)" -r tests --include='*_test.c' |
        xargs -r -n 1 basename
}

for file in $files; do
    place "$file"
done
# The list grows while it is walked.
done=""
while [ "$done" != "$folders" ]; do
    done=$folders
    for folder in $done; do
        for seer in $(seers "$folder"); do
            reaches "$seer"
        done
    done
done
for folder in $folders; do
    tests="$tests $(tests_of "$folder")"
done
if [ -n "$tests" ]; then
    also sqlite && also postgres
fi
if [ -n "$folders" ]; then
    for tier in quick-sources headers api-sqlite api-postgres openapi browser; do
        also $tier
    done
fi

if [ -n "$whole" ]; then
    tiers="" tests=""
elif [ -z "$tiers" ]; then
    echo "nothing was changed that a test looks at"
    exit 0
fi
TESTS=$(tr ' ' '\n' <<<"$tests" | sort -u | xargs)
export TESTS
echo "TIERS=\"${tiers# }\" TESTS=\"$TESTS\""
# shellcheck disable=SC2086
[ "${1:-}" != run ] || exec tests/all.sh $tiers
