/* SPDX-License-Identifier: Apache-2.0 */
/* What base/jail_child.h promises of an honest reader, also under a sanitizer,
   and db/needs.h of addresses.  What a hostile one may do: tests/live/jail. */
#include "test.h"

#include <stdlib.h>

#include "base/jail_child.h"
#include "db/needs.h"

/* -- reading ------------------------------------------------------------- */

/* Small letters become large; a digit is refused by its own words. */
static int
read_letters(struct jail_io *io)
{
    for (size_t i = 0; i < io->n; i++) {
        char ch = (char)io->in[i];

        if (ch >= '1' && ch <= '9')
            return ch - '0';
        if (ch >= 'a' && ch <= 'z')
            ch = (char)(ch - 'a' + 'A');
        if (!jail_put(io, &ch, 1))
            return 1;
    }
    return 0;
}

static const char *const reasons_[] = { "no ones", "no twos", NULL };
static const struct jail_reader letters = { "letters", read_letters, reasons_,
                                            1 << 20,   100,          5 };

/* Of whatever it is given, it makes 40 MiB. */
#define MUCH ((size_t)40 << 20)

static int
read_much(struct jail_io *io)
{
    static const char piece[1 << 16];

    for (size_t n = 0; n < MUCH; n += sizeof piece)
        if (!jail_put(io, piece, sizeof piece))
            return 1;
    return 0;
}

static const struct jail_reader much_ = { "much",  read_much, reasons_,
                                          1 << 20, MUCH,      20 };
static const struct jail_reader *const readers[] = { &letters, &much_, NULL };

static enum err
read_file(struct call *c, const char *text, struct jail_job *job)
{
    struct jail_child *j = jail_child_open(readers);
    enum err e;

    *job = (struct jail_job){
        .reader = "letters", .field = "file", .in = text, .n = strlen(text)
    };
    EXPECT(jail_child_lives(j));
    e = jail_read(c, j, job);
    jail_child_close(j);
    return e;
}

TEST_PLAIN(a_file_is_read_by_its_reader)
{
    struct jail_job job;

    EXPECT_OK(read_file(c, "three lamps", &job));
    assert_string_equal(job.out, "THREE LAMPS");
    assert_int_equal(job.out_n, 11);
}

TEST_PLAIN(a_reader_refuses_in_its_own_words)
{
    struct jail_job job;

    EXPECT_FAULT(read_file(c, "lamp 2", &job), ERR_INVALID, "file");
    assert_string_equal(c->fault.text, "no twos");
    EXPECT_FAULT(read_file(c, "lamp 7", &job), ERR_INVALID, "file");
    assert_string_equal(c->fault.text, "the file cannot be read");
}

TEST_PLAIN(a_reader_that_makes_too_much_is_refused)
{
    struct jail_job job;
    char *much = arena_alloc(c->arena, 200);

    memset(much, 'x', 199);
    EXPECT_FAULT(read_file(c, much, &job), ERR_LIMIT, "file");
}

/* Takes the pieces as they come, three bytes and no more. */
static enum err
take_three(struct call *c, void *arg, const void *bytes, size_t n)
{
    struct buf *b = arg;

    buf_add(b, bytes, n);
    return b->len < 3 ? OK : fail(c, ERR_CONFLICT, NULL, "enough");
}

TEST_PLAIN(pieces_are_taken_as_they_come_until_the_caller_has_enough)
{
    struct jail_child *j = jail_child_open(readers);
    struct buf b = buf_make(c->arena, 0);
    struct jail_job job = { .reader = "letters",
                            .in = "abcdef",
                            .n = 6,
                            .take = take_three,
                            .arg = &b };

    EXPECT_FAULT(jail_read(c, j, &job), ERR_CONFLICT, NULL);
    assert_string_equal(b.s, "ABC");
    jail_child_close(j);
}

