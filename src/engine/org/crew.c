/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Crews, who is in them and when they are on duty.  A shift is a weekly
 * pattern on the wall clock of the office; it belongs to the day on which it
 * begins, also where it ends after midnight.
 */
#include "engine/org/inner.h"

#include <string.h>

#include "auth/change.h"
#include "base/words.h"
#include "json/json.h"

static const char *const dispatch_words[] = { "assign", "grab", "in_turn",
                                              NULL };

static const struct field crew_fields[] = {
    FIELD(struct crew, id, .flags = GIVEN),
    FIELD(struct crew, code, .flags = REQUIRED | UNIQUE | FOUND,
          .also = "代码,班组编码", .max = 32, .label = "Code"),
    FIELD(struct crew, name, .flags = REQUIRED | TITLE | FOUND,
          .also = "班组名称", .max = 60, .label = "Name"),
    FIELD(struct crew, name_en, .flags = FOUND, .max = 120,
          .label = "English name"),
    FIELD(struct crew, provider_id, .refers = "provider", .label = "Provider"),
    FIELD(struct crew, phone, .flags = FOUND, .max = 24, .label = "Phone"),
    FIELD(struct crew, dispatch, .choices = dispatch_words,
          .label = "How orders are handed out"),
    FIELD(struct crew, active, .flags = IN_USE, .label = "In use"),
    FIELD(struct crew, version, .flags = GIVEN),
    FIELD(struct crew, updated_at, .flags = GIVEN),
    FIELD(struct crew, warning, .flags = GIVEN | DERIVED, .label = "Warning"),
};
static const struct field member_fields[] = {
    FIELD(struct crew_member, id, .flags = GIVEN),
    FIELD(struct crew_member, crew_id, .flags = REQUIRED | FIXED | PART_OF_KEY,
          .refers = "crew", .label = "Crew"),
    FIELD(struct crew_member, person_id, .flags = REQUIRED | FIXED | UNIQUE,
          .refers = "person", .label = "Person"),
    FIELD(struct crew_member, lead, .label = "Leads the crew"),
    FIELD(struct crew_member, skills, .max = 200, .label = "Skills",
          .says = "Words with a comma between."),
    FIELD(struct crew_member, turn, .flags = GIVEN | FLEETING),
    FIELD(struct crew_member, version, .flags = GIVEN),
    FIELD(struct crew_member, updated_at, .flags = GIVEN),
    FIELD(struct crew_member, person_name, .flags = GIVEN | DERIVED | TITLE,
          .label = "Name"),
};
#define LAST_MINUTE (24 * 60 - 1)

static const struct field shift_fields[] = {
    FIELD(struct shift, id, .flags = GIVEN),
    FIELD(struct shift, crew_id, .flags = REQUIRED | FIXED, .refers = "crew",
          .label = "Crew"),
    FIELD(struct shift, person_id, .refers = "person", .label = "Person",
          .says = "Empty: the whole crew."),
    FIELD(struct shift, name, .flags = REQUIRED | TITLE | FOUND, .max = 40,
          .label = "Name"),
    FIELD(struct shift, weekdays, .flags = REQUIRED, .max = 7,
          .label = "Weekdays", .says = "Digits; 1 is Monday."),
    FIELD(struct shift, from_min, .max = LAST_MINUTE, .label = "From",
          .says = "Minutes since midnight."),
    FIELD(struct shift, to_min, .max = LAST_MINUTE, .label = "To",
          .says = "Not above from: into the next day."),
    FIELD(struct shift, valid_from, .flags = SINCE, .label = "Since"),
    FIELD(struct shift, valid_to, .flags = UNTIL, .label = "Until"),
    FIELD(struct shift, version, .flags = GIVEN),
    FIELD(struct shift, updated_at, .flags = GIVEN),
};
/* -- crews ------------------------------------------------------------- */

static enum err
check_crew(struct call *c, const void *old, void *rec)
{
    struct crew *w = rec;

    (void)old;
    return org_check_phone(c, "phone", &w->phone);
}

