/* SPDX-License-Identifier: Apache-2.0 */
/* What may stand in a pack, as a schema of libcyaml, and reading by it. */
#include "engine/catalog/pack.h"

#include <cyaml/cyaml.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "base/text.h"

/* -- the schema --------------------------------------------------------- */

#define OPT (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)
#define MUST CYAML_FLAG_POINTER
#define MAYBE CYAML_FLAG_OPTIONAL

#define WORD(T, m) CYAML_FIELD_STRING_PTR(#m, MUST, T, m, 1, 400)
#define TEXT(T, m) CYAML_FIELD_STRING_PTR(#m, OPT, T, m, 0, 2000)
#define BOOL(T, m)                                                             \
    CYAML_FIELD_ENUM(#m, CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, T, m,        \
                     answers, COUNT(answers))
#define LIST(T, m, v, most)                                                    \
    CYAML_FIELD_SEQUENCE_COUNT(#m, OPT, T, m, n_##m, &(v), 0, (most))

#define VALUE(name, T, fields)                                                 \
    static const cyaml_schema_value_t name = {                                 \
        CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, T, fields)                     \
    }

/* libcyaml's own booleans take any word but a few for true. */
static const cyaml_strval_t answers[] = {
    { "true", SAID_YES },
    { "false", SAID_NO },
    { "yes", SAID_YES },
    { "no", SAID_NO },
};
static const cyaml_strval_t kinds[] = {
    { "text", FORM_TEXT },     { "number", FORM_NUMBER },
    { "choice", FORM_CHOICE }, { "datetime", FORM_DATETIME },
    { "place", FORM_PLACE },   { "person", FORM_PERSON },
    { "yes_no", FORM_YES_NO },
};
static const cyaml_strval_t sets[] = {
    { "wanted_from", SETS_WANTED_FROM },
    { "wanted_to", SETS_WANTED_TO },
};
static const cyaml_strval_t pauses[] = {
    { "yes", PAUSE_YES },
    { "no", PAUSE_NO },
    { "approval", PAUSE_APPROVAL },
};
static const cyaml_strval_t day_kinds[] = {
    { "holiday", WORKCAL_HOLIDAY },
    { "makeup", WORKCAL_MAKEUP },
    { "closure", WORKCAL_CLOSURE },
    { "half_holiday", WORKCAL_HALF_HOLIDAY },
};

static const cyaml_schema_field_t area_keys[] = {
    WORD(struct pack_area, code),
    WORD(struct pack_area, name),
    WORD(struct pack_area, name_en),
    CYAML_FIELD_INT("sort", MAYBE, struct pack_area, sort),
    CYAML_FIELD_END,
};
VALUE(area_value, struct pack_area, area_keys);

static const cyaml_schema_field_t sla_keys[] = {
    WORD(struct pack_sla, code),
    WORD(struct pack_sla, name),
    WORD(struct pack_sla, name_en),
    TEXT(struct pack_sla, accept),
    TEXT(struct pack_sla, on_site),
    TEXT(struct pack_sla, safe),
    TEXT(struct pack_sla, complete),
    CYAML_FIELD_ENUM("pause", CYAML_FLAG_STRICT, struct pack_sla, pause, pauses,
                     COUNT(pauses)),
    BOOL(struct pack_sla, emergency),
    CYAML_FIELD_END,
};
VALUE(sla_value, struct pack_sla, sla_keys);

static const cyaml_schema_field_t crew_keys[] = {
    WORD(struct pack_crew, code),
    WORD(struct pack_crew, name),
    WORD(struct pack_crew, name_en),
    WORD(struct pack_crew, dispatch),
    CYAML_FIELD_END,
};
VALUE(crew_value, struct pack_crew, crew_keys);

static const cyaml_schema_field_t choice_keys[] = {
    WORD(struct form_choice, value),
    WORD(struct form_choice, label),
    WORD(struct form_choice, label_en),
    CYAML_FIELD_END,
};
VALUE(choice_value, struct form_choice, choice_keys);

