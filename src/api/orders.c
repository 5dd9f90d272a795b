/* SPDX-License-Identifier: Apache-2.0 */
/* Orders over HTTP.  The rules are engine/order's; here is only shape. */
#include <string.h>

#include "api/route.h"
#include "api/several.h"
#include "auth/auth.h"
#include "base/text.h"
#include "engine/order/order.h"
#include "engine/order/recurring.h"
#include "engine/org/org.h"
#include "json/json.h"

static enum err
serve_submit(struct call *c, void *in, void *out)
{
    return order_submit(c, in, out);
}

struct by_id {
    int64_t id;
};
static const struct field by_id_fields[] = {
    FIELD(struct by_id, id, .flags = GIVEN | DERIVED),
};
static const struct model by_id_model =
    MODEL("by_id", NULL, struct by_id, by_id_fields);

static enum err
list_orders(struct call *c, void *in, void *out)
{
    struct list *l = in;

    (void)out;
    return order_list(c, l, l->view);
}

static enum err
get_duplicates(struct call *c, void *in, void *out)
{
    struct order_candidates *d = in;
    struct raw *raw = out;
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);

    TRY(model_check(c, &order_candidates_model, d));
    TRY(order_duplicates(c, d));
    json_begin(&o);
    json_key(&o, "items");
    json_begin_list(&o);
    for (size_t i = 0; i < d->n; i++)
        model_write_json(&o, &order_candidate_model, &d->found[i]);
    json_end_list(&o);
    json_end(&o);
    raw->body = b.s;
    return OK;
}

static enum err
get_board(struct call *c, void *in, void *out)
{
    struct order_board board = { 0 };
    struct raw *raw = out;
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);

    (void)in;
    TRY(order_board(c, &board));
    json_begin(&o);
    json_key(&o, "states");
    json_begin(&o);
    for (int s = 0; s < N_ORDER_STATES; s++)
        json_put_int(&o, order_states[s], board.counts[s]);
    json_end(&o);
    json_put_int(&o, "overdue", board.overdue);
    json_end(&o);
    raw->body = b.s;
    return OK;
}

static void
write_span(struct json_out *o, const struct order_span *s)
{
    json_put_int(o, "asked", s->asked);
    json_put_int(o, "completed", s->completed);
    json_put_int(o, "late", s->late);
}

static void
write_first(struct json_out *o, day first)
{
    char text[11];

    day_print(first, text);
    json_put_text(o, "first", text);
}

static void
write_provider(struct json_out *o, const struct order_provider_figures *p)
{
    json_begin(o);
    json_put_int(o, "id", p->id);
    json_put_text(o, "name", p->name);
    json_put_text(o, "name_en", p->name_en);
    for (int m = 0; m < 2; m++) {
        json_key(o, m == ORDER_LAST_MONTH ? "last_month" : "this_month");
        json_begin(o);
        json_put_int(o, "completed", p->months[m].completed);
        json_put_int(o, "late", p->months[m].late);
        json_end(o);
    }
    json_end(o);
}

/* What is not for these eyes, or of too few, is null. */
static void
write_month(struct json_out *o, const struct order_figures *f, int m)
{
    json_begin(o);
    write_first(o, f->months[m].first);
    write_span(o, &f->months[m]);
    json_key(o, "rated");
    if (f->rates)
        json_int(o, f->votes[m].n);
    else
        json_raw(o, "null");
    json_key(o, "stars");
    if (f->rates && !f->votes[m].hidden)
        json_float(o, f->votes[m].average);
    else
        json_raw(o, "null");
    json_end(o);
}

