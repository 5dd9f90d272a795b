/* SPDX-License-Identifier: Apache-2.0 */
/* Doing a verb: the way every one of them goes. */
#include "life/life.h"

#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "life/inner.h"
#include "subject/event.h"
#include "json/json.h"

/* -- a row --------------------------------------------------------------------- */

static int64_t
number_of(const struct model *m, const char *name, const void *rec)
{
    const struct field *f = model_field(m, name);

    ASSERT(f != NULL && f->kind == FIELD_INT);
    return *(const int64_t *)(const void *)((const char *)rec + f->offset);
}

/* A text that came with the verb; NULL where it asks for none. */
static const char *
text_of(const struct model *m, const char *name, const void *rec)
{
    const struct field *f = model_field(m, name);

    if (f == NULL || rec == NULL || f->kind != FIELD_TEXT)
        return NULL;
    return *(const char *const *)(const void *)((const char *)rec + f->offset);
}

static const struct field *
state_field(const struct life *life)
{
    const struct field *f = model_field(life->model, "state");

    ASSERT(f != NULL && (f->kind == FIELD_WORD || f->kind == FIELD_TEXT));
    return f;
}

unsigned
life_state(const struct life *life, const void *rec)
{
    const struct field *f = state_field(life);
    const void *at = (const char *)rec + f->offset;
    unsigned s = 0;

    if (f->kind == FIELD_WORD)
        return *(const unsigned *)at;
    while (life->states[s] != NULL
           && !text_same(life->states[s], *(const char *const *)at))
        s++;
    ASSERT(life->states[s] != NULL);
    return s;
}

static void
set_state(const struct life *life, void *rec, unsigned state)
{
    const struct field *f = state_field(life);
    void *at = (char *)rec + f->offset;

    if (f->kind == FIELD_WORD)
        *(unsigned *)at = state;
    else
        *(const char **)at = life->states[state];
}

/* The row, and what the actor is to it. */
static enum err
load(struct call *c, const struct life *life, int64_t id, void *rec,
     unsigned *who)
{
    TRY(model_get(c, life->model, id, rec));
    if (life->derive != NULL)
        life->derive(rec);
    TRY(life_who(c, life, rec, who));
    if (*who == 0)
        return fail(c, ERR_ABSENT, NULL, "there is no %s %lld",
                    words_in(c, life->model->noun), (long long)id);
    return OK;
}

enum err
life_load(struct call *c, const struct life *life, int64_t id, void *rec)
{
    unsigned who;

    return load(c, life, id, rec, &who);
}

static void
put_text(const struct model *m, const char *name, void *rec, const char *text)
{
    const struct field *f = model_field(m, name);

    if (f != NULL && f->kind == FIELD_TEXT)
        *(const char **)(void *)((char *)rec + f->offset) = text;
}

enum err
life_fill(struct call *c, const struct life *life, void *view)
{
    struct offers offers;

    if (life->fill != NULL)
        TRY(life->fill(c, view));
    if (life->view != NULL || model_field(life->model, "verbs") == NULL)
        return OK;
    TRY(life_offer(c, life, view, NULL, &offers));
    put_text(life->model, "verbs", view, offers.verbs);
    put_text(life->model, "why_not", view, offers.why_not);
    return OK;
}

/* -- beginning ------------------------------------------------------------------ */

/* If-Match spoke of this row; what an act changes besides, has its own. */
static enum err
check_version(struct deed *d)
{
    TRY(model_match(d->c, number_of(d->life->model, "version", d->old)));
    d->c->if_version = 0;
    return OK;
}

/* Possible in this state, and for this person? */
static enum err
find_step(struct deed *d, const char *verb)
{
    const struct life *life = d->life;
    unsigned state = life_state(life, d->old);

    d->step = life_step(life, state, verb);
    if (d->step == NULL)
        return fail(d->c, ERR_CONFLICT, "state",
                    "“%s” is not possible while the %s is “%s”",
                    words_of(d->c, life->model->noun, verb),
                    words_in(d->c, life->model->noun),
                    words_of(d->c, life->model->noun, life->states[state]));
    if ((d->who & d->step->who) == 0)
        return fail(d->c, ERR_DENIED, NULL, "“%s” is for others to do",
                    words_of(d->c, life->model->noun, verb));
    return OK;
}

static enum err
ask_guard(struct deed *d)
{
    return d->step->guard ? d->step->guard(d, d->rec) : OK;
}

/* The record becomes what the step makes of it. */
static enum err
act(struct deed *d)
{
    if (d->life->catch_up != NULL && !(d->step->flags & STEP_QUIET))
        TRY(d->life->catch_up(d));
    if (d->step->to >= 0)
        set_state(d->life, d->rec, (unsigned)d->step->to);
    return d->step->act ? d->step->act(d, d->rec) : OK;
}

/* What came with the verb: its words go into the event. */
static enum err
take_input(struct deed *d)
{
    const struct model *asks = life_asks(d->step);

    TRY(model_check(d->c, asks, d->in));
    d->reason = text_of(asks, "reason", d->in);
    d->note = text_of(asks, "note", d->in);
    return OK;
}