static const cyaml_schema_field_t shown_keys[] = {
    WORD(struct pack_shown, field),
    WORD(struct pack_shown, is),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t field_keys[] = {
    WORD(struct pack_field, name),
    CYAML_FIELD_ENUM("kind", CYAML_FLAG_STRICT, struct pack_field, kind, kinds,
                     COUNT(kinds)),
    WORD(struct pack_field, label),
    WORD(struct pack_field, label_en),
    BOOL(struct pack_field, required),
    CYAML_FIELD_FLOAT_PTR("min", OPT | CYAML_FLAG_STRICT, struct pack_field,
                          min),
    CYAML_FIELD_FLOAT_PTR("max", OPT | CYAML_FLAG_STRICT, struct pack_field,
                          max),
    CYAML_FIELD_INT("decimals", MAYBE, struct pack_field, decimals),
    BOOL(struct pack_field, day_only),
    CYAML_FIELD_ENUM("sets", MAYBE | CYAML_FLAG_STRICT, struct pack_field, sets,
                     sets, COUNT(sets)),
    TEXT(struct pack_field, unit),
    TEXT(struct pack_field, unit_en),
    TEXT(struct pack_field, says),
    TEXT(struct pack_field, says_en),
    LIST(struct pack_field, choices, choice_value, FORM_MAX_CHOICES),
    CYAML_FIELD_MAPPING_PTR("shown_if", OPT, struct pack_field, shown_if,
                            shown_keys),
    CYAML_FIELD_END,
};
VALUE(field_value, struct pack_field, field_keys);

static const cyaml_schema_value_t keyword_value = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 100)
};

static const cyaml_schema_field_t item_keys[] = {
    WORD(struct pack_item, code),
    TEXT(struct pack_item, area),
    WORD(struct pack_item, name),
    WORD(struct pack_item, name_en),
    LIST(struct pack_item, keywords, keyword_value, 200),
    CYAML_FIELD_INT("priority", CYAML_FLAG_DEFAULT, struct pack_item, priority),
    WORD(struct pack_item, sla_class),
    TEXT(struct pack_item, crew),
    TEXT(struct pack_item, account),
    BOOL(struct pack_item, needs_approval),
    BOOL(struct pack_item, asks_rating),
    BOOL(struct pack_item, anonymous_allowed),
    BOOL(struct pack_item, classified_allowed),
    BOOL(struct pack_item, public_list),
    BOOL(struct pack_item, active),
    LIST(struct pack_item, fields, field_value, FORM_MAX_FIELDS),
    CYAML_FIELD_END,
};
VALUE(item_value, struct pack_item, item_keys);

static const cyaml_schema_field_t route_keys[] = {
    TEXT(struct pack_route, item),
    TEXT(struct pack_route, place),
    WORD(struct pack_route, crew),
    CYAML_FIELD_END,
};
VALUE(route_value, struct pack_route, route_keys);

static const cyaml_schema_field_t hours_keys[] = {
    WORD(struct pack_hours, name),  TEXT(struct pack_hours, name_en),
    WORD(struct pack_hours, from),  WORD(struct pack_hours, to),
    WORD(struct pack_hours, spans), CYAML_FIELD_END,
};
VALUE(hours_value, struct pack_hours, hours_keys);

static const cyaml_schema_field_t day_keys[] = {
    WORD(struct pack_day, day),
    CYAML_FIELD_ENUM("kind", CYAML_FLAG_STRICT, struct pack_day, kind,
                     day_kinds, COUNT(day_kinds)),
    TEXT(struct pack_day, name),
    TEXT(struct pack_day, name_en),
    CYAML_FIELD_END,
};
VALUE(day_value, struct pack_day, day_keys);

static const cyaml_schema_field_t year_keys[] = {
    CYAML_FIELD_INT("year", CYAML_FLAG_DEFAULT, struct pack_year, year),
    LIST(struct pack_year, days, day_value, 366),
    CYAML_FIELD_END,
};
VALUE(year_value, struct pack_year, year_keys);

static const cyaml_schema_field_t pack_keys[] = {
    TEXT(struct pack, valid_from),
    TEXT(struct pack, source),
    TEXT(struct pack, licence),
    LIST(struct pack, areas, area_value, 1000),
    LIST(struct pack, sla_classes, sla_value, 1000),
    LIST(struct pack, crews, crew_value, 1000),
    LIST(struct pack, items, item_value, 10000),
    LIST(struct pack, routing, route_value, 10000),
    LIST(struct pack, office_hours, hours_value, 100),
    LIST(struct pack, years, year_value, 100),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t pack_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct pack, pack_keys)
};

/* -- reading ------------------------------------------------------------ */

/* What libcyaml says of an error: the cause first, then the way to it from
   the inside out, of which the first line is the exact one. */
struct said {
    char cause[200], where[200];
};

static void
keep_line(char *to, size_t size, const char *from)
{
    (void)snprintf(to, size, "%.*s", (int)strcspn(from, "\r\n"), from);
}