/* All of the provider who sign in would do the crew's work. */
static enum err
/* NOLINTNEXTLINE(readability-non-const-parameter): the type is every noun's */
judge_crew(struct call *c, const void *before, void *rec, bool *made)
{
    const struct crew *old = before;
    struct crew *w = rec;
    struct right_change x = { .kind = "crew_provider", .noun = "crew" };
    bool waits = false;

    (void)made;
    if (old == NULL || w->provider_id == 0
        || w->provider_id == old->provider_id)
        return OK;
    TRY(provider_signs_in(c, w->provider_id, &x.person_id));
    if (x.person_id)
        TRY(change_waits(c, CHANGE_GIVES, x.person_id, &waits));
    if (!waits)
        return OK;
    x.about = old->name;
    x.noun_id = old->id;
    x.wish = arena_printf(c->arena, "{\"provider_id\":%lld}",
                          (long long)w->provider_id);
    w->provider_id = old->provider_id;
    return change_ask(c, &x);
}

static const char lost_rules[] =
    "SELECT COALESCE(r.item_code, '*') FROM org_work r"
    " JOIN crew k ON k.id = r.crew_id"
    " WHERE (k.id = $1 OR k.provider_id = $2) AND r.valid_from <= $3"
    " AND (r.valid_to IS NULL OR r.valid_to > $3) ORDER BY 1, r.id LIMIT 9";

enum err
org_warn_rules(struct call *c, int64_t crew_id, int64_t provider_id,
               const char **warning)
{
    struct buf b = buf_make(c->arena, 0);
    ROWS r = db_query(c, lost_rules, V(crew_id), V(provider_id), V(today(c)));

    for (size_t n = 0; rows_next(&r); n++)
        buf_printf(&b, "%s%s", n > 0 ? ", " : "",
                   n < 8 ? row_text(&r, 0) : "…");
    if (b.len > 0)
        *warning = arena_printf(
            c->arena,
            words_in(c, "what these routing rules lead to waits at the desk: "
                        "%s"),
            b.s);
    return rows_end(&r);
}

/* Rules may lead nowhere now. */
static enum err
crew_changed(struct call *c, const void *old, void *rec)
{
    struct crew *w = rec;

    return old != NULL && !w->active ? org_warn_rules(c, w->id, 0, &w->warning)
                                     : OK;
}

/* What is out of use gives no rights. */
static void
crew_after(struct call *c, const void *old, const void *rec)
{
    const struct crew *was = old, *is = rec;

    if (was != NULL
        && (was->active != is->active || was->provider_id != is->provider_id))
        auth_forget(c);
}

const struct model crew_model = MODEL("crew", "crew", struct crew, crew_fields);

const struct noun crew_noun = {
    .model = &crew_model,
    .plural = "crews",
    .says = "Who does the work.",
    .part = "org",
    .edit = "org.edit",
    .told = "org.see",
    .reach = { .crew = "id", .provider = "provider_id" },
    .merges = true,
    .gains = gain_of_crew,
    .check = check_crew,
    .judge = judge_crew,
    .changed = crew_changed,
    .after = crew_after,
};

/* -- members ----------------------------------------------------------- */

static const char find_member[] =
    "SELECT id FROM crew_member WHERE crew_id = $1 AND person_id = $2";

/* Skills as they are kept: "a,b", whatever comma was typed. */
static const char *tidy_skills(struct call *c, const char *s);

/* Somebody in service, of the crew's provider if it has one. */
static enum err
check_member(struct call *c, const void *old, void *rec)
{
    struct crew_member *m = rec;
    struct person p = { 0 };
    struct crew w = { 0 };

    (void)old;
    TRY(model_get(c, &crew_model, m->crew_id, &w));
    TRY(model_get(c, &person_model, m->person_id, &p));
    if (!p.active)
        return fail(c, ERR_CONFLICT, "person_id", "%s is not in service",
                    p.name);
    if (w.provider_id && p.provider_id != w.provider_id)
        return fail(c, ERR_CONFLICT, "person_id",
                    "%s does not belong to the crew's provider", p.name);
    m->skills = tidy_skills(c, m->skills);
    return OK;
}

/* Bytes of the comma, of whatever script, that S begins with; 0: none. */
static size_t
comma(const char *s)
{
    static const char *const commas[] = { ",", ";", "\n", "，", "、", "；" };

    for (size_t i = 0; i < COUNT(commas); i++) {
        if (text_starts(s, commas[i]))
            return strlen(commas[i]);
    }
    return 0;
}

