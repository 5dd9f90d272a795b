# liangcao: make | run | quick | test | check | bench | torture | fresh | install
# Packages of Debian 12 are installed by the commands that need them.
CC      ?= gcc
PKGS     = libmicrohttpd sqlite3 libpq jansson libsodium libcrypto icu-i18n icu-uc libcyaml yaml-0.1 zlib libbrotlienc cairo pangocairo xlsxwriter libzip expat libseccomp
WARN     = -std=c17 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
           -Wmissing-prototypes -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wpointer-arith \
           -Wcast-qual -Wimplicit-fallthrough -Wdouble-promotion -Wno-missing-braces \
           -Wno-missing-field-initializers -Wno-format-nonliteral
OPT     ?= -O2 -g
SAN     ?=
B       ?= build
# What compiler and linker offer against holes; not beside a sanitizer, which
# sees more, nor FORTIFY without the optimizer it works by; where a result is
# of no use, a cast says so.
HARD    := $(if $(SAN),,-fstack-protector-strong -fstack-clash-protection -fPIE \
           $(if $(filter x86_64,$(shell uname -m)),-fcf-protection) \
           $(if $(filter -O0,$(OPT)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -Wno-unused-result))
HARDLD  := $(if $(SAN),,-pie -Wl,-z,relro,-z,now)
CFLAGS  += $(WARN) $(OPT) $(HARD) $(SAN) -D_GNU_SOURCE -Isrc -I$(B)/gen $(PKG_CFLAGS)
LDLIBS   = $(shell pkg-config --libs $(PKGS)) -lClp -lzxcvbn -lm -lpthread
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)

