/* SPDX-License-Identifier: Apache-2.0 */
/* A whole verification: chains, seals, rows. */
#include "base/text.h"
#include "engine/audit/inner.h"
#include "json/json.h"

static const struct field report_fields[] = {
    FIELD(struct audit_report, chains, .flags = GIVEN),
    FIELD(struct audit_report, entries, .flags = GIVEN),
    FIELD(struct audit_report, seals, .flags = GIVEN,
          .says = "Signatures over the heads."),
    FIELD(struct audit_report, unsealed, .flags = GIVEN,
          .says = "Entries behind the newest seal."),
    FIELD(struct audit_report, sealed_at, .flags = GIVEN,
          .says = "When the newest seal was made."),
    FIELD(struct audit_report, key, .flags = GIVEN,
          .says = "The name of the key of the seals; null: they were not"
                  " checked."),
    FIELD(struct audit_report, rows, .flags = GIVEN,
          .says = "Rows that were compared with their entries."),
    FIELD(struct audit_report, covered, .flags = GIVEN,
          .says = "Among them those without entries of their own."),
    FIELD(struct audit_report, faults, .flags = GIVEN),
    FIELD(struct audit_report, first_fault, .flags = GIVEN),
    FIELD(struct audit_report, found, .flags = GIVEN | JSON_TEXT,
          .says = "The first twenty faults in words."),
    FIELD(struct audit_report, heads, .flags = GIVEN | JSON_TEXT,
          .says = "Of each chain its number, sequence, hash and time."),
    FIELD(struct audit_report, running, .flags = GIVEN,
          .says = "It goes on: ask again."),
    FIELD(struct audit_report, part, .flags = GIVEN,
          .says = "What is looked at: chains, seals or rows."),
    FIELD(struct audit_report, done, .flags = GIVEN),
    FIELD(struct audit_report, of, .flags = GIVEN),
    FIELD(struct audit_report, began, .flags = GIVEN),
    FIELD(struct audit_report, ended, .flags = GIVEN),
};

const struct model audit_report_model =
    MODEL("audit_report", NULL, struct audit_report, report_fields);

static void
begin_part(struct audit_check *k, const char *part)
{
    k->report.part = part;
    k->report.done = k->report.of = 0;
}

/* A trigger writes rows of its own; a table without its unique index holds
   what the program takes for impossible. */
static enum err
check_shape(struct call *c, struct audit_check *k)
{
    struct store_faults f = { 0 };

    TRY(store_shape(c, &f));
    if (f.strange > 0)
        report_fault(c, k, "the schema is not this release's: %s", f.strangest);
    return OK;
}

static enum err
verify_parts(struct call *c, struct audit_check *k)
{
    begin_part(k, "chains");
    TRY(walk_chains(c, k));
    begin_part(k, "seals");
    TRY(walk_seals(c, k));
    if (k->models == NULL)
        return OK;
    begin_part(k, "rows");
    TRY(check_shape(c, k));
    return walk_rows(c, k);
}

static const char *
write_found(struct call *c, const struct audit_check *k)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);

    json_begin_list(&o);
    for (int64_t i = 0; i < k->report.faults && i < MAX_FOUND; i++)
        json_text(&o, k->found[i]);
    json_end_list(&o);
    return b.s;
}

enum err
audit_verify(struct call *c, struct audit_check *k)
{
    struct arena *whole = c->arena;
    struct audit_head *heads;
    size_t n;
    enum err e;

    k->report = (struct audit_report){ .began = c->now };
    k->keep = whole;
    /* A million entries must not pile up in the call's memory. */
    c->arena = arena_open();
    e = verify_parts(c, k);
    if (c->fault.text != NULL)
        c->fault.text = arena_text(whole, c->fault.text);
    arena_close(c->arena);
    c->arena = whole;
    TRY(e);
    TRY(audit_heads(c, &heads, &n));
    k->report.heads = audit_heads_json(c, heads, n);
    k->report.found = write_found(c, k);
    return OK;
}