/* -- ending --------------------------------------------------------------------- */

static enum err
audit_detail(const struct deed *d, const char **detail)
{
    struct buf b = buf_make(d->c->arena, 0);
    struct json_out o = json_to(&b);
    const struct life *life = d->life;

    json_begin(&o);
    json_put_text(&o, "from", life->states[life_state(life, d->old)]);
    json_put_text(&o, "to", life->states[life_state(life, d->rec)]);
    if (d->reason != NULL)
        json_put_text(&o, "reason", d->reason);
    if (life->audited != NULL)
        TRY(life->audited(d, &o));
    json_end(&o);
    *detail = b.s;
    return OK;
}

static enum err
write_row(struct deed *d)
{
    if (d->step->flags & STEP_QUIET)
        return OK;
    /* What only those who serve are told must not show on the row that others
       see: its version and time would tell them when, and how often. */
    if (d->internal && model_changed(d->life->model, d->old, d->rec) == 0)
        return OK;
    if (d->step->flags & STEP_REMOVES)
        return model_remove(d->c, d->life->model,
                            number_of(d->life->model, "id", d->old));
    if (d->life->settle != NULL)
        d->life->settle(d);
    return model_update(d->c, d->life->model, d->old, d->rec);
}

static enum err
record(struct deed *d)
{
    const struct life *life = d->life;
    struct event e = {
        .noun = life->model->noun,
        .noun_id = number_of(life->model, "id", d->rec),
        .actor_name = d->who == LIFE_PROGRAM ? "liangcao" : NULL,
        .verb = d->step->verb,
        .from_state = life->states[life_state(life, d->old)],
        .to_state = life->states[life_state(life, d->rec)],
        .reason = d->reason,
        .note = d->note,
        .internal = d->internal,
        .detail = d->detail
    };

    return event_add(d->c, &e);
}

static enum err
finish(struct deed *d)
{
    const struct life *life = d->life;
    const struct model *m = life->model;
    struct call *c = d->c;
    const char *detail;

    TRY(write_row(d));
    TRY(record(d));
    if (life->tell != NULL)
        TRY(life->tell(d));
    TRY(audit_detail(d, &detail));
    TRY(model_audit(c, arena_printf(c->arena, "%s.%s", m->noun, d->step->verb),
                    m->noun, number_of(m, "id", d->rec), detail));
    return life->after ? life->after(d) : OK;
}

/* -- the verbs ------------------------------------------------------------------ */

enum err
life_do(struct call *c, const struct life *life, const char *verb,
        const void *in, void *view)
{
    const size_t size = life->model->size;
    void *old = arena_alloc(c->arena, size);
    struct deed d = { .c = c, .life = life, .old = old, .in = in };
    TX tx = tx_begin(c);

    /* The record of what comes with a verb begins with the row's id. */
    TRY(load(c, life, *(const int64_t *)in, old, &d.who));
    TRY(check_version(&d));
    TRY(find_step(&d, verb));
    d.rec = arena_alloc(c->arena, size);
    memcpy(d.rec, old, size);
    TRY(ask_guard(&d));
    TRY(take_input(&d));
    TRY(act(&d));
    TRY(finish(&d));
    memcpy(view, d.rec, size);
    /* Of a row that is gone nothing can be done any more. */
    if (!(d.step->flags & STEP_REMOVES))
        TRY(life_fill(c, life, view));
    TRY(tx_commit(&tx));
    if (life->kept != NULL)
        life->kept(c);
    return OK;
}

enum err
life_program(struct call *c, const struct life *life, const char *verb,
             const char *reason, const void *old, void *rec)
{
    struct deed d = { .c = c,
                      .life = life,
                      .who = LIFE_PROGRAM,
                      .old = old,
                      .rec = rec,
                      .reason = reason };

    d.step = life_step(life, life_state(life, old), verb);
    ASSERT(d.step != NULL && d.step->who & LIFE_PROGRAM);
    memcpy(rec, old, life->model->size);
    TRY(ask_guard(&d));
    TRY(act(&d));
    return finish(&d);
}

enum err
life_get(struct call *c, const struct life *life, int64_t id, void *view)
{
    TRY(life_load(c, life, id, view));
    return life_fill(c, life, view);
}

/* -- hearing -------------------------------------------------------------------- */

/* The life's verbs that are not for whoever is WHO. */
static const char *const *
hidden_verbs(struct call *c, const struct life *life, const void *rec,
             unsigned who)
{
    const char **out = NEW_N(c->arena, const char *, life->n + 1);
    size_t n = 0;

    for (const struct step *s = life_next(life, NULL);
         s != NULL && life->hears != NULL; s = life_next(life, s))
        if (!life->hears(c, rec, who, s->verb))
            out[n++] = s->verb;
    return out;
}

/* Does the list look for words that were said, or go by them? */
static const struct field *
asked_words(const struct list *l)
{
    static const char *const words[] = { "reason", "note", "detail" };

    for (size_t i = 0; i < COUNT(words); i++) {
        if (l->sort != NULL && strcmp(l->sort->name, words[i]) == 0)
            return l->sort;
        for (size_t k = 0; k < l->n_filters; k++)
            if (strcmp(l->filters[k].field->name, words[i]) == 0)
                return l->filters[k].field;
    }
    return NULL;
}

