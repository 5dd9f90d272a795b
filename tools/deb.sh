#!/bin/sh
# deb.sh VERSION - build/liangcao_VERSION_ARCH.deb from what make install puts
# in place; it depends on the packages of the libraries it is linked with.
set -eu
cd "$(dirname "$0")/.."
version=$1
arch=$(dpkg --print-architecture)
root=build/deb
rm -rf "$root"
"${MAKE:-make}" -s install DESTDIR="$root" PREFIX=/usr
mkdir -p "$root/DEBIAN" "$root/usr/share/doc/liangcao"
cp README.md README.zh.md docs/*.md "$root/usr/share/doc/liangcao/"
cp LICENSE "$root/usr/share/doc/liangcao/copyright"
strip "$root/usr/bin/liangcao"

# The package that owns each library the program names itself.
libraries() {
    objdump -p build/liangcao | awk '/NEEDED/ { print $2 }' |
        while read -r so; do
            path=$(ldd build/liangcao | awk -v so="$so" '$1 == so { print $3 }')
            dpkg -S "$(readlink -f "$path")" 2>/dev/null ||
                dpkg -S "$path" 2>/dev/null ||
                dpkg -S "/usr$path"
        done | sed 's/:.*//' | sort -u
}
depends=$(libraries | paste -sd, | sed 's/,/, /g')

cat >"$root/DEBIAN/control" <<END
Package: liangcao
Version: $version
Architecture: $arch
Maintainer: The makers of liangcao <liangcao@localhost>
Section: web
Priority: optional
Installed-Size: $(du -sk "$root/usr" | cut -f1)
Depends: adduser, $depends
Suggests: postgresql
Description: logistics service of a public office
 Repairs, cars, meetings, meals and badges are asked for at one desk, done
 within a promised time, accepted and rated by who asked. One program with
 its web interface inside, on SQLite or PostgreSQL.
END
cat >"$root/DEBIAN/postinst" <<'END'
#!/bin/sh
set -e
if [ "$1" = configure ]; then
    adduser --system --group --home /var/lib/liangcao --no-create-home --quiet liangcao
    if [ -d /run/systemd/system ]; then
        systemctl daemon-reload
        systemctl try-restart liangcao.service || true
    fi
fi
END
cat >"$root/DEBIAN/prerm" <<'END'
#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
    systemctl stop liangcao.service || true
fi
END
chmod 755 "$root/DEBIAN/postinst" "$root/DEBIAN/prerm"
dpkg-deb --root-owner-group --build "$root" "build/liangcao_${version}_$arch.deb"
