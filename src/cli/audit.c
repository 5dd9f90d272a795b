/* SPDX-License-Identifier: Apache-2.0 */
/* liangcao audit: verify, heads, seal, key; and what it keeps of copies. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/audit.h"
#include "api/route.h"
#include "base/words.h"
#include "cli/cli.h"
#include "engine/org/org.h"
#include "json/json.h"

static int
audit_usage(void)
{
    (void)fprintf(stderr, "liangcao audit verify [--expect FILE] [--key FILE]"
                          " [--chains] [--json]\n"
                          "liangcao audit heads [--json]\n"
                          "liangcao audit seal\n"
                          "liangcao audit key FILE\n");
    return EXIT_USAGE;
}

/* -- verify ------------------------------------------------------------------- */

static bool
show_progress(struct audit_check *k)
{
    cli_progress(k->report.part, k->report.done,
                 k->report.of > k->report.done ? k->report.of
                                               : k->report.done + 1);
    return true;
}

static void
print_report(struct office *o, const struct audit_check *k)
{
    const struct audit_report *r = &k->report;
    struct call *c = &o->call;
    struct audit_head *heads;
    size_t n;
    char at[25];

    (void)printf(words_in(c, "%lld entries in %lld chains, %lld faults\n"),
                 (long long)r->entries, (long long)r->chains,
                 (long long)r->faults);
    for (int64_t i = 0; i < r->faults && i < MAX_FOUND; i++)
        (void)printf("  %s\n", k->found[i]);
    instant_print(r->sealed_at, at);
    if (r->sealed_at.ms == 0)
        (void)printf("%s\n", words_in(c, "no seals"));
    else if (r->key == NULL)
        (void)printf(words_in(c,
                              "seals to %s, not checked: no key was given\n"),
                     at);
    else
        (void)printf(words_in(c,
                              "%lld seals checked by key %s, the newest of %s,"
                              " %lld entries behind it\n"),
                     (long long)r->seals, r->key, at, (long long)r->unsealed);
    if (k->models != NULL)
        (void)printf(words_in(c,
                              "%lld rows compared, %lld of them by covers\n"),
                     (long long)r->rows, (long long)r->covered);
    /* In the form --expect reads later. */
    if (audit_heads(&o->call, &heads, &n) == OK)
        (void)printf("%s", audit_heads_text(&o->call, heads, n));
}

static int
run_verify(struct office *o, struct audit_check *k, bool json)
{
    enum err e = audit_verify(&o->call, k);

    if (e != OK)
        return office_failed(o, e);
    if (json) {
        struct buf b = buf_make(o->arena, 0);
        struct json_out out = json_to(&b);

        model_write_json(&out, &audit_report_model, &k->report);
        (void)printf("%s\n", b.s);
    } else {
        print_report(o, k);
    }
    return k->report.faults == 0 ? EXIT_DONE : cli_exit(ERR_BROKEN);
}

enum err
audit_of_copy(struct call *c, const char *what, const char *path)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out out = json_to(&b);

    json_begin(&out);
    json_put_text(&out, "file", path);
    json_end(&out);
    return audit_write(c, what, NULL, 0, b.s);
}

/* What was signed since the backup is not in it, and that is said. */
static enum err
tell_restored(struct call *c, const char *file)
{
    struct audit_state state;
    int64_t from, to;

    TRY(audit_restored(c, file, &from, &to));
    if (to == 0)
        return OK;
    TRY(audit_state(c, &state));
    (void)printf(words_in(c, "The file of seals is newer than the backup: seals"
                             " %lld to %lld, and all that was done after the"
                             " backup, are not in the office any more. An"
                             " entry of the audit says so.\n"),
                 (long long)from, (long long)to);
    if (state.seals > to)
        (void)printf(words_in(c, "It is signed: seal %lld stands behind the"
                                 " file's last.\n"),
                     (long long)state.seals);
    return OK;
}

