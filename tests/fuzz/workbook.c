/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a workbook, and as the one sheet of a workbook that is one: rows
 * that csv reads come of it, or a refusal of the reader's own table.
 */
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "base/csv.h"
#include "base/workbook.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool
take(struct jail_io *io, const void *bytes, size_t n)
{
    buf_add(io->arg, bytes, n);
    return true;
}

static void
try_book(const void *book, size_t n)
{
    struct arena *a = arena_open();
    struct buf all = buf_make(a, 0);
    unsigned char *in = arena_alloc(a, n + 1);
    struct jail_io io = { .in = in, .n = n + 1, .put = take, .arg = &all };
    int refused;

    in[0] = '\0'; /* the first sheet */
    memcpy(in + 1, book, n);
    refused = workbook_reader.read(&io);
    for (int i = 0; i < refused; i++)
        ASSERT(workbook_reader.refusals[i] != NULL);
    if (refused == 0) {
        struct csv r = csv_open(a, all.s, all.len);

        while (csv_next(&r))
            ASSERT(r.n > 0);
    }
    arena_close(a);
}

static void
add(zip_t *z, const char *name, const void *bytes, size_t n)
{
    zip_source_t *s = zip_source_buffer(z, bytes, n, 0);

    ASSERT(s && zip_file_add(z, name, s, ZIP_FL_OVERWRITE) >= 0);
}

/* A workbook around the sheet. */
static void
try_sheet(const void *sheet, size_t n)
{
    static const char book[] =
        "<workbook><sheets><sheet name='a' id='r'/></sheets></workbook>";
    static const char links[] =
        "<Relationships><Relationship Id='r' Target='s.xml'/></Relationships>";
    static const char strings[] = "<sst><si><t>a</t></si></sst>";
    zip_source_t *to = zip_source_buffer_create(NULL, 0, 0, NULL);
    zip_t *z = zip_open_from_source(to, ZIP_TRUNCATE, NULL);
    zip_stat_t st;
    void *bytes;

    ASSERT(z != NULL);
    zip_source_keep(to);
    add(z, "xl/workbook.xml", book, sizeof book - 1);
    add(z, "xl/_rels/workbook.xml.rels", links, sizeof links - 1);
    add(z, "xl/sharedStrings.xml", strings, sizeof strings - 1);
    add(z, "xl/s.xml", sheet, n);
    ASSERT(zip_close(z) == 0 && zip_source_stat(to, &st) == 0);
    bytes = malloc((size_t)st.size + 1);
    ASSERT(bytes && zip_source_open(to) == 0);
    ASSERT(zip_source_read(to, bytes, st.size) == (zip_int64_t)st.size);
    (void)zip_source_close(to);
    zip_source_free(to);
    try_book(bytes, (size_t)st.size);
    free(bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    try_book(data, n);
    try_sheet(data, n);
    return 0;
}
