#!/bin/bash
# walls.sh - tools/layers finds what is read or written across a wall in SQL.
#
# It is tried on a tree of two parts, one table each, and one statement.
set -u
cd "$(dirname "$0")/.." || exit 1
work=$(mktemp -d /tmp/liangcao-walls-XXXXXX)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/docs" "$work/src/db/schema" "$work/src/engine/dog"
passed=0 failed=0

# try SAYS READS STATEMENT PROMISE: the part dog, which reads READS, has the
# STATEMENT; layers says SAYS, or nothing when it is empty.
try() {
    printf 'CREATE TABLE cat (id BIGINT);\nCREATE TABLE dog (id BIGINT);\n' \
        >"$work/src/db/schema/0001_all.sql"
    {
        printf '| floor | folder | holds |\n| 4 | src/engine/* | |\n'
        printf '| 1 | src/base | |\n\n'
        printf '| part | tables | reads besides |\n| --- | --- | --- |\n'
        printf '| cat | %s | |\n| dog | dog | %s |\n' "${CAT-cat}" "$2"
    } >"$work/docs/ARCHITECTURE.md"
    printf '/* FROM cat */\nstatic const char find[] =\n%s;\n' "$3" \
        >"$work/src/engine/dog/dog.c"
    tools/layers "$work" >"$work/log" 2>&1
    if { [ -n "$1" ] || [ -s "$work/log" ]; } &&
        { [ -z "$1" ] || ! grep -qF "$1" "$work/log"; }; then
        echo "FAILED: $4"
        sed 's/^/    /' "$work/log"
        failed=$((failed + 1))
    else
        passed=$((passed + 1))
    fi
}

if tools/layers >"$work/log" 2>&1; then
    passed=$((passed + 1))
else
    echo "FAILED: the sources keep the walls"
    failed=$((failed + 1))
fi
try '' '' '"SELECT id FROM dog"' 'a part reads its own table'
try '' cat '"SELECT id FROM cat"' 'an edge that is told lets read'
try 'dog.c:3: reads cat' '' '"SELECT id FROM cat"' 'another table needs an edge'
try 'dog.c:3: reads cat' '' '"SELECT id FROM"
    " dog d JOIN cat c ON c.id = d.id"' 'a join counts, over two lines'
try 'dog.c:3: reads cat' '' '"SELECT id FROM dog d, cat c"' \
    'a list of tables counts'
try 'dog.c:3: reads cat' '' '"SELECT id FROM " NAME "dog WHERE EXISTS"
    " (SELECT 1 FROM cat)"' 'a macro between does not end a statement'
try 'writes cat' cat '"UPDATE cat SET id = 1"' 'no edge lets write'
try 'writes cat' cat '"INSERT INTO cat (id) SELECT id FROM cat"' \
    'nor add a row'
try 'writes cat' cat '"DELETE FROM cat WHERE id IN (SELECT id FROM cat)"' \
    'nor take one away'
try 'dog no longer reads cat' cat '"SELECT id FROM dog"' \
    'an edge nobody uses is told of'
CAT='' try 'the table cat is nobody' '' '"SELECT id FROM dog"' \
    'a table without a part is told of'
CAT='cat bird' try 'there is no table bird' '' '"SELECT id FROM dog"' \
    'so is a table that is not there'
CAT='cat dog' try 'two parts' '' '"SELECT id FROM dog"' \
    'and one that two parts have'

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