static void __attribute__((format(printf, 3, 0)))
hear(cyaml_log_t level, void *ctx, const char *fmt, va_list args)
{
    struct said *said = ctx;
    char line[400];
    const char *text = line;

    if (level < CYAML_LOG_ERROR)
        return;
    (void)vsnprintf(line, sizeof line, fmt, args);
    if (text_starts(text, "Load: "))
        text += strlen("Load: ");
    while (*text == ' ')
        text++;
    if (text_starts(text, "Backtrace"))
        return;
    /* The first line of either kind is the exact one. */
    if (text_starts(text, "in ")) {
        if (said->where[0] == '\0')
            keep_line(said->where, sizeof said->where, text + 3);
    } else if (said->cause[0] == '\0') {
        keep_line(said->cause, sizeof said->cause, text);
    }
}

/* Everything libcyaml asks for lives in the call's arena.  It grows lists by
   one entry at a time; each piece carries its room before it and is given
   twice as much when it must move. */
static void *
arena_piece(void *ctx, void *old, size_t size)
{
    size_t room = size, had = 0, *head;

    if (size == 0)
        return NULL;
    if (old != NULL) {
        had = *(size_t *)(void *)((char *)old - sizeof(max_align_t));
        if (size <= had)
            return old;
        room = 2 * size;
    }
    head = arena_alloc(ctx, room + sizeof(max_align_t));
    *head = room;
    head = (size_t *)(void *)((char *)head + sizeof(max_align_t));
    if (old != NULL)
        memcpy(head, old, had);
    return head;
}

/* libcyaml cuts its lines by bytes: what is left of a character goes too. */
static const char *
whole_text(struct call *c, const char *s)
{
    size_t n = strlen(s);

    while (n > 0 && !text_is_utf8(s, n))
        n--;
    return arena_text_n(c->arena, s, n);
}

/* Deeper than any pack: libcyaml refuses it by its form. */
#define MOST_LEVELS 32

/* How the event changes the level that is read. */
static int
level_of(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT: return 1;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: return -1;
    default: return 0;
    }
}

/* "\0" within quotes is a NUL, where libcyaml would end the text.  Nothing is
   read of what is too deep: libyaml asks every open level at each word, which
   takes hours for a file of brackets. */
