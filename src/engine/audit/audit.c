/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/audit/audit.h"

#include "auth/auth.h"
#include "engine/audit/inner.h"
#include "json/json.h"

static const struct field entry_fields[] = {
    FIELD(struct audit_entry, id, .flags = GIVEN),
    FIELD(struct audit_entry, chain, .flags = GIVEN),
    FIELD(struct audit_entry, seq, .flags = GIVEN),
    FIELD(struct audit_entry, at, .flags = GIVEN | REQUIRED, .label = "Time"),
    FIELD(struct audit_entry, account_id, .flags = GIVEN, .refers = "account"),
    FIELD(struct audit_entry, actor, .flags = GIVEN, .label = "Who"),
    FIELD(struct audit_entry, channel, .flags = GIVEN, .label = "Channel"),
    FIELD(struct audit_entry, address, .flags = GIVEN, .label = "Address"),
    FIELD(struct audit_entry, action, .flags = GIVEN | REQUIRED,
          .label = "Action"),
    FIELD(struct audit_entry, noun, .flags = GIVEN, .label = "Of what"),
    FIELD(struct audit_entry, noun_id, .flags = GIVEN, .refers = "any",
          .label = "Number"),
    FIELD(struct audit_entry, detail, .flags = GIVEN | JSON_TEXT,
          .label = "Detail"),
    FIELD(struct audit_entry, hash, .flags = GIVEN | REQUIRED, .label = "Hash"),
    FIELD(struct audit_entry, about, .flags = GIVEN | DERIVED,
          .says = "What the thing is called now; empty when it is gone."),
    FIELD(struct audit_entry, names, .flags = GIVEN | DERIVED | JSON_TEXT,
          .says = "What the ids in the detail are called now: {id: name}."),
};

const struct model audit_entry_model = {
    .noun = "audit_entry",
    .table = "audit_entry",
    .size = sizeof(struct audit_entry),
    .fields = entry_fields,
    .n = COUNT(entry_fields),
    .unproved = true,
    .sql = &(struct model_sql){ NULL, NULL, NULL }
};

static const struct field change_fields[] = {
    FIELD(struct change, id, .flags = GIVEN),
    FIELD(struct change, at, .flags = GIVEN | REQUIRED, .label = "Time"),
    FIELD(struct change, actor, .flags = GIVEN, .label = "Who",
          .says = "Empty: the program itself."),
    FIELD(struct change, action, .flags = GIVEN | REQUIRED, .label = "Action"),
    FIELD(struct change, noun, .flags = GIVEN, .label = "Of what"),
    FIELD(struct change, noun_id, .flags = GIVEN, .refers = "any",
          .label = "Number"),
    FIELD(struct change, detail, .flags = GIVEN | JSON_TEXT, .label = "Detail",
          .says = "What changed: {field: [old, new]}."),
};

const struct model change_model =
    MODEL("change", "audit_entry", struct change, change_fields);

/* Signing in and out is nine entries of ten: it stands apart. */
#define SIGNING                                                                \
    "('sign_in', 'sign_in.fail', 'sign_in.spent_slip', 'sign_in.lock',"        \
    " 'sign_out', 'session_end', 'token_end')"

/* Whoever reads the audit would else read first of all that they read it. */
#define READING "('audit.read')"

enum err
audit_list(struct call *c, struct list *l)
{
    const char *words = l->words;

    TRY(auth_need(c, "audit.see", NULL));
    if (l->sort == NULL)
        l->descending = true;
    if (text_same(l->view, "signing"))
        list_and(c, l, "action IN " SIGNING);
    else if (text_same(l->view, "reading"))
        list_and(c, l, "action IN " READING);
    else if (text_same(l->view, "done"))
        list_and(c, l, "action NOT IN " SIGNING " AND action NOT IN " READING);
    TRY(audit_find(c, l));
    /* They have become a condition; what was asked for is told as it was. */
    l->words = NULL;
    TRY(model_list(c, l));
    l->words = words;
    /* The first page stands for all that follow it. */
    if (l->cursor == NULL && !auth_is_program(c))
        audit_note(c, "audit.read", NULL, list_asked(c, l));
    return OK;
}

enum err
audit_history(struct call *c, struct list *l, const char *noun, int64_t id)
{
    /* Entries without detail are no changes: sign-ins, failed ones too. */
    list_and(c, l, "noun = $%zu", list_bind(c, l, V(noun)));
    list_and(c, l, "noun_id = $%zu AND detail IS NOT NULL",
             list_bind(c, l, V(id)));
    return model_list(c, l);
}

enum err
audit_export(struct call *c, const char *noun, const char *format, int64_t rows,
             const char *filter)
{
    return audit_write(c, "export", noun, 0,
                       arena_printf(c->arena,
                                    "{\"format\":\"%s\",\"rows\":%lld,"
                                    "\"filter\":%s}",
                                    format, (long long)rows,
                                    filter ? filter : "{}"));
}

const char *
restore_detail(struct call *c, const char *file, int64_t from, int64_t to)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);

    json_begin(&o);
    json_put_text(&o, "file", file);
    if (to != 0) {
        json_put_int(&o, "seals_from", from);
        json_put_int(&o, "seals_to", to);
    }
    json_end(&o);
    return b.s;
}
