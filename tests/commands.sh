#!/bin/bash
# commands.sh PROGRAM - what the command line promises.
set -u
program=$(realpath "$1")
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
passed=0 failed=0

# says CODE REGEX ARGUMENT...: the program ends so, and says that.
says() {
    local want=$1 words=$2 code
    shift 2
    "$program" "$@" >said 2>&1 </dev/null
    code=$?
    if [ "$code" = "$want" ] && grep -qE -- "$words" said; then return 0; fi
    echo "    liangcao $*: exit $code, not $want with /$words/:"
    sed 's/^/        /' said | head -8
    return 1
}
is() {
    local promise=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $promise"
    fi
}
# The configuration of the office o is LINES.
conf() { printf '%b' "$1" >o/liangcao.conf; }

unset LIANGCAO_LANG
"$program" init --data o >first || exit 1
printf '编码,名称,上级编码\nA,甲,Z\n' >units.csv
printf 'code,name,parent_code\nA,甲,Z\n' >english.csv

nothing_made() {
    says 5 '没有机关' import units units.csv &&
        says 5 '没有机关' import units --dry-run units.csv &&
        says 5 'no office' import catalogue --lang en units.csv &&
        [ ! -e office ]
}
is "an import makes no office where there is none" nothing_made

own_heads() {
    says 3 '^第 2 行，“上级编码”列：.*“Z”' import units --data o units.csv &&
        says 3 '^line 2, column 上级编码: .*“Z”' \
            import units --lang en --data o units.csv &&
        says 3 '“parent_code”列' import units --data o english.csv
}
is "a refused row is told by the column's name in the file" own_heads

cat >map.yaml <<'EOT'
source: old
prefix: OLD
time_zone: Asia/Shanghai
columns: {identity: id, submitted_at: asked}
EOT
mkdir -p many
for i in $(seq 300); do
    printf 'id,asked\n%s,2025-03-03 09:10\n' "$i" >"many/$i.csv"
done
printf 'id,asked\n1,yesterday\n' >bad.csv

requests() {
    says 3 '拒收 1 行' import requests --map map.yaml --dry-run --data o bad.csv &&
        says 0 '新增工单 300 张' import requests --map map.yaml --data o many/*.csv &&
        id=$(sed -n 's/.*import undo //p' said) &&
        says 0 '已有 300 张' import requests --map map.yaml --dry-run --data o \
            many/*.csv &&
        says 0 '已撤销' import undo --data o "$id" &&
        says 6 '' import undo --data o "$id" &&
        says 5 'absent.csv' import requests --map map.yaml --data o absent.csv &&
        printf 'sourse: x\n' >wrong.yaml &&
        says 3 'wrong.yaml.*第 1 行.*sourse' import requests --map wrong.yaml \
            --data o bad.csv
}
is "requests come in from hundreds of files, are refused by line, and undone" \
    requests

unknown_name() {
    conf '# a remark\n\nbackup.att = 03:00\n'
    says 2 '第 3 行.*backup\.att.*backup\.at”' check --data o &&
        says 2 'line 3.*limits\.head_s|backup\.at' serve --lang en --port 0 \
            --data o || return 1
    conf 'limits.head = 5\n'
    says 2 'limits\.head_s' password --data o sysadmin || return 1
    conf 'lang\n'
    says 2 '第 1 行' check --data o || return 1
    conf 'lang = en\nlang = zh\n'
    says 2 '2' check --data o || return 1
    conf 'jail = of\n'
    says 2 'on\|off\|log' serve --port 0 --data o
}
is "what liangcao.conf says and nobody knows is refused by name" unknown_name

bad_backup() {
    conf 'backup.at = 25:99\n'
    says 2 'liangcao\.conf: backup\.at' serve --port 0 --data o &&
        says 2 'liangcao\.conf: backup\.at' check --data o || return 1
    conf 'backup.keep = none\n'
    says 2 'liangcao\.conf: backup\.keep' check --data o
}
is "a wrong figure in liangcao.conf is the configuration's fault" bad_backup

from_environment() {
    conf ''
    (
        export LIANGCAO_BACKUP_AT=noon
        says 2 'backup\.at' check --data o
    )
}
is "the environment's word for a name with a dot has a _" from_environment
conf ''

# Each name of `help conf` has its row in the handbook, in both languages, and
# the other way round; each figure of the limits too.
handbook() {
    local page wrong=0
    "$program" help conf --lang en | sed -n 's/^\([a-z][a-z_.]*\)\( .*\)*$/\1/p' |
        sed 's/^limits\.//' | grep -v '^liangcao.conf$' | sort >known
    [ -s known ] || return 1
    for page in OPERATING.md OPERATING.zh.md; do
        awk '/^## (Configuration|配置|Limits|限额)/ { on = 1; next }
             /^## / { on = 0 }
             on && /^[|] `/ { split($0, cell, "|"); print cell[2] }' \
            "$here/docs/$page" | grep -oE '`[a-z_.]+`' | tr -d '`' |
            grep -v '^limits\.$' | sort >told
        diff known told && continue
        echo "    $page and liangcao help conf name other things"
        wrong=1
    done
    return $wrong
}
is "the handbook names what liangcao.conf may say, no more and no less" handbook

every_help() {
    local command
    for command in $("$program" help --lang en |
        sed -n 's/^  liangcao \([a-z]*\).*/\1/p'); do
        says 0 "^  liangcao $command" "$command" --help &&
            says 0 "^  liangcao $command" help "$command" || return 1
    done
    says 2 nonsense help nonsense && [ ! -e office ]
}
is "every command says by --help how it is used, and does nothing" every_help

