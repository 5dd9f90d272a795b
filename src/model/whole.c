/* SPDX-License-Identifier: Apache-2.0 */
#include "model/whole.h"

#include "base/text.h"
#include "model/member.h"

enum err
whole_rule(struct call *c, const char *row, bool kept, const char *rule)
{
    return kept ? OK : fail(c, ERR_BROKEN, NULL, "%s: %s", row, rule);
}

enum err
whole_column(struct call *c, const struct model *m, const char *name,
             enum field_kind kind)
{
    const struct field *f;

    if (name == NULL)
        return OK;
    f = model_field(m, name);
    return whole_rule(
        c, m->noun, f != NULL && f->kind == kind && member_has_column(f),
        arena_printf(c->arena,
                     "“%s” is no column, or not of the kind it must be of",
                     name));
}

/* Of what kind a field with any of the flags must be. */
static const struct {
    unsigned flags;
    enum field_kind kind;
    const char *rule;
} kinds[] = {
    { IN_USE, FIELD_BOOL, "is IN_USE and no yes or no" },
    { SINCE | UNTIL, FIELD_DAY, "is SINCE or UNTIL and no day" },
    { JSON_TEXT | LONG | SEVERAL, FIELD_TEXT,
      "is JSON_TEXT, LONG or SEVERAL and no text" },
};

static const char *
fault_of(const struct field *f)
{
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (f->flags & kinds[i].flags && f->kind != kinds[i].kind)
            return kinds[i].rule;
    if (f->kind == FIELD_WORD && member_word_count(f) == 0)
        return "is a word and has no choices";
    if (f->choices != NULL && f->kind != FIELD_WORD && f->kind != FIELD_TEXT)
        return "has choices and is no word";
    /* Its first word would be the key of whoever says none. */
    if (f->kind == FIELD_WORD && f->flags & PART_OF_KEY
        && !(f->flags & (REQUIRED | GIVEN)))
        return "is a word of the key and not REQUIRED";
    if (f->flags & SEVERAL && member_word_count(f) == 0)
        return "is SEVERAL and has no choices";
    if ((text_same(f->name, "id") || text_same(f->name, "version"))
        && f->kind != FIELD_INT)
        return "is no whole number";
    if (f->refers != NULL && f->kind != FIELD_INT)
        return "refers to a row and is no whole number";
    return NULL;
}

enum err
model_whole(struct call *c, const struct model *m)
{
    TRY(whole_rule(c, m->noun, m->n > 0 && m->n <= 8 * sizeof(field_mask),
                   "has no fields, or too many"));
    for (size_t i = 0; i < m->n; i++) {
        const struct field *f = &m->fields[i];
        const char *fault =
            model_field(m, f->name) != f ? "is there twice" : fault_of(f);

        TRY(whole_rule(c, m->noun, fault == NULL,
                       arena_printf(c->arena, "“%s” %s", f->name,
                                    fault ? fault : "")));
    }
    return OK;
}
