/* SPDX-License-Identifier: Apache-2.0 */
#include "runners.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "database.h"

/* What the runners share. */
struct work {
    const struct CMUnitTest *list;
    size_t n;
    atomic_size_t next; /* the first test of the next file */
    atomic_int failed;
};

void *
runners_share(size_t bytes)
{
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    ASSERT(p != MAP_FAILED);
    return p;
}

/* Behind the tests of the file that the test at FROM is of. */
static size_t
end_of_file(const struct work *w, size_t from)
{
    const char *name = w->list[from].name;
    size_t len = strcspn(name, ":") + 1, to = from;

    while (to < w->n && strncmp(w->list[to].name, name, len) == 0)
        to++;
    return to;
}

static void
run_files(struct work *w)
{
    size_t from = 0, to;

    while (from < w->n) {
        char file[100];

        to = end_of_file(w, from);
        /* Another was quicker: FROM is what is next now. */
        if (!atomic_compare_exchange_strong(&w->next, &from, to))
            continue;
        (void)snprintf(file, sizeof(file), "%.*s",
                       (int)strcspn(w->list[from].name, ":"),
                       w->list[from].name);
        atomic_fetch_add(&w->failed,
                         _cmocka_run_group_tests(file, w->list + from,
                                                 to - from, NULL, NULL));
        from = to;
    }
}

int
runners_run(const struct CMUnitTest *list, size_t n, int many)
{
    struct work *w = runners_share(sizeof(*w));
    int status;

    w->list = list;
    w->n = n;
    /* Lines of two runners are not to be mixed, nor said twice. */
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 0; i < many; i++) {
        pid_t child = fork();

        ASSERT(child >= 0);
        if (child == 0) {
            database_take(i);
            run_files(w);
            exit(0);
        }
    }
    while (wait(&status) > 0)
        if (status != 0) {
            print_error("A runner ended with %d\n", status);
            atomic_fetch_add(&w->failed, 1);
        }
    return atomic_load(&w->failed);
}