SRC     := $(sort $(wildcard src/*.c src/*/*.c src/*/*/*.c))
OBJ     := $(SRC:%.c=$(B)/%.o) $(B)/gen/files.o
LIB     := $(filter-out $(B)/src/main.o,$(OBJ))
TESTS   := $(sort $(wildcard tests/unit/*.c tests/engine/*.c tests/engine/*/*.c tests/api/*.c tests/fault/*.c tests/*.c))
TESTOBJ := $(TESTS:%.c=$(B)/%.o)

all: $(B)/liangcao

$(B)/liangcao: $(OBJ)
	$(CC) $(SAN) $(HARDLD) -o $@ $(OBJ) $(LDLIBS)

# Its passwords cost little: tests/hash.c.
$(B)/test-runner: $(LIB) $(TESTOBJ)
	$(CC) $(SAN) -Wl,--wrap=crypto_pwhash_str_alg -o $@ $(LIB) $(TESTOBJ) -lcmocka -lssl $(LDLIBS)

$(B)/db-bench: $(filter $(B)/src/base/% $(B)/src/db/%,$(OBJ)) $(B)/gen/files.o $(B)/bench/db_bench.o
	$(CC) $(SAN) -o $@ $^ $(LDLIBS)

# What is tried against real servers: transcripts, kill -9, mad requests.
LIVE    := $(patsubst %.c,$(B)/%.o,$(sort $(wildcard tests/live/*.c)) tests/office.c tests/database.c)
$(B)/live: $(LIB) $(LIVE) $(B)/clock.so
	$(CC) $(SAN) -o $@ $(LIB) $(LIVE) -lcmocka -lssl $(LDLIBS)
# What is loaded before a server to shift its clock.
$(B)/clock.so: tests/live/preload/clock.c
	@mkdir -p $(@D)
	$(CC) $(WARN) -O2 -D_GNU_SOURCE -shared -fPIC -o $@ $<

# The program with the example of docs/TOUR.md in it, and what tries it: two
# nouns more in the register, their tables and their words.  Not shipped.
EX      := tests/engine/example
EXLIB   := $(filter-out $(B)/gen/files.o $(B)/src/api/nouns.o,$(LIB)) \
           $(B)/example/files.o $(B)/example/nouns.o $(B)/$(EX)/key.o $(B)/$(EX)/lending.o
$(B)/example/liangcao: $(EXLIB) $(B)/src/main.o
	$(CC) $(SAN) $(HARDLD) -o $@ $^ $(LDLIBS)
$(B)/example/live: $(EXLIB) $(LIVE) | $(B)/clock.so
	$(CC) $(SAN) -o $@ $^ -lcmocka -lssl $(LDLIBS)
$(B)/example/nouns.o: src/api/nouns.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -include $(EX)/lending.h -DLAST_NOUNS='&key_noun, &lending_noun, NULL' -MMD -MP -c -o $@ $<
$(B)/example/zh.json: data/languages/zh.json $(EX)/zh.json
	@mkdir -p $(@D)
	(sed '$$s/}/,/' data/languages/zh.json; sed '1s/{//' $(EX)/zh.json) >$@
$(B)/example/files.c: $(B)/gen/files.c $(B)/example/zh.json $(EX)/key.sql $(EX)/lending.sql
	$(B)/embed web/dist $(filter-out data/languages/zh.json,$(EMBED)) data/languages/zh.json=$(B)/example/zh.json \
	    src/db/schema/9001_key.sql=$(EX)/key.sql src/db/schema/9002_lending.sql=$(EX)/lending.sql >$@
$(B)/example/files.o: $(B)/example/files.c
	$(CC) -std=c17 -O0 -Isrc -c -o $@ $<
-include $(B)/example/nouns.d

# One fuzzer for each file of tests/fuzz; with B=build/fuzz CC=clang SAN=...
FUZZ    := $(patsubst tests/fuzz/%.c,$(B)/fuzz-%,$(sort $(wildcard tests/fuzz/*.c)))
fuzzers: $(FUZZ)
$(FUZZ): $(B)/fuzz-%: $(B)/tests/fuzz/%.o $(LIB)
	$(CC) $(SAN) -fsanitize=fuzzer -o $@ $< $(LIB) $(LDLIBS)
.PRECIOUS: $(B)/tests/fuzz/%.o
-include $(wildcard $(B)/tests/fuzz/*.d)

# Which release it is, and of which commit, where that is known; made anew when
# either changes.
VERSION ?= 0.1.0
COMMIT  := $(shell git describe --always --abbrev=12 --dirty=+ --exclude='*' 2>/dev/null)
$(B)/src/base/release.o: CFLAGS += -DRELEASE='"$(VERSION)"' -DCOMMIT='"$(COMMIT)"'
$(B)/src/base/release.o: $(B)/release.stamp
$(shell mkdir -p $(B); echo '$(VERSION) $(COMMIT)' | cmp -s - $(B)/release.stamp || echo '$(VERSION) $(COMMIT)' >$(B)/release.stamp)
$(B)/release.stamp: ;

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<
$(B)/tests/%.o: CFLAGS += -Itests

# Files that live inside the program: schema, languages, data, the interface.
EMBED   := $(sort $(wildcard src/db/schema/*.sql data/languages/*.json data/catalogue/*.yaml data/calendars/*.json data/maps/*.yaml data/words/*.txt))
WEBDIST := $(shell find web/dist 2>/dev/null)
$(B)/gen/files.c: $(B)/embed $(EMBED) $(sort $(dir $(EMBED))) $(WEBDIST)
	@mkdir -p $(@D)
	$(B)/embed web/dist $(EMBED) > $@.new
	mv $@.new $@
$(B)/gen/files.o: $(B)/gen/files.c
	$(CC) -std=c17 -O0 -Isrc -c -o $@ $<
$(B)/embed: tools/embed.c
	@mkdir -p $(@D)
	$(CC) $(WARN) -O2 -D_GNU_SOURCE -o $@ $< $(shell pkg-config --cflags --libs libbrotlienc zlib libcrypto)

# The interface, built from its lock file; again only when something changed.
WEBSRC  := $(shell find web -name node_modules -prune -o -name dist -prune -o -name shots -prune -o -type f -print)
web: build/web.stamp
build/npm.stamp: web/package.json web/package-lock.json
	@mkdir -p $(@D)
	cd web && npm ci --no-audit --no-fund
	@touch $@
# What the interface's sources are checked against: the description that the
# program gives of itself, and the types made from it.
types: build/web/api.d.ts
build/web/openapi.json: $(B)/liangcao
	@mkdir -p $(@D)
	$(B)/liangcao routes --openapi >$@
build/web/api.d.ts: build/web/openapi.json build/npm.stamp
	web/node_modules/.bin/openapi-typescript $< -o $@ >/dev/null
build/web.stamp: build/npm.stamp $(WEBSRC)
	cd web && npm run build
	@touch $@

# A demo office in ./office on the first start, served on 127.0.0.1:8080, or
# on another port: make run PORT=9000
run:
	@tools/need.sh build web
	@$(MAKE) -s --no-print-directory web
	@$(MAKE) -s -j$$(nproc) --no-print-directory $(B)/liangcao
	@test -e office/main.db || $(B)/liangcao demo --data office >/dev/null
	@exec $(B)/liangcao serve --data office --port $(or $(PORT),8080) --quiet

# Every tier of tests; ends with "N passed, N failed".  TIERS="a b" names some.
test:
	@tools/need.sh build web test
	@$(MAKE) -s --no-print-directory web
	@MAKE=$(MAKE) tests/all.sh $(TIERS)

# What every commit runs, in less than two minutes.
quick:
	@tools/need.sh build web test
	@$(MAKE) -s --no-print-directory web
	@MAKE=$(MAKE) tests/all.sh quick

# What can tell of a fault in what was changed since main, or SINCE=commit.
changed:
	@tools/need.sh build web test
	@$(MAKE) -s --no-print-directory web
	@MAKE=$(MAKE) tests/changed.sh run

# A stock Debian 12 in a folder: do the packages that tools/need.sh names build
# everything that is run, by a user or by a test?  As root.
fresh:
	@tools/need.sh fresh
	@tools/fresh.sh

# Layers, budgets, words, SQL, format and what the analysers say.
check:
	@tools/need.sh build web check
	@tools/check.sh

# How much of the engines the tests run through; fails below what it should be.
coverage:
	@tools/need.sh build web test
	@$(MAKE) -s -j$$(nproc) --no-print-directory B=build/coverage OPT='-O0 -g' SAN=--coverage build/coverage/test-runner
	@find build/coverage -name '*.gcda' -delete
	@build/coverage/test-runner >build/coverage/test.log 2>&1 || { grep -a 'FAILED' build/coverage/test.log; exit 1; }
	@tools/coverage build/coverage

# Do the engines' tests notice one thing that is wrong?  MUTANTS=200 SEED=7
# ENGINE=order
MUTANT_B = build/mutants
mutants:
	@tools/need.sh build web test
	@$(MAKE) -s -j$$(nproc) --no-print-directory B=$(MUTANT_B) OPT=-O1 $(MUTANT_B)/test-runner $(MUTANT_B)/mutate
	@$(MAKE) -s --no-print-directory B=$(MUTANT_B) OPT=-O1 try-mutants
try-mutants:
	@B='$(B)' COMPILE='$(CC) $(CFLAGS)' LINK='$(CC)' OBJECTS='$(LIB) $(TESTOBJ)' LIBS='-lcmocka -lssl $(LDLIBS)' \
	    MUTANTS='$(MUTANTS)' SEED='$(SEED)' ENGINE='$(ENGINE)' tools/mutants
$(B)/mutate: tools/mutate.c
	@mkdir -p $(@D)
	$(CC) $(WARN) -O2 -D_GNU_SOURCE -o $@ $<
.PHONY: coverage mutants try-mutants

# As many kills as you like: make torture KILLS=1000
torture: $(B)/liangcao $(B)/live
	$(B)/live torture $(B)/liangcao $(or $(KILLS),500)

# Hostile clients and blows from outside, as long as you like, and one judge:
# make siege MINUTES=60 [CLIENTS=100] [SEED=n] [SIEGE_DB=postgres]
#            [PROGRAM=build/asan/liangcao]
siege: $(B)/liangcao $(B)/live
	@tools/need.sh test
	PG_OPTIONS="-c synchronous_commit=on" \
	$(if $(filter postgres,$(SIEGE_DB)),tests/postgres.sh run) $(B)/live siege \
	    $(or $(PROGRAM),$(B)/liangcao) $$(( $(or $(MINUTES),5) * 60 )) \
	    $(or $(CLIENTS),100) $(SEED)

clean:
	rm -rf build

-include $(OBJ:.o=.d) $(TESTOBJ:.o=.d) $(LIVE:.o=.d)

$(B)/bare: bench/bare.c $(filter $(B)/src/base/%,$(OBJ)) $(B)/gen/files.o
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)

# Every figure of the targets, beside its comparison taken in the same run.
bench:
	@tools/need.sh build web bench
	@$(MAKE) -s --no-print-directory web
	@$(MAKE) -s -j$$(nproc) --no-print-directory $(B)/liangcao $(B)/bare
	@bench/run.sh

# The program, its manual page, the completion and the unit of systemd.
PREFIX  ?= /usr
BINDIR   = $(DESTDIR)$(PREFIX)/bin
install:
	@tools/need.sh build web
	@$(MAKE) -s --no-print-directory web
	@$(MAKE) -s --no-print-directory $(B)/liangcao
	install -D -m 755 $(B)/liangcao $(BINDIR)/liangcao
	$(B)/liangcao help --man >$(B)/liangcao.1
	install -D -m 644 $(B)/liangcao.1 $(DESTDIR)$(PREFIX)/share/man/man1/liangcao.1
	$(B)/liangcao help --completion >$(B)/liangcao.bash
	install -D -m 644 $(B)/liangcao.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/liangcao
	sed 's|/usr/bin/|$(PREFIX)/bin/|' contrib/liangcao.service >$(B)/liangcao.service
	install -D -m 644 $(B)/liangcao.service $(DESTDIR)$(PREFIX)/lib/systemd/system/liangcao.service
deb:
	@MAKE=$(MAKE) tools/deb.sh $(VERSION)

# The description of the API that is kept in docs/api, made anew.
openapi: $(B)/liangcao
	@tools/openapi --write

# What is written about the program, against the program.
pages: $(B)/liangcao
	@tests/pages.sh
check: pages

.PHONY: fresh siege deb openapi types pages all clean fuzzers web run test quick changed check bench torture install

# The solver's table of gaps; SHARE=whole runs every seed and limit (hours).
bench-solver: $(B)/liangcao
	@bench/solver/run.sh $(SHARE)
.PHONY: bench-solver