/* Take blanks and commas off the end. */
static void
trim_end(struct buf *b)
{
    while (b->len > 0 && strchr(" \t\r,", b->s[b->len - 1]))
        b->s[--b->len] = '\0';
}

static const char *
tidy_skills(struct call *c, const char *s)
{
    struct buf b = buf_make(c->arena, 0);
    size_t skip;

    while (s && *s) {
        if ((skip = comma(s)) > 0) {
            trim_end(&b);
            buf_putc(&b, ',');
            s += skip;
        } else if (strchr(" \t\r", *s)
                   && (b.len == 0 || b.s[b.len - 1] == ',')) {
            s++;
        } else {
            buf_putc(&b, *s++);
        }
    }
    trim_end(&b);
    if (b.len > 0 && b.s[0] == ',')
        return b.len > 1 ? b.s + 1 : NULL;
    return b.len > 0 ? b.s : NULL;
}

/* Who is in a crew does its orders. */
static enum err
ask_member(struct call *c, const struct crew *w, struct crew_member *m)
{
    const char *kind = m->lead ? "member_lead" : "member";
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);

    json_begin(&o);
    json_put_int(&o, "crew_id", m->crew_id);
    json_put_int(&o, "person_id", m->person_id);
    json_put_bool(&o, "lead", m->lead);
    json_put_text(&o, "skills", m->skills);
    json_end(&o);
    m->id = new_id(c); /* it will have this one */
    return change_ask(c, &(struct right_change){ .kind = kind,
                                                 .person_id = m->person_id,
                                                 .about = w->name,
                                                 .noun = "crew_member",
                                                 .noun_id = m->id,
                                                 .wish = b.s });
}

/* A member becomes the lead. */
static enum err
judge_lead(struct call *c, const struct crew *w, struct crew_member *m)
{
    struct right_change x = { .kind = "lead",
                              .person_id = m->person_id,
                              .about = w->name,
                              .noun = "crew_member",
                              .noun_id = m->id,
                              .wish = "{\"lead\":true}" };
    bool waits = false;

    TRY(change_waits(c, CHANGE_GIVES, m->person_id, &waits));
    if (!waits)
        return OK;
    m->lead = false;
    return change_ask(c, &x);
}

static enum err
judge_member(struct call *c, const void *before, void *rec, bool *made)
{
    const struct crew_member *old = before;
    struct crew_member *m = rec;
    struct crew w = { 0 };
    bool waits = false;

    TRY(model_get(c, &crew_model, m->crew_id, &w));
    if (old != NULL)
        return m->lead && !old->lead ? judge_lead(c, &w, m) : OK;
    TRY(change_waits(c, CHANGE_GIVES, m->person_id, &waits));
    *made = !waits;
    return waits ? ask_member(c, &w, m) : OK;
}

/* Is the word among those with a comma between? */
static bool
has_skill(const char *all, const char *word, size_t n)
{
    while (all != NULL && *all != '\0') {
        size_t k = strcspn(all, ",");

        if (k == n && strncmp(all, word, n) == 0)
            return true;
        all += k + (all[k] == ',');
    }
    return false;
}

/* What either can do. */
static const char *
join_skills(struct call *c, const char *a, const char *b)
{
    struct buf all = buf_make(c->arena, 0);

    buf_puts(&all, a ? a : "");
    while (b != NULL && *b != '\0') {
        size_t n = strcspn(b, ",");

        if (!has_skill(all.s, b, n))
            buf_printf(&all, "%s%.*s", all.len > 0 ? "," : "", (int)n, b);
        b += n + (b[n] == ',');
    }
    return all.len > 0 ? all.s : NULL;
}

/* Two crews, or two people, are one: whoever is in the crew that stays already
   can do what either could there, and leads it if either did.  Whose membership
   it becomes must be one who may have it. */
static enum err
follow_member(struct call *c, void *rec, int64_t *same)
{
    const struct crew_member *m = rec;
    struct crew_member there = { 0 };

    TRY(change_waits(c, CHANGE_GIVES, m->person_id, &c->waits));
    TRY(db_int(c, same, find_member, V(m->crew_id), V(m->person_id)));
    if (*same == 0)
        return OK;
    TRY(model_get(c, &crew_member_model, *same, &there));
    there.lead |= m->lead;
    there.skills = join_skills(c, there.skills, m->skills);
    return org_set_other(c, &crew_member_model, &there, ALL_FIELDS);
}