static enum err
get_figures(struct call *c, void *in, void *out)
{
    struct order_figures f = { .n_providers = 0 };
    struct raw *raw = out;
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);

    (void)in;
    TRY(order_figures(c, &f));
    json_begin(&o);
    json_key(&o, "days");
    json_begin_list(&o);
    for (int i = 0; i < ORDER_FIGURE_DAYS; i++) {
        json_begin(&o);
        write_first(&o, f.days[i].first);
        write_span(&o, &f.days[i]);
        json_end(&o);
    }
    json_end_list(&o);
    /* Side by side, not a list: a page compares the two. */
    json_key(&o, "last_month");
    write_month(&o, &f, ORDER_LAST_MONTH);
    json_key(&o, "this_month");
    write_month(&o, &f, ORDER_THIS_MONTH);
    json_key(&o, "dissatisfied");
    if (f.rates)
        json_int(&o, f.dissatisfied);
    else
        json_raw(&o, "null");
    json_key(&o, "providers");
    json_begin_list(&o);
    for (size_t i = 0; i < f.n_providers; i++)
        write_provider(&o, &f.providers[i]);
    json_end_list(&o);
    json_end(&o);
    raw->body = b.s;
    return OK;
}

static void
write_member(struct json_out *o, const struct crew_load_member *m)
{
    json_begin(o);
    json_put_int(o, "person_id", m->person_id);
    json_put_text(o, "name", m->name);
    json_put_bool(o, "lead", m->lead);
    json_put_text(o, "skills", m->skills);
    json_put_int(o, "open", m->open);
    json_put_bool(o, "on_duty", m->on_duty);
    json_end(o);
}

static enum err
get_crew_load(struct call *c, void *in, void *out)
{
    struct crew_load l = { .id = ((struct by_id *)in)->id };
    struct crew crew = { 0 };
    struct raw *raw = out;
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);

    /* First: who may see it cannot be said of a crew that is not there. */
    TRY(model_get(c, &crew_model, l.id, &crew));
    TRY(order_crew_load(c, &l));
    json_begin(&o);
    json_put_int(&o, "open", l.open);
    json_put_int(&o, "on_hand", l.on_hand);
    json_put_int(&o, "overdue", l.overdue);
    json_key(&o, "members");
    json_begin_list(&o);
    for (size_t i = 0; i < l.n; i++)
        write_member(&o, &l.members[i]);
    json_end_list(&o);
    json_end(&o);
    raw->body = b.s;
    return OK;
}

static enum err
get_crew_ratings(struct call *c, void *in, void *out)
{
    struct rating_totals t = { .id = ((struct by_id *)in)->id };
    struct crew crew = { 0 };
    struct raw *raw = out;
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);

    /* First: who may see it cannot be said of a crew that is not there. */
    TRY(model_get(c, &crew_model, t.id, &crew));
    TRY(rating_of_crew(c, &t));
    json_begin(&o);
    json_put_bool(&o, "hidden", t.hidden);
    json_put_int(&o, "n", t.n);
    json_key(&o, "average");
    json_float(&o, t.average);
    json_key(&o, "stars");
    json_begin_list(&o);
    for (int i = 0; i < 5; i++)
        json_int(&o, t.stars[i]);
    json_end_list(&o);
    json_key(&o, "tags");
    json_raw(&o, t.tags ? t.tags : "{}");
    json_end(&o);
    raw->body = b.s;
    return OK;
}

SERVE(order_promise, struct order_promise)
SERVE(recurring_preview, struct recurring_order)
SERVE(order_follow, struct order_follow)
SERVE(order_follows, struct list)
SERVE(draft_add, struct draft)
SERVE(draft_set, struct draft)
SERVE(draft_list, struct list)
SERVE(rating_list, struct list)

static enum err
serve_draft_submit(struct call *c, void *in, void *out)
{
    struct draft d = { .id = ((struct by_id *)in)->id };

    return draft_submit(c, &d, out);
}

static enum err
serve_draft_remove(struct call *c, void *in, void *out)
{
    struct draft d = { .id = ((struct by_id *)in)->id };

    (void)out;
    return draft_remove(c, &d);
}

static const char *const order_list_views[] = {
    "mine",        "todo",        "crew",         "grab", "soon",
    "to_dispatch", "to_be_taken", "dissatisfied", NULL
};