TEST_PLAIN(what_readers_made_and_calls_still_hold_has_one_bound)
{
    (void)c;
    struct jail_child *j = jail_child_open(readers);
    struct call calls[4];
    enum err e[COUNT(calls)];

    for (size_t i = 0; i < COUNT(calls); i++) {
        struct jail_job job = {
            .reader = "much", .field = "file", .in = "x", .n = 1
        };

        calls[i] = (struct call){ .arena = arena_open() };
        e[i] = jail_read(&calls[i], j, &job);
    }
    EXPECT(e[0] == OK && e[1] == OK && e[2] == OK && e[3] == ERR_LIMIT);
    assert_string_equal(calls[3].fault.text,
                        "many files are being read; please try again");
    /* Two end, and there is room again. */
    for (size_t i = 0; i < COUNT(calls); i += 3) {
        jail_let_go(j, &calls[i]);
        EXPECT(calls[i].read_held == 0);
    }
    struct jail_job job = {
        .reader = "much", .field = "file", .in = "x", .n = 1
    };
    EXPECT(jail_read(&calls[3], j, &job) == OK && job.out_n == MUCH);
    for (size_t i = 0; i < COUNT(calls); i++) {
        jail_let_go(j, &calls[i]);
        arena_close(calls[i].arena);
    }
    jail_child_close(j);
}

TEST_PLAIN(without_a_forker_files_are_refused_in_words)
{
    static const struct jail_reader *const none[] = { NULL };
    struct jail_job job = { .reader = "letters", .in = "x", .n = 1 };

    EXPECT(jail_child_open(none) == NULL);
    EXPECT(!jail_child_lives(NULL));
    EXPECT_FAULT(jail_read(c, NULL, &job), ERR_AWAY, NULL);
}

/* -- how far an address reaches ------------------------------------------ */

static bool
has_port(const struct store_needs *n, uint16_t port)
{
    for (const uint16_t *p = n->ports; *p; p++)
        if (*p == port)
            return true;
    return false;
}

static bool
has_file(const struct store_needs *n, const char *path)
{
    for (const char *const *f = n->files; *f; f++)
        if (strcmp(*f, path) == 0)
            return true;
    return false;
}

TEST_PLAIN(an_office_on_sqlite_connects_nowhere)
{
    EXPECT(store_needs(c->arena, NULL).reach == JAIL_ALONE);
    EXPECT(store_needs(c->arena, "/var/lib/x/main.db").reach == JAIL_ALONE);
}

TEST_PLAIN(the_ports_of_all_hosts_are_needed_and_that_of_names)
{
    struct store_needs n =
        store_needs(c->arena, "postgresql://u:p@db1:6001,db2:6002/x");

    EXPECT(n.reach == JAIL_PORTS);
    EXPECT(has_port(&n, 6001) && has_port(&n, 6002) && has_port(&n, 53));
    EXPECT(!has_port(&n, 5432));
    n = store_needs(c->arena, "postgresql://db1,db2:6002/x");
    EXPECT(has_port(&n, 5432) && has_port(&n, 6002));
    n = store_needs(c->arena, "postgres://10.0.0.1/x");
    EXPECT(n.reach == JAIL_PORTS && has_port(&n, 5432));
}

TEST_PLAIN(a_socket_in_a_folder_needs_no_port)
{
    EXPECT(store_needs(c->arena, "postgresql:///x").reach == JAIL_LOCAL);
    EXPECT(store_needs(c->arena, "postgresql://%2Frun%2Fpg/x").reach
           == JAIL_LOCAL);
    EXPECT(store_needs(c->arena, "postgresql:///x?host=/run/pg,db2").reach
           == JAIL_PORTS);
}

TEST_PLAIN(a_service_file_may_name_any_port)
{
    EXPECT(store_needs(c->arena, "postgresql:///?service=office").reach
           == JAIL_ANYWHERE);
}

TEST_PLAIN(files_an_address_names_are_read)
{
    struct store_needs n =
        store_needs(c->arena, "postgresql://db/x?sslrootcert=/etc/pg/ca.pem"
                              "&sslkey=/etc/pg/key.pem&passfile=/etc/pg/pass");

    EXPECT(has_file(&n, "/etc/pg/ca.pem") && has_file(&n, "/etc/pg/key.pem")
           && has_file(&n, "/etc/pg/pass"));
}

TEST_PLAIN(what_the_environment_says_holds_where_an_address_is_silent)
{
    struct store_needs n;

    (void)setenv("PGPORT", "6010", 1);
    (void)setenv("PGHOST", "db9", 1);
    n = store_needs(c->arena, "postgresql:///x");
    (void)unsetenv("PGPORT");
    (void)unsetenv("PGHOST");
    EXPECT(n.reach == JAIL_PORTS && has_port(&n, 6010));
}
