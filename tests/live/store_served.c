/* SPDX-License-Identifier: Apache-2.0 */
/* A server whose files are taken away, replaced or cut, whose disk is full, and
   its nightly backups. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

#include "base/base.h"
#include "store.h"

#define SOON_MS 10000 /* a generous bound for what happens within a second */

static void
pause_ms(long ms)
{
    struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

    (void)nanosleep(&t, NULL);
}

/* A copy of the office that its accounts' tokens fit, in a folder of its own. */
static struct live_office
office_in(const struct store_try *t, const char *dir)
{
    struct live_office o = t->office;
    struct said s = TELL(t->program, "restore", "--data", dir, t->backup);

    ASSERT(s.code == 0);
    (void)snprintf(o.dir, sizeof o.dir, "%s", dir);
    return o;
}

static int
ask_order(const struct live_office *o, uint16_t port, bool key, char *says,
          size_t n)
{
    struct http h;
    struct answer a;
    char head[300];
    const char *body = "{\"item_code\":\"A04\",\"description\":\"lamp\"}";
    int status;

    http_open(&h, port);
    (void)snprintf(head, sizeof head, "Authorization: Bearer %s\r\n%s",
                   token_of(o, "wang"),
                   key ? "Idempotency-Key: one\r\nAccept-Language: en\r\n"
                       : "Accept-Language: en\r\n");
    a = http_ask(&h, "POST", "/api/v1/orders", head, body, strlen(body));
    status = a.status;
    if (says != NULL)
        (void)snprintf(says, n, "%s", a.body ? a.body : "");
    answer_free(&a);
    http_close(&h);
    return status;
}

static int
get(const struct live_office *o, uint16_t port, const char *account,
    const char *path, char *says, size_t n)
{
    struct http h;
    struct answer a;
    int status;

    http_open(&h, port);
    a = http_tell(&h, account ? token_of(o, account) : "", "GET", path, NULL);
    status = a.status;
    if (says != NULL)
        (void)snprintf(says, n, "%s", a.body ? a.body : "");
    answer_free(&a);
    http_close(&h);
    return status;
}

/* /readyz answers so, with WORDS in what it says, within a generous time; what
   it said last goes to SAYS. */
static bool
says_soon(const struct live_office *o, uint16_t port, int status,
          const char *words, char *says, size_t n)
{
    char own[500] = "";

    for (int ms = 0; ms < SOON_MS; ms += 50) {
        int now = get(o, port, NULL, "/readyz", own, sizeof own);

        if (says != NULL)
            (void)snprintf(says, n, "%s", own);
        if (now == status && strstr(own, words) != NULL)
            return true;
        pause_ms(50);
    }
    return false;
}

static bool
becomes(const struct live_office *o, uint16_t port, int status, char *says,
        size_t n)
{
    return says_soon(o, port, status, "", says, n);
}

/* -- the files beneath it --------------------------------------------------------- */

static void
remove_files(const struct store_try *t, const char *dir)
{
    (void)t;
    (void)unlink(text("%s/main.db", dir));
    (void)unlink(text("%s/main.db-wal", dir));
    (void)unlink(text("%s/main.db-shm", dir));
}

static void
remove_database(const struct store_try *t, const char *dir)
{
    (void)t;
    (void)unlink(text("%s/main.db", dir));
}

static void
remove_log(const struct store_try *t, const char *dir)
{
    (void)t;
    (void)unlink(text("%s/main.db-wal", dir));
}

static void
move_away(const struct store_try *t, const char *dir)
{
    (void)t;
    (void)rename(text("%s/main.db", dir), text("%s/old.db", dir));
}

static void
replace(const struct store_try *t, const char *dir)
{
    copy_file(t->backup, text("%s/new.db", dir));
    (void)rename(text("%s/new.db", dir), text("%s/main.db", dir));
}

static void
cut_short(const struct store_try *t, const char *dir)
{
    (void)t;
    ASSERT(truncate(text("%s/main.db", dir), 8192) == 0);
}

static const struct harm {
    const char *what;
    void (*harm)(const struct store_try *t, const char *dir);
    bool reads; /* it goes on reading */
    /* The next start: what was answered is there; it is refused; or, where a
       database stands beside the log of another, nobody knows. */
    enum { COMES, REFUSED, UNKNOWN } next;
} harms[] = {
    { "all files are removed", remove_files, true, REFUSED },
    { "main.db is removed", remove_database, true, REFUSED },
    { "the log is removed", remove_log, true, COMES },
    { "main.db is moved away", move_away, true, REFUSED },
    { "main.db is replaced", replace, true, UNKNOWN },
    { "main.db is cut short", cut_short, false, REFUSED },
};