const struct route order_routes[] = {
    { GET, "/orders", list_orders, .out = &order_model, .flags = R_LIST,
      .views = order_list_views,
      .says = "Orders the caller may see; view= narrows: mine, todo (mine that "
              "wait for me), crew, grab, soon (in time, but not for long), "
              "to_dispatch (accepted, for the desk), to_be_taken (accepted, "
              "for the people of a crew that grabs), dissatisfied (with "
              "rating.see)." },
    { POST, "/orders", serve_submit, .in = &order_request_model,
      .out = &order_view_model, .may = "order.create",
      .flags = R_CREATED | R_LATER,
      .says = "Ask for a service item at a place, with legs or without." },
    { POST, "/orders/several", serve_several, .in = &several_model,
      .flags = R_RAW | R_APART, .answer = SEVERAL_ANSWER,
      .says =
          "Do verbs on several orders; each is done or refused by itself." },
    { GET, "/orders/duplicates", get_duplicates, .in = &order_candidates_model,
      .out = &order_candidate_model, .flags = R_RAW, .answer = "{items:[#]}",
      .says = "Open orders of the same item at the same place." },
    { GET, "/orders/promise", serve_order_promise, .in = &order_promise_model,
      .out = &order_promise_model,
      .says = "By when an item asked for now would be done." },
    { GET, "/orders/board", get_board, .may = "order.see", .flags = R_RAW,
      .answer = "{states:{*:int},overdue:int}",
      .says = "How many orders are open in each state." },
    { GET, "/orders/figures", get_figures, .may = "order.see", .flags = R_RAW,
      .answer = "{days:[{first:text,asked:int,completed:int,late:int}],"
                "last_month:{first:text,asked:int,completed:int,late:int,"
                "rated:int?,stars:real?},"
                "this_month:{first:text,asked:int,completed:int,late:int,"
                "rated:int?,stars:real?},dissatisfied:int?,"
                "providers:[{id:int,name:text,name_en:text?,"
                "last_month:{completed:int,late:int},"
                "this_month:{completed:int,late:int}}]}",
      .says =
          "What was asked for and completed in the last 14 days, this month "
          "and the month before; stars only with rating.see, and of five "
          "votes or more." },
    { GET, "/recurring-orders/preview", serve_recurring_preview,
      .in = &recurring_preview_model, .out = &recurring_preview_model,
      .may = "order.for_others",
      .says = "The next five days of a rule, before it is kept." },
    { GET, "/follows", serve_order_follows, .out = &order_follow_model,
      .flags = R_LIST, .says = "What the caller follows." },
    { POST, "/follows", serve_order_follow, .in = &order_follow_model,
      .out = &order_follow_model, .may = "order.create", .flags = R_CREATED,
      .says = "One met it, too, and wants to hear what becomes of it." },
    { GET, "/drafts", serve_draft_list, .out = &draft_model, .flags = R_LIST,
      .says = "One's own drafts." },
    { POST, "/drafts", serve_draft_add, .in = &draft_model, .out = &draft_model,
      .flags = R_CREATED, .says = "Keep a request." },
    { PATCH, "/drafts/{id}", serve_draft_set, .in = &draft_model,
      .out = &draft_model, .says = "Change a draft." },
    { DELETE, "/drafts/{id}", serve_draft_remove, .in = &by_id_model,
      .says = "Throw a draft away." },
    { POST, "/drafts/{id}/submit", serve_draft_submit, .in = &by_id_model,
      .out = &order_view_model, .flags = R_CREATED,
      .says = "Make a draft an order." },
    { GET, "/crews/{id}/load", get_crew_load, .in = &by_id_model,
      .may = "order.dispatch", .flags = R_RAW,
      .answer = "{open:int,on_hand:int,overdue:int,members:[{person_id:int,"
                "name:text?,lead:bool,skills:text?,open:int,on_duty:bool}]}",
      .says = "What a crew and its people have on their hands." },
    { GET, "/crews/{id}/ratings", get_crew_ratings, .in = &by_id_model,
      .flags = R_RAW,
      .answer = "{hidden:bool,n:int,average:real,stars:[int],tags:{*:int}}",
      .says = "A crew's ratings in total." },
    { GET, "/ratings", serve_rating_list, .out = &rating_model,
      .may = "rating.see", .flags = R_LIST, .says = "Single ratings." },
    { 0 }
};