static enum err
name_member(struct call *c, void *rec)
{
    struct crew_member *m = rec;

    return org_name_of(c, find_person_name, m->person_id, &m->person_name);
}

const struct model crew_member_model =
    MODEL("crew_member", "crew_member", struct crew_member, member_fields);

/* Whoever leaves a crew does nothing in it from now on. */
static void
member_after(struct call *c, const void *old, const void *rec)
{
    (void)old;
    (void)rec;
    auth_forget(c);
}

const struct noun crew_member_noun = {
    .model = &crew_member_model,
    .plural = "crew-members",
    .says = "Who is in which crew.",
    .called = { "person_id", "crew_id" },
    .edit = "org.edit",
    .told = "org.see",
    .reach = { .crew = "crew_id" },
    .own_only = true,
    .removable = true,
    .check = check_member,
    .judge = judge_member,
    .derive = name_member,
    .follow = follow_member,
    .after = member_after,
};

enum err
crew_may_know(struct call *c, const struct crew *w)
{
    if (auth_from_outside(c) && w->provider_id != c->actor->provider_id)
        return fail(c, ERR_DENIED, NULL, "this needs the right “%s”",
                    "org.see");
    return OK;
}

/* -- shifts ------------------------------------------------------------ */

/* Each weekday once, a beginning, and a person who is in the crew. */
static enum err
check_shift(struct call *c, const void *old, void *rec)
{
    struct shift *s = rec;
    struct person p = { 0 };
    int64_t member = 0;
    unsigned seen = 0;

    (void)old;
    for (const char *d = s->weekdays; *d; d++) {
        if (*d < '1' || *d > '7' || seen & 1u << (*d - '0'))
            return fail(c, ERR_INVALID, "weekdays",
                        "must be digits from 1 to 7, each once");
        seen |= 1u << (*d - '0');
    }
    if (s->valid_from.n == 0)
        s->valid_from = today(c);
    if (s->valid_to.n && s->valid_to.n <= s->valid_from.n)
        return fail(c, ERR_INVALID, "valid_to",
                    "must be later than the beginning");
    if (s->person_id == 0)
        return OK;
    TRY(model_get(c, &person_model, s->person_id, &p));
    TRY(db_int(c, &member, find_member, V(s->crew_id), V(s->person_id)));
    if (!member)
        return fail(c, ERR_CONFLICT, "person_id", "%s is not in the crew",
                    p.name);
    return OK;
}

/* Is whoever is on duty by S on duty by T already, each time? */
static bool
says_as_much(const struct shift *t, const struct shift *s)
{
    if (t->person_id != s->person_id || t->from_min != s->from_min
        || t->to_min != s->to_min || t->valid_from.n > s->valid_from.n)
        return false;
    if (t->valid_to.n && (!s->valid_to.n || s->valid_to.n > t->valid_to.n))
        return false;
    return s->weekdays[strspn(s->weekdays, t->weekdays)] == '\0';
}

/* Two crews, or two people, are one: a shift that both had is one, too.  Others
   may overlap, as those of one crew may. */
static enum err
follow_shift(struct call *c, void *rec, int64_t *same)
{
    const struct shift *s = rec;
    ROWS r = model_query(c, &shift_model, "WHERE crew_id = $1 ORDER BY id",
                         V(s->crew_id));

    *same = 0;
    while (*same == 0 && rows_next(&r)) {
        struct shift t;

        model_read_row(&shift_model, &r, &t);
        if (t.id != s->id && says_as_much(&t, s))
            *same = t.id;
    }
    return rows_end(&r);
}

const struct model shift_model =
    MODEL("shift", "shift", struct shift, shift_fields);

const struct noun shift_noun = {
    .model = &shift_model,
    .plural = "shifts",
    .says = "When crews are on duty.",
    .called = { "crew_id", "person_id" },
    .edit = "org.edit",
    .told = "org.see",
    .reach = { .crew = "crew_id" },
    .own_only = true,
    .removable = true,
    .check = check_shift,
    .follow = follow_shift,
};

/* -- who is there ------------------------------------------------------ */

