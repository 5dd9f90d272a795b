#!/bin/sh
# need.sh GROUP... - install the Debian packages that are missing, by name.
#
# Groups: build (the program), web (its interface), test, check, bench, fresh.
# Says what it installs; as root or through sudo.  Nothing is installed when
# everything is there, so it costs nothing to ask again.
set -eu

build="gcc make pkg-config libc6-dev libmicrohttpd-dev libsqlite3-dev libpq-dev
 libjansson-dev libsodium-dev libssl-dev libicu-dev libcyaml-dev libyaml-dev zlib1g-dev
 libseccomp-dev libzxcvbn-dev libbrotli-dev libcairo2-dev libpango1.0-dev libxlsxwriter-dev libzip-dev libexpat1-dev
 coinor-libclp-dev"
test="libcmocka-dev libglpk-dev coinor-cbc postgresql chromium fonts-noto-cjk clang
 libclang-rt-dev sqlite3 python3 python3-jsonschema
 openssl systemd universal-ctags"
check="clang-format clang-tidy cppcheck universal-ctags libcmocka-dev
 postgresql sqlite3"
bench="wrk sqlite3 curl unzip"
fresh="debootstrap git"

have() {
    dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^ii'
}

# Another source's Node is as good as Debian's, if it is 18 or newer.
has_node() {
    command -v npm >/dev/null 2>&1 &&
        node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 18 ? 1 : 0)' \
            2>/dev/null
}

wanted=
for group; do
    case $group in
    build) wanted="$wanted $build" ;;
    web) has_node || wanted="$wanted nodejs npm" ;;
    test) wanted="$wanted $test" ;;
    check) wanted="$wanted $check" ;;
    bench) wanted="$wanted $bench" ;;
    fresh) wanted="$wanted $fresh" ;;
    *)
        echo "need.sh: no such group: $group" >&2
        exit 2
        ;;
    esac
done

missing=
if command -v dpkg-query >/dev/null 2>&1; then
    for package in $wanted; do
        have "$package" || missing="$missing $package"
    done
else
    echo "need.sh: this is not Debian; these must be there:$wanted" >&2
    exit 0
fi
[ -n "$missing" ] || exit 0

echo "installing from Debian:$missing"
if [ "$(id -u)" = 0 ]; then
    as_root=
elif command -v sudo >/dev/null 2>&1; then
    as_root=sudo
else
    echo "need.sh: please install, as root: apt-get install$missing" >&2
    exit 1
fi
install() {
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 \
        -y --no-install-recommends install $missing >/dev/null
}
$as_root apt-get -qq update || true
install || { sleep 5; install; }