/* At the next start there is a good office or a refusal, never an empty one. */
static void
try_next_start(struct store_try *t, const struct live_office *o,
               const struct harm *h)
{
    struct said s = TELL(t->program, "check", "--data", o->dir);

    if (h->next == UNKNOWN)
        return;
    (void)score(&t->score, (s.code == 0) == (h->next == COMES),
                "%s: the next start says so: %d %s", h->what, s.code, s.text);
    if (s.code != 0) {
        s = TELL(t->program, "init", "--data", o->dir);
        (void)score(&t->score, s.code != 0, "%s: and no new office is made: %s",
                    h->what, s.text);
    }
}

static void
try_harm(struct store_try *t, const struct harm *h)
{
    struct live_office o = office_in(t, text("%s/harm", t->dir));
    char says[500] = "";
    struct server s;
    int good = 0;

    if (!score(&t->score, server_start(&s, t->program, &o), "it is served"))
        return;
    (void)score(&t->score, ask_order(&o, s.port, false, NULL, 0) == 201,
                "an order is taken");
    (void)score(&t->score, becomes(&o, s.port, 200, NULL, 0), "it is ready");
    h->harm(t, o.dir);
    for (int i = 0; i < 20; i++)
        good += ask_order(&o, s.port, i % 2 == 0, says, sizeof says) / 100 == 2;
    (void)score(&t->score, good == 0, "%s: %d of 20 orders are answered well",
                h->what, good);
    (void)score(&t->score,
                strstr(says, "\"away\"") && strstr(says, "nothing was changed"),
                "%s: it is told in words: %s", h->what, says);
    (void)score(&t->score,
                says_soon(&o, s.port, 503, "started anew", says, sizeof says),
                "%s: it is not ready, and says why: %s", h->what, says);
    if (h->reads)
        (void)score(&t->score,
                    get(&o, s.port, "wang", "/api/v1/orders", NULL, 0) == 200,
                    "%s: reading goes on", h->what);
    (void)score(&t->score, get(&o, s.port, NULL, "/healthz", NULL, 0) == 200,
                "%s: the process lives", h->what);
    (void)server_stop(&s, SIGTERM);
    try_next_start(t, &o, h);
    if (system(text("rm -rf '%s'", o.dir)) != 0)
        (void)printf("rm failed\n");
}

/* Without a request, too. */
static void
try_quiet_loss(struct store_try *t)
{
    struct live_office o = office_in(t, text("%s/quiet", t->dir));
    char says[3000] = "";
    struct server s;

    if (!score(&t->score, server_start(&s, t->program, &o), "it is served"))
        return;
    move_away(t, o.dir);
    (void)score(&t->score, becomes(&o, s.port, 503, says, sizeof says),
                "a file that is gone is seen without any change: %s", says);
    struct said r = TELL(t->program, "restore", "--data", o.dir, t->backup);
    (void)score(&t->score,
                r.code == 6 && strstr(r.text, "being served")
                    && !is_there(text("%s/main.db", o.dir)),
                "nothing is restored beneath a server: %d %s", r.code, r.text);
    (void)get(&o, s.port, "sysadmin", "/api/v1/health", says, sizeof says);
    (void)score(&t->score,
                strstr(says, "\"database\"") && strstr(says, "\"bad\""),
                "its health tells the administrators: %s", says);
    (void)server_stop(&s, SIGTERM);
    r = TELL(t->program, "restore", "--data", o.dir, t->backup);
    (void)score(&t->score, r.code == 6 && strstr(r.text, "main.db-wal"),
                "nor on the log that it left: %s", r.text);
    remove_files(t, o.dir);
    r = TELL(t->program, "restore", "--data", o.dir, t->backup);
    (void)score(&t->score, r.code == 0, "once all is away it is: %s", r.text);
    if (system(text("rm -rf '%s'", o.dir)) != 0)
        (void)printf("rm failed\n");
}

/* A column that somebody renames beneath it: what reads it fails, so a balancer
   must not send anybody here; renamed back, all is well. */
