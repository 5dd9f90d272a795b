#!/bin/bash
# fresh.sh [COMMAND] - what has been committed, on a stock Debian 12.
#
# Makes one in a folder (debootstrap, minbase), clones HEAD into it and runs
# COMMAND there; without one: what tools/need.sh names is installed and
# everything that a user or a test runs is built, and the last line says
# "N passed, N failed".  The machine one works on has packages that a user's
# has not; here a missing one is found.
#
# Packages come from where this machine's apt and npm have theirs.  The bare
# system is kept in $FRESH_CACHE for the next time.  Needs root, debootstrap
# and about 3 GB; ends after $FRESH_S seconds.
set -eu
cd "$(dirname "$0")/.."

limit=${FRESH_S:-900}
cache=${FRESH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/liangcao-fresh}
base=$cache/bookworm

for needed in debootstrap unshare git; do
    command -v "$needed" >/dev/null ||
        { echo "fresh.sh: needs $needed"; echo "0 passed, 1 failed"; exit 1; }
done
[ "$(id -u)" = 0 ] ||
    { echo "fresh.sh: needs root"; echo "0 passed, 1 failed"; exit 1; }

dir=$(mktemp -d "${TMPDIR:-/tmp}/liangcao-fresh-XXXXXX")
trap 'rm -rf --one-file-system "$dir"' EXIT
trap 'exit 130' INT TERM

# The bare system, once: under another name until it is whole.
make_base() {
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | head -n 1)
    rm -rf --one-file-system "$base.new"
    mkdir -p "$base.new"
    debootstrap --variant=minbase --include=ca-certificates,make,git bookworm \
        "$base.new" "${mirror:-http://deb.debian.org/debian}" >"$cache/debootstrap.log" 2>&1 ||
        { tail -n 5 "$cache/debootstrap.log"; return 1; }
    # The same sources, certificates and ways out as this machine.
    cp -r /etc/apt/sources.list.d/. "$base.new/etc/apt/sources.list.d/" 2>/dev/null || true
    [ ! -s /etc/apt/sources.list ] || cp /etc/apt/sources.list "$base.new/etc/apt/"
    cp /etc/apt/apt.conf.d/99* "$base.new/etc/apt/apt.conf.d/" 2>/dev/null || true
    for file in /etc/resolv.conf /etc/hosts /etc/ssl/certs/ca-certificates.crt; do
        [ ! -e "$file" ] || cp -L "$file" "$base.new$file"
    done
    cp -r /usr/local/share/ca-certificates/. \
        "$base.new/usr/local/share/ca-certificates/" 2>/dev/null || true
    [ ! -f "$HOME/.npmrc" ] || cp "$HOME/.npmrc" "$base.new/root/"
    mv "$base.new" "$base"
}
mkdir -p "$cache"
[ -d "$base/usr" ] || make_base ||
    { echo "fresh.sh: no bare system could be made"; echo "0 passed, 1 failed"; exit 1; }

cp -a "$base/." "$dir/"
git clone -q . "$dir/home/liangcao"

# need.sh alone says what is installed; -O0 builds the same, sooner.
built='tools/need.sh build web test && make -s web &&
    SAN_OPT="-O0 -g" FUZZ_OPT="-O0 -g" OPT=-O0 tests/all.sh --build'

# Mounts of a namespace of its own go with it, however it ends.
status=0
timeout -k 10 "$limit" unshare --mount --propagation private bash -c '
    mount --bind /proc "$1/proc" && mount --bind /dev "$1/dev" &&
        exec chroot "$1" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
            HOME=/root TERM=dumb LANG=C.UTF-8 CI="${CI:-}" \
            NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt \
            npm_config_cafile=/etc/ssl/certs/ca-certificates.crt \
            bash -c "cd /home/liangcao && $2"' fresh "$dir" "${1:-$built}" || status=$?
[ "$status" = 0 ] || {
    [ "$status" != 124 ] || echo "fresh.sh: not done within $limit s"
    [ -n "${1:-}" ] || echo "0 passed, 1 failed"
}
exit "$status"