/* What is found by a word has it: where some are withheld none is looked for. */
static enum err
refuse_words(struct call *c, const struct life *life, const void *rec,
             const struct event_view *v, const struct field *asked)
{
    struct list l = { .model = &event_model, .limit = 500, .no_total = true };
    bool some = false;

    do {
        struct list page = l;

        TRY(event_list(c, &page, v));
        TRY(life->withhold(c, rec, page.rows, page.n, &some));
        if (some)
            return fail(c, ERR_INVALID, asked->name,
                        "not all that was said here is for you to search");
        l.cursor = page.next;
    } while (l.cursor != NULL);
    return OK;
}

enum err
life_events(struct call *c, const struct life *life, int64_t id,
            const char *verb, struct list *l)
{
    void *rec = arena_alloc(c->arena, life->model->size);
    struct event_view v = {
        .noun = life->model->noun, .noun_id = id, .verb = verb
    };
    const struct field *asked = asked_words(l);
    bool some = false;
    unsigned who;

    TRY(load(c, life, id, rec, &who));
    v.internal = who & life->insiders;
    v.hidden = hidden_verbs(c, life, rec, who);
    if (life->withhold != NULL && asked != NULL)
        TRY(refuse_words(c, life, rec, &v, asked));
    TRY(event_list(c, l, &v));
    return life->withhold ? life->withhold(c, rec, l->rows, l->n, &some) : OK;
}

enum err
life_may_hear(struct call *c, const struct life *life, const void *rec,
              const struct event *e, bool *may)
{
    unsigned who = 0;
    enum err denied = life_who(c, life, rec, &who);

    *may = false;
    if (denied == ERR_DENIED || denied == ERR_UNSIGNED) {
        c->fault = (struct fault){ .code = OK };
        return OK;
    }
    *may = who != 0 && (!e->internal || who & life->insiders)
           && (life->hears == NULL || life->hears(c, rec, who, e->verb));
    return denied;
}

enum err
life_comment(struct call *c, const struct life *life, const void *in,
             struct event *e)
{
    TX tx = tx_begin(c);

    TRY(life_do(c, life, LIFE_COMMENT, in,
                arena_alloc(c->arena, life_view(life)->size)));
    TRY(event_newest(c, life->model->noun, *(const int64_t *)in, NULL, e));
    return tx_commit(&tx);
}

/* -- looking -------------------------------------------------------------------- */

/* What the guard says of a step that state and person allow: *WHY_NOT is NULL, or
   the words in which it refuses. */
static enum err
look_at_step(struct deed *d, const char **why_not)
{
    enum err e = ask_guard(d);

    *why_not = NULL;
    if (e != ERR_CONFLICT && e != ERR_DENIED && e != ERR_INVALID)
        return e;
    *why_not = arena_text(d->c->arena, d->c->fault.text);
    d->c->fault = (struct fault){ .code = OK };
    return OK;
}

static enum err
offer_step(struct deed *d, struct json_out *verbs, struct json_out *why_not)
{
    const char *why;

    TRY(look_at_step(d, &why));
    if (why == NULL)
        json_text(verbs, d->step->verb);
    else
        json_put_text(why_not, d->step->verb, why);
    return OK;
}

/* Guards are handed a row they could change. */
static void
copy_row(struct deed *d)
{
    d->rec = arena_alloc(d->c->arena, d->life->model->size);
    memcpy(d->rec, d->old, d->life->model->size);
}

enum err
life_allows(struct call *c, const struct life *life, const void *rec,
            const char *verb, bool *allows)
{
    struct deed d = { .c = c, .life = life, .old = rec };
    const char *why;

    *allows = false;
    d.step = life_step(life, life_state(life, rec), verb);
    if (d.step == NULL)
        return OK;
    TRY(life_who(c, life, rec, &d.who));
    if ((d.step->who & d.who) == 0)
        return OK;
    copy_row(&d);
    TRY(look_at_step(&d, &why));
    *allows = why == NULL;
    return OK;
}

enum err
life_offer(struct call *c, const struct life *life, const void *rec,
           void *facts, struct offers *out)
{
    struct buf good = buf_make(c->arena, 0), bad = buf_make(c->arena, 0);
    struct json_out verbs = json_to(&good), why_not = json_to(&bad);
    struct deed d = { .c = c, .life = life, .old = rec, .facts = facts };
    unsigned state = life_state(life, rec);

    TRY(life_who(c, life, rec, &d.who));
    copy_row(&d);
    json_begin_list(&verbs);
    json_begin(&why_not);
    /* A verb has one row for a state, so no verb comes twice. */
    for (size_t i = 0; i < life->n; i++) {
        d.step = &life->steps[i];
        if (d.step->from >> state & 1 && d.step->who & d.who)
            TRY(offer_step(&d, &verbs, &why_not));
    }
    json_end(&why_not);
    json_end_list(&verbs);
    *out = (struct offers){ .verbs = good.s, .why_not = bad.s };
    return OK;
}