static void
try_renamed(struct store_try *t)
{
    struct live_office o = office_in(t, text("%s/renamed", t->dir));
    const char *file = text("%s/main.db", o.dir);
    char says[500] = "";
    struct server s;

    if (!score(&t->score, server_start(&s, t->program, &o), "it is served"))
        return;
    (void)score(&t->score, becomes(&o, s.port, 200, NULL, 0), "it is ready");
    (void)score(&t->score,
                run_sql(file, "ALTER TABLE crew RENAME COLUMN code TO other"),
                "a column is renamed");
    (void)score(&t->score,
                says_soon(&o, s.port, 503, "the table crew", says, sizeof says),
                "a renamed column is told by /readyz: %s", says);
    (void)score(&t->score,
                run_sql(file, "ALTER TABLE crew RENAME COLUMN other TO code"),
                "it is named back");
    (void)score(&t->score, becomes(&o, s.port, 200, says, sizeof says),
                "and it is ready again: %s", says);
    (void)server_stop(&s, SIGTERM);
    if (system(text("rm -rf '%s'", o.dir)) != 0)
        (void)printf("rm failed\n");
}

/* -- a full disk -------------------------------------------------------------------- */

static int
count_lines(const char *path, const char *word)
{
    FILE *f = fopen(path, "r");
    char line[2000];
    int n = 0;

    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        n += strstr(line, word) != NULL;
    if (f != NULL)
        (void)fclose(f);
    return n;
}

/* The cookie of an answer as the header that sends it back. */
static const char *
cookie_of(const struct answer *a)
{
    const char *set = answer_header(a, "Set-Cookie");

    return set ? text("Cookie: %.*s\r\n", (int)strcspn(set, ";"), set) : "";
}

static void
try_sign_in(struct store_try *t, uint16_t port, const char **cookie)
{
    static const char right[] =
        "{\"account\":\"wang\",\"password\":\"Liang-cao9\"}";
    static const char wrong[] =
        "{\"account\":\"wang\",\"password\":\"Liang-cao8\"}";
    static const char json[] = "Content-Type: application/json\r\n";
    struct http h;
    struct answer a;

    http_open(&h, port);
    a = http_ask(&h, "POST", "/api/v1/session", json, wrong, strlen(wrong));
    (void)score(&t->score, a.status == 401,
                "a wrong password is wrong on a full disk: %d %s", a.status,
                a.body);
    answer_free(&a);
    a = http_ask(&h, "POST", "/api/v1/session", json, right, strlen(right));
    (void)score(&t->score, a.status == 201,
                "one can sign in on a full disk: %d %s", a.status, a.body);
    *cookie = cookie_of(&a);
    answer_free(&a);
    a = http_ask(&h, "GET", "/api/v1/orders", *cookie, NULL, 0);
    (void)score(&t->score, a.status == 200, "and read: %d %s", a.status,
                a.body);
    answer_free(&a);
    http_close(&h);
}

static int
get_with(uint16_t port, const char *cookie)
{
    struct http h;
    struct answer a;
    int status;

    http_open(&h, port);
    a = http_ask(&h, "GET", "/api/v1/orders", cookie, NULL, 0);
    status = a.status;
    answer_free(&a);
    http_close(&h);
    return status;
}

/* Orders until one is refused; false when none ever is. */
static bool
use_up(const struct live_office *o, uint16_t port, char *says, size_t n)
{
    for (int i = 0; i < 500; i++)
        if (ask_order(o, port, false, says, n) == 507)
            return true;
    return false;
}

static void
try_full_served(struct store_try *t, const char *small,
                const struct live_office *o, struct server *s)
{
    const char *log = text("%s/server.log", o->dir), *cookie = "";
    char says[1000] = "";
    int status;

    fill_disk(small);
    (void)score(&t->score, use_up(o, s->port, says, sizeof says),
                "a full disk is told as 507: %s", says);
    (void)score(&t->score,
                strstr(says, "\"full\"") && strstr(says, "nothing was changed"),
                "in words: %s", says);
    (void)score(&t->score,
                says_soon(o, s->port, 503, "the disk is full", says,
                          sizeof says),
                "it is not ready while it lasts: %s", says);
    (void)score(&t->score,
                get(o, s->port, "wang", "/api/v1/orders", NULL, 0) == 200,
                "reading goes on");
    try_sign_in(t, s->port, &cookie);
    for (int i = 0; i < 20; i++)
        (void)ask_order(o, s->port, i % 2 == 0, NULL, 0);
    (void)score(&t->score, count_lines(log, " error ") <= 2,
                "the log has a line when it begins, not one a request");
    (void)unlink(text("%s/fill", small));
    (void)score(&t->score, becomes(o, s->port, 200, says, sizeof says),
                "with room it is ready again by itself: %s", says);
    status = ask_order(o, s->port, false, says, sizeof says);
    (void)score(&t->score, status == 201, "and takes orders: %d %s", status,
                says);
    (void)score(&t->score, get_with(s->port, cookie) == 200,
                "who signed in meanwhile is still signed in");
}

