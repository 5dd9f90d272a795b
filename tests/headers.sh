#!/bin/bash
# headers.sh - any headers of src may stand in one file, in any order.
#
# Each is compiled alone, so that it brings what it needs; then all of them in
# one file, forwards and backwards, so that no two declare one name.  What the
# solver's headers declare begins with sv_: it stands beneath engines that will
# want the plain words.  Headers for one folder only (inner.h) are tried like
# the others.
set -u
cd "$(dirname "$0")/.." || exit 1
work=$(mktemp -d /tmp/liangcao-headers-XXXXXX)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

flags="-std=c17 -Wall -Wextra -Werror -D_GNU_SOURCE -Isrc $(pkg-config --cflags \
    libmicrohttpd sqlite3 libpq jansson libsodium libcrypto icu-i18n libcyaml \
    cairo pangocairo)"
headers=$(cd src && find . -name '*.h' | sed 's|^\./||' | LC_ALL=C sort)

# told NAME: counts what the log says; an empty one is a pass.
told() {
    if [ -s "$work/log" ]; then
        echo "FAILED: $1"
        head -20 "$work/log"
        failed=$((failed + 1))
    else
        passed=$((passed + 1))
    fi
}

# shellcheck disable=SC2086
compile() {
    gcc $flags -fsyntax-only -x c "$@" 2>&1
}
export flags
export -f compile

# Pieces of a few, for the processors; a name in front says whose it is.
for header in $headers; do
    echo "#include \"$header\"" >"$work/$(echo "$header" | tr / -).c"
done
printf '%s\n' "$work"/*.c | xargs -P "$(nproc)" -n 8 bash -c 'compile "$@"' _ \
    >"$work/log"
told "a header that stands alone brings what it needs"

# shellcheck disable=SC2086
printf '#include "%s"\n' $headers >"$work/all.c"
compile "$work/all.c" >"$work/log"
told "all headers of src stand in one file"

tac "$work/all.c" >"$work/back.c"
compile "$work/back.c" >"$work/log"
told "all headers of src stand in one file, the last first"

# Members are their struct's own, a guard is of its file.
ctags -o - --languages=C --langmap=C:.h --c-kinds=defgpstuvx src/solver/*.h |
    awk -F'\t' '$1 !~ /^(sv_|SV_|SOLVER_[A-Z_]*_H$|__anon)/ {
        print $2 ": " $1 " does not begin with sv_"
    }' >"$work/log"
told "every name of the solver begins with sv_"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