static bool
holds_nul(const struct catalog_file *file)
{
    yaml_parser_t parser;
    yaml_event_t event;
    bool nul = false, end = yaml_parser_initialize(&parser) == 0;
    int level = 0;

    if (end)
        return false;
    yaml_parser_set_input_string(&parser, (const unsigned char *)file->text,
                                 file->len);
    /* What cannot be read at all is libcyaml's to tell of. */
    while (!end && !nul && yaml_parser_parse(&parser, &event)) {
        nul = event.type == YAML_SCALAR_EVENT
              && memchr(event.data.scalar.value, 0, event.data.scalar.length);
        level += level_of(&event);
        end = event.type == YAML_STREAM_END_EVENT || level > MOST_LEVELS;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return nul;
}

enum err
pack_read(struct call *c, const struct catalog_file *file, struct pack *out)
{
    struct said said = { "", "" };
    /* NO_ALIAS: a few lines that name one another unfold to gigabytes. */
    const cyaml_config_t config = {
        .log_fn = hear,
        .log_ctx = &said,
        .mem_fn = arena_piece,
        .mem_ctx = c->arena,
        .log_level = CYAML_LOG_ERROR,
        .flags = CYAML_CFG_NO_ALIAS
    };
    const char *name = arena_text(c->arena, file->name);
    cyaml_data_t *data = NULL;
    const struct pack *pack;
    cyaml_err_t e;

    if (file->len > PACK_MAX_BYTES)
        return fail(c, ERR_INVALID, name, "the file is larger than 4 MiB");
    if (!text_is_utf8(file->text, file->len))
        return fail(c, ERR_INVALID, name, "the file is not UTF-8");
    if (holds_nul(file))
        return fail(c, ERR_INVALID, name, "a text in the file holds a NUL");
    e = cyaml_load_data((const uint8_t *)file->text, file->len, &config,
                        &pack_value, &data, NULL);
    if (e != CYAML_OK)
        return fail(c, ERR_INVALID, name, "%s: %s", whole_text(c, said.where),
                    said.cause[0] != '\0' ? whole_text(c, said.cause)
                                          : cyaml_strerror(e));
    pack = data;
    if (pack == NULL)
        return fail(c, ERR_INVALID, name, "the file is empty");
    *out = *pack;
    return OK;
}

enum err
pack_fault(struct call *c, const struct catalog_file *file, const char *entry)
{
    const struct fault f = c->fault;

    if (f.code != ERR_INVALID && f.code != ERR_CONFLICT)
        return f.code;
    return fail(c, f.code, arena_text(c->arena, file->name), "%s: %s%s%s",
                entry, f.field != NULL ? f.field : "",
                f.field != NULL ? ": " : "", f.text);
}

/* -- parts --------------------------------------------------------------- */

/* "yes" and "no" in YAML are true and false in the form. */
static const char *
shown_is(const struct pack_item *i, const struct pack_shown *s)
{
    for (unsigned n = 0; n < i->n_fields; n++)
        if (strcmp(i->fields[n].name, s->field) == 0
            && i->fields[n].kind == FORM_YES_NO)
            return strcmp(s->is, "yes") == 0  ? "true"
                   : strcmp(s->is, "no") == 0 ? "false"
                                              : s->is;
    return s->is;
}

static struct form_field
make_field(const struct pack_item *i, const struct pack_field *f)
{
    return (struct form_field){
        .name = f->name,
        .label = f->label,
        .label_en = f->label_en,
        .says = f->says,
        .says_en = f->says_en,
        .unit = f->unit,
        .unit_en = f->unit_en,
        .kind = (enum form_kind)f->kind,
        .sets = (enum form_sets)f->sets,
        .required = f->required == SAID_YES,
        .day_only = f->day_only == SAID_YES,
        .has_min = f->min != NULL,
        .has_max = f->max != NULL,
        .min = f->min != NULL ? *f->min : 0,
        .max = f->max != NULL ? *f->max : 0,
        .decimals = f->decimals,
        .choices = f->choices,
        .n_choices = f->n_choices,
        .shown_field = f->shown_if != NULL ? f->shown_if->field : NULL,
        .shown_is = f->shown_if != NULL ? shown_is(i, f->shown_if) : NULL
    };
}

enum err
pack_form(struct call *c, const struct catalog_file *file,
          const struct pack_item *i, struct form *out)
{
    out->n = i->n_fields;
    out->fields = NEW_N(c->arena, struct form_field, out->n + 1);
    for (unsigned n = 0; n < i->n_fields; n++)
        out->fields[n] = make_field(i, &i->fields[n]);
    if (form_check(c, out) != OK)
        return pack_fault(c, file, i->code);
    return OK;
}

/* What a clock in words comes to. */
struct clock {
    int64_t minutes, days;
    bool working, booked;
};

static bool
read_clock(const char *s, struct clock *out)
{
    int64_t n = 0;
    const char *unit;

    *out = (struct clock){ 0 };
    if (s == NULL)
        return true;
    out->booked = strcmp(s, "booked") == 0;
    if (out->booked)
        return true;
    unit = s + strspn(s, "0123456789");
    /* Six digits are enough for any clock, and no sum of them overflows. */
    if (unit == s || unit > s + 6 || *unit != ' ')
        return false;
    for (; s < unit; s++)
        n = n * 10 + (*s - '0');
    unit++;
    if (strcmp(unit, "wd") == 0)
        out->days = n;
    else if (strcmp(unit, "min") == 0 || strcmp(unit, "wmin") == 0)
        out->minutes = n;
    else if (strcmp(unit, "h") == 0 || strcmp(unit, "wh") == 0)
        out->minutes = n * 60;
    else
        return false;
    out->working = *unit == 'w' && out->minutes > 0;
    return n > 0;
}

enum err
pack_sla(struct call *c, const struct catalog_file *file,
         const struct pack_sla *s, struct sla_class *out)
{
    struct clock accept, on_site, safe, complete;

    /* Only when somebody comes and when it is done can be agreed on; a danger
       is stopped in hours, not in days. */
    if (!read_clock(s->accept, &accept) || !read_clock(s->on_site, &on_site)
        || !read_clock(s->safe, &safe) || !read_clock(s->complete, &complete)
        || accept.booked || safe.booked || safe.days > 0)
        return fail(c, ERR_INVALID, arena_text(c->arena, file->name),
                    "%s: a clock is such as 30 min, 2 h, 4 wh, 1 wd or booked",
                    s->code);
    *out = (struct sla_class){
        .code = s->code,
        .name = s->name,
        .name_en = s->name_en,
        .accept_min = accept.minutes,
        .accept_days = accept.days,
        .accept_working = accept.working,
        .on_site_min = on_site.minutes,
        .on_site_days = on_site.days,
        .on_site_working = on_site.working,
        .on_site_booked = on_site.booked,
        .safe_min = safe.minutes,
        .safe_working = safe.working,
        .complete_min = complete.minutes,
        .complete_days = complete.days,
        .complete_working = complete.working,
        .complete_booked = complete.booked,
        .pause = (unsigned)s->pause,
        .emergency = s->emergency == SAID_YES
    };
    return OK;
}