static void
try_full(struct store_try *t)
{
    const char *small = text("%s/full", t->dir);
    struct live_office o;
    struct server s;

    if (!mount_small(small, 24)) {
        (void)printf("not tried, for it needs root and mount: a server on a"
                     " full disk\n");
        return;
    }
    o = office_in(t, text("%s/o", small));
    if (!score(&t->score, server_start(&s, t->program, &o), "it is served"))
        return;
    try_full_served(t, small, &o, &s);
    (void)server_stop(&s, SIGTERM);
    struct said c = TELL(t->program, "check", "--data", o.dir);
    (void)score(&t->score, c.code == 0, "the office is whole: %s", c.text);
    unmount(small);
}

/* -- the nightly backup ---------------------------------------------------------------- */

static void
write_conf(const struct live_office *o, const char *lines)
{
    const char *path = text("%s/liangcao.conf", o->dir);

    write_file(path, lines, strlen(lines));
}

/* As if the office had been here for three days. */
static void
make_older_by_days(const char *path, int days)
{
    struct utimbuf times = { .actime = time(NULL) - days * 86400L,
                             .modtime = time(NULL) - days * 86400L };

    ASSERT(utime(path, &times) == 0);
}

static void
try_nightly(struct store_try *t)
{
    struct live_office o = office_in(t, text("%s/night", t->dir));
    const char *folder = text("%s/nights", t->dir);
    struct server s, other;
    char says[3000] = "";

    ASSERT(mkdir(folder, 0700) == 0);
    for (int i = 1; i <= 3; i++) {
        const char *old = text("%s/office-2026-01-0%d-0230.db", folder, i);

        copy_file(t->backup, old);
        make_older_by_days(old, 10 - i);
    }
    write_conf(&o, text("backup.at = 02:30\nbackup.keep = 2\nbackup.dir = %s\n",
                        folder));
    make_older_by_days(text("%s/office.id", o.dir), 9);
    if (!score(&t->score,
               server_start(&s, t->program, &o)
                   && server_start(&other, t->program, &o),
               "two servers on one folder"))
        return;
    for (int ms = 0; ms < 30000 && count_names(folder, ".db") != 2; ms += 100)
        pause_ms(100);
    pause_ms(3000); /* time for a second one, which must not come */
    (void)score(&t->score,
                count_names(folder, ".db") == 2
                    && count_names(folder, "2026-01-03") == 1,
                "a missed night is made up for, once, and the oldest go");
    (void)score(&t->score, becomes(&o, s.port, 200, NULL, 0),
                "the server is ready");
    (void)get(&o, s.port, "sysadmin", "/api/v1/health", says, sizeof says);
    (void)score(&t->score,
                strstr(says, "\"backup\"") && strstr(says, "office-20"),
                "health names the last one: %s", says);
    (void)server_stop(&s, SIGTERM);
    (void)server_stop(&other, SIGTERM);
    struct said c = { .code = 1 };
    (void)unlink(text("%s/office-2026-01-03-0230.db", folder));
    FILE *f = popen(text("ls %s/office-*.db", folder), "r");
    char name[300] = "";
    if (f != NULL && fgets(name, sizeof name, f) != NULL) {
        name[strcspn(name, "\n")] = '\0';
        c = TELL(t->program, "backup", "--verify", "--data", o.dir, name);
    }
    if (f != NULL)
        (void)pclose(f);
    (void)score(&t->score, c.code == 0 && mode_of(name) == 0600,
                "it is a good backup: %d %s", c.code, c.text);
}