static const char find_hands[] =
    "SELECT m.person_id, m.id, p.name, p.mobile, m.skills, m.lead, m.turn,"
    " p.unit_id, p.place_id, p.provider_id"
    " FROM crew_member m JOIN person p ON p.id = m.person_id"
    " WHERE m.crew_id = $1 AND p.active = 1"
    " ORDER BY m.lead DESC, m.id";

/* The active members in an array; nobody is on duty yet. */
static enum err
read_hands(struct call *c, int64_t crew_id, struct crew_hand **hands, size_t *n)
{
    ROWS r = db_query(c, find_hands, V(crew_id));
    size_t cap = 0;

    *hands = NULL;
    for (*n = 0; rows_next(&r); (*n)++) {
        GROW(c->arena, *hands, *n, cap);
        (*hands)[*n] = (struct crew_hand){
            .person_id = row_int(&r, 0),
            .member_id = row_int(&r, 1),
            .name = row_text(&r, 2),
            .mobile = row_text(&r, 3),
            .skills = row_text(&r, 4),
            .lead = row_int(&r, 5) != 0,
            .turn = row_int(&r, 6),
            .unit_id = row_int(&r, 7),
            .place_id = row_int(&r, 8),
            .provider_id = row_int(&r, 9)
        };
    }
    return rows_end(&r);
}

/* Does the shift exist on the day? */
static bool
valid_on(const struct shift *s, day d)
{
    return s->valid_from.n <= d.n && (!s->valid_to.n || d.n < s->valid_to.n);
}

/* Does the shift begin on the day D of the wall calendar? */
static bool
begins_on(const struct shift *s, day d)
{
    return valid_on(s, d)
           && strchr(s->weekdays, (char)('0' + day_weekday(d))) != NULL;
}

/* Is somebody with this shift on duty on day D at the minute of the day? */
static bool
covers(const struct shift *s, day d, int64_t minute)
{
    day before = { d.n - 1 };
    bool over_midnight = s->to_min <= s->from_min;

    if (begins_on(s, d) && minute >= s->from_min
        && (over_midnight || minute < s->to_min))
        return true;
    return over_midnight && begins_on(s, before) && minute < s->to_min;
}

static void
put_on_duty(const struct shift *s, struct crew_hand *hands, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (s->person_id == 0 || s->person_id == hands[i].person_id)
            hands[i].on_duty = true;
    }
}

enum err
crew_hands(struct call *c, int64_t crew_id, instant at,
           struct crew_hand **hands, size_t *n)
{
    int64_t local = zone_local(c->app->zone, at);
    day d = zone_day(c->app->zone, at);
    int64_t minute = (local % DAY_MS + DAY_MS) % DAY_MS / MINUTE_MS;
    bool roster = false;

    TRY(read_hands(c, crew_id, hands, n));
    ROWS r = model_query(c, &shift_model, "WHERE crew_id = $1 ORDER BY id",
                         V(crew_id));
    while (rows_next(&r)) {
        struct shift s;

        model_read_row(&shift_model, &r, &s);
        /* The shift of the day before may reach into this one. */
        roster |= valid_on(&s, d) || valid_on(&s, (day){ d.n - 1 });
        if (covers(&s, d, minute))
            put_on_duty(&s, *hands, *n);
    }
    TRY(rows_end(&r));
    /* A crew without a roster is there whenever it is asked. */
    for (size_t i = 0; i < *n && !roster; i++)
        (*hands)[i].on_duty = true;
    return OK;
}

enum err
crew_hands_shown(struct call *c, const struct crew *w, instant at,
                 struct crew_hand **hands, size_t *n)
{
    const struct auth_where here = { .crew_id = w->id,
                                     .provider_id = w->provider_id };
    bool all;

    TRY(crew_may_know(c, w));
    TRY(crew_hands(c, w->id, at, hands, n));
    /* Whoever gives orders to the crew calls its people. */
    all = auth_may_at(c, "order.dispatch", &here);
    for (size_t i = 0; i < *n && !all; i++) {
        struct crew_hand *h = &(*hands)[i];

        if (!org_sees_phone(c, &(struct auth_where){ .unit_id = h->unit_id,
                                                     .place_id = h->place_id,
                                                     .provider_id =
                                                         h->provider_id })
            && h->person_id != c->actor->person_id)
            h->mobile = phone_masked(c, h->mobile);
    }
    return OK;
}