versions() {
    says 0 '^liangcao [0-9]+\.[0-9]+' --version &&
        says 0 'SQLite [0-9.]+, libpq [0-9.]+' version
}
is "the program says which release it is and which libraries it has" versions

han() { LC_ALL=C.UTF-8 grep -P "$@" '\p{Han}'; }
one_language() {
    "$program" help --lang en >english
    "$program" help --lang zh >chinese
    [ -s english ] && ! sed 1d english | han -q &&
        ! grep '^      ' chinese | han -v
}
is "help is wholly in the language that was chosen" one_language

audit_speaks() {
    says 0 '审计记录 [0-9]+ 条，分属 [0-9]+ 条链，发现问题 0 处' \
        audit verify --data o &&
        says 0 '^尚无签名' audit verify --data o &&
        says 0 '[0-9]+ entries in [0-9]+ chains, 0 faults' \
            audit verify --lang en --data o &&
        says 0 '须保密' audit key audit.key --data o
}
is "what a verification counts is told in the reader's language" audit_speaks

# Three words of letters in a row are a sentence; how a command is used is none.
speaks_chinese() {
    "$program" "$@" </dev/null 2>&1 | grep -v '^ *liangcao [a-z]' |
        LC_ALL=C grep -E "[A-Za-z]+ [a-z']+ [a-z']+" || return 0
    echo "    of liangcao $*"
    return 1
}
one_voice() {
    local wrong=0
    "$program" init --data voice >/dev/null
    printf '编码,名称\nA,甲\n' >voice.csv
    while read -r line; do
        # shellcheck disable=SC2086
        speaks_chinese $line --data voice || wrong=1
    done <<'EOT'
check
audit verify
audit seal
audit heads
audit key voice.key
audit key voice.key
audit verify --key absent.pub
audit verify --expect absent
backup voice.db
backup voice.db
backup --verify voice.db
backup nodir/voice.db
import units voice.csv
import units absent.csv
import requests --map absent.yaml voice.csv
import undo 77
import catalogue voice.csv
export units voice.out
export nothing
export all voice.all
password sysadmin
password nobody
call --as nobody GET /orders
check --nonsense
init
demo --orders x
serve --port x
EOT
    speaks_chinese restore voice.db --data voice2 || wrong=1
    speaks_chinese restore absent.db --data voice3 || wrong=1
    speaks_chinese check --data voice2 || wrong=1
    speaks_chinese nonsense || wrong=1
    return $wrong
}
is "every sentence of every command is in the language that was chosen" one_voice

whole_key() {
    says 0 "audit\.key = $work/own\.key" audit key own.key --data o
}
is "the key is named as liangcao.conf needs it: from the root on" whole_key

is "a copy that cannot be put anywhere is no broken office" \
    says 5 nodir backup --data o --verify nodir/x.db
is "who has the folder may look before the first sign-in" \
    says 0 items call --data o --as sysadmin GET /settings
is "a tier of tests that does not exist is refused" \
    bash -c "! '$here/tests/all.sh' nonsense 2>said && grep -q nonsense said"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