/* Of a clock that was ahead: files of times to come, names of times to come. */
static void
try_nightly_ahead(struct store_try *t)
{
    struct live_office o = office_in(t, text("%s/ahead", t->dir));
    const char *folder = text("%s/ahead-nights", t->dir);
    const char *const names[] = { "9027-01-01", "9027-01-02" };
    struct server s;
    char says[3000] = "";

    ASSERT(mkdir(folder, 0700) == 0);
    for (int i = 0; i < 2; i++) {
        const char *path = text("%s/office-%s-0230.db", folder, names[i]);

        copy_file(t->backup, path);
        make_older_by_days(path, i == 0 ? -30 : 5);
    }
    write_conf(&o, text("backup.at = 02:30\nbackup.keep = 2\nbackup.dir = %s\n",
                        folder));
    make_older_by_days(text("%s/office.id", o.dir), -30);
    if (!score(&t->score, server_start(&s, t->program, &o), "it is served"))
        return;
    for (int ms = 0; ms < 30000 && count_names(folder, names[0]) != 0;
         ms += 100)
        pause_ms(100);
    pause_ms(5000); /* time for it to be taken away, and made again */
    (void)score(&t->score,
                count_names(folder, ".db") == 2
                    && count_names(folder, "office-2") == 1
                    && count_names(folder, names[1]) == 1,
                "what is dated ahead is no night's backup and goes first; what"
                " was made stays");
    make_older_by_days(text("%s/office-%s-0230.db", folder, names[1]), -30);
    for (int ms = 0; ms < 10000 && !strstr(says, names[1]); ms += 200) {
        (void)get(&o, s.port, "sysadmin", "/api/v1/health", says, sizeof says);
        pause_ms(200);
    }
    (void)score(&t->score, strstr(says, names[1]),
                "health warns of a file that is dated ahead: %s", says);
    (void)server_stop(&s, SIGTERM);
}

/* Failing says so and takes nothing away. */
static void
try_nightly_fails(struct store_try *t)
{
    struct live_office o = office_in(t, text("%s/nofail", t->dir));
    const char *folder = text("%s/tight-nights", t->dir);
    const char *old = text("%s/office-2026-01-01-0230.db", folder);
    struct server s;
    char says[3000] = "";
    bool told = false;

    if (!mount_small(folder, 1)) {
        (void)printf("not tried, for it needs root and mount: a nightly backup"
                     " without room\n");
        return;
    }
    write_file(old, "old", 3);
    make_older_by_days(old, 3);
    write_conf(&o, text("backup.keep = 1\nbackup.dir = %s\n", folder));
    if (!score(&t->score, server_start(&s, t->program, &o), "it is served"))
        return;
    for (int ms = 0; ms < 20000 && !told; ms += 200) {
        (void)get(&o, s.port, "sysadmin", "/api/v1/health", says, sizeof says);
        told = strstr(says, "\"warn\"") && strstr(says, folder);
        pause_ms(200);
    }
    (void)score(&t->score, told, "health tells of a backup that failed: %s",
                says);
    (void)score(&t->score, is_there(old) && count_names(folder, ".part") == 0,
                "the old one stays, nothing half done does");
    (void)score(&t->score, get(&o, s.port, NULL, "/readyz", NULL, 0) == 200,
                "it is served all the same");
    (void)server_stop(&s, SIGTERM);
    unmount(folder);
}

static void
try_settings(struct store_try *t)
{
    struct live_office o = office_in(t, text("%s/set", t->dir));
    char says[3000] = "";
    struct said r;
    struct server s;

    write_conf(&o, "backup.at = 25:00\n");
    r = TELL(t->program, "serve", "--port", "0", "--data", o.dir);
    (void)score(&t->score, r.code == 2 && strstr(r.text, "backup.at"),
                "a time that is none is refused by name: %d %s", r.code,
                r.text);
    write_conf(&o, "backup.keep = 0\n");
    r = TELL(t->program, "serve", "--port", "0", "--data", o.dir);
    (void)score(&t->score, r.code == 2 && strstr(r.text, "backup.keep"),
                "to keep none too: %d %s", r.code, r.text);
    write_conf(&o, "backup.at = off\n");
    if (!score(&t->score, server_start(&s, t->program, &o), "it is served"))
        return;
    (void)becomes(&o, s.port, 200, NULL, 0);
    pause_ms(500);
    (void)get(&o, s.port, "sysadmin", "/api/v1/health", says, sizeof says);
    (void)score(&t->score, strstr(says, "backup.at"),
                "that none is made is a warning: %s", says);
    (void)server_stop(&s, SIGTERM);
}

void
store_served(struct store_try *t)
{
    for (size_t i = 0; i < COUNT(harms); i++)
        try_harm(t, &harms[i]);
    try_quiet_loss(t);
    try_renamed(t);
    try_full(t);
    try_nightly(t);
    try_nightly_ahead(t);
    try_nightly_fails(t);
    try_settings(t);
}