int
audit_of_restore(const char *dir, const char *from)
{
    char option[] = "--data", *copy = strdup(dir), *argv[] = { option, copy };
    struct args a = { 2, argv, "restore" };
    struct office o;
    int code = office_open(&o, &a, false);

    if (code == 0)
        code = office_failed(&o, tell_restored(&o.call, from));
    office_close(&o);
    free(copy);
    return code;
}

/* -- heads, seal, key --------------------------------------------------------- */

static int
print_heads(struct office *o, bool json)
{
    struct audit_head *h;
    size_t n;
    enum err e = audit_heads(&o->call, &h, &n);

    if (e != OK)
        return office_failed(o, e);
    if (json)
        (void)printf("{\"heads\":%s}\n", audit_heads_json(&o->call, h, n));
    else
        (void)printf("%s", audit_heads_text(&o->call, h, n));
    return EXIT_DONE;
}

static int
run_seal(struct office *o)
{
    struct audit_state s;
    int64_t done;
    enum err e = audit_seal(&o->call, &done);

    if (e == OK)
        e = audit_state(&o->call, &s);
    if (e != OK)
        return office_failed(o, e);
    (void)printf("%s\n",
                 s.line ? s.line : words_in(&o->call, "nothing to sign"));
    return EXIT_DONE;
}

/* For liangcao.conf, which is read wherever a service is started. */
static const char *
whole_path(struct arena *a, const char *file)
{
    char *whole = realpath(file, NULL);
    const char *copy = arena_text(a, whole ? whole : file);

    free(whole);
    return copy;
}

/* Before the office knows of the key: it is not opened. */
static int
make_key(struct args *a)
{
    struct office o = { .arena = arena_open() };
    const char *dir = cli_option(a, "data"), *verb = cli_operand(a),
               *file = verb ? cli_operand(a) : NULL, *name;
    int code = cli_end(a);

    o.call = *cli_voice();
    o.call.arena = o.arena;
    o.call.now = instant_now();
    if (code == 0)
        code = file == NULL
                   ? audit_usage()
                   : office_failed(&o,
                                   audit_make_key(&o.call, file,
                                                  dir ? dir : "office", &name));
    if (code == 0)
        (void)printf(cli_in(
                         "key %s\n"
                         "  %s      keep it secret: audit.key = %s in"
                         " liangcao.conf\n"
                         "  %s.pub  keep a copy elsewhere: it verifies what was"
                         " signed\n"),
                     name, file, whole_path(o.arena, file), file);
    arena_close(o.arena);
    return code;
}

static int
run_audit(struct office *o, struct audit_check *k, const char *verb, bool json)
{
    if (text_same(verb, "verify"))
        return run_verify(o, k, json);
    if (text_same(verb, "heads"))
        return print_heads(o, json);
    if (text_same(verb, "seal"))
        return run_seal(o);
    return audit_usage();
}

/* "key" is the first word, but for the folder. */
static bool
asks_for_key(const struct args *a)
{
    int i = 0;

    if (a->argc > 0 && strcmp(a->argv[0], "--data") == 0)
        i = 2;
    else if (a->argc > 0 && text_starts(a->argv[0], "--data="))
        i = 1;
    return i < a->argc && strcmp(a->argv[i], "key") == 0;
}

int
audit_command(int argc, char **argv)
{
    struct args a = { argc, argv, "audit" };
    bool json = cli_flag(&a, "json"), chains = cli_flag(&a, "chains");
    struct audit_check k = { .models = chains ? NULL : all_models(),
                             .rules = org_rules,
                             .expect = cli_option(&a, "expect"),
                             .key_file = cli_option(&a, "key"),
                             .go_on = show_progress };
    struct office o;
    const char *verb;
    int code;

    if (asks_for_key(&a))
        return make_key(&a);
    /* Who looks at the rows does not first cover them. */
    code = office_open_to_look(&o, &a);
    verb = cli_operand(&a);
    if (code == 0)
        code = cli_end(&a);
    if (code == 0)
        code = run_audit(&o, &k, verb, json);
    office_close(&o);
    return code;
}
