/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model - descriptors of nouns: a plain struct and an array of FIELD rows
 * drive checking, SQL, JSON, OpenAPI, forms and the change history.
 *
 * Descriptors hold facts (kind, limits, words, references), never behaviour.
 * A rule that relates two fields is code in a verb.
 *
 * Always true:
 *   1. 0 and NULL mean "not said".
 *   2. A member's name is its column's name and its JSON key.
 *   3. model_add and model_set write the audit entry of what they changed in
 *      the same transaction.
 *   4. Every member named by a descriptor exists as a column (checked at
 *      start by model_check_schema), unless it is flagged DERIVED.
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "base/base.h"
#include "db/db.h"

enum field_kind {
    FIELD_INT,     /* int64_t */
    FIELD_REAL,    /* double */
    FIELD_BOOL,    /* bool; SMALLINT 0/1 */
    FIELD_TEXT,    /* const char * */
    FIELD_INSTANT, /* instant; JSON RFC 3339 */
    FIELD_DAY,     /* day; JSON "2026-11-23" */
    FIELD_MONEY,   /* money; JSON yuan with two decimals as a string "12.50" */
    FIELD_WORD     /* unsigned (an enum); stored and shown as a word */
};

enum field_flag {
    REQUIRED = 1,   /* must be said on creation, by the server where it is
                       GIVEN: no answer is without it */
    GIVEN = 2,      /* set by the server, refused from outside */
    JSON_TEXT = 4,  /* a text that holds JSON, shown as JSON, not as a string */
    SECRET = 8,     /* never shown, never in the audit's detail */
    DERIVED = 16,   /* no column: filled in by code, or only read as input */
    LONG = 32,      /* a text of several lines (forms show an area) */
    FIXED = 64,     /* may be given on creation, not changed after */
    FLEETING = 128, /* changes without an audit entry: a consequence of others,
                       or of no weight; no part of a row's digest (proof.h) */
    SEVERAL = 256,  /* a text of some of its choices, with commas between */
    EXPECTED = 512, /* a form insists on it; a program need not say it */
    UNIQUE = 1024,  /* no two rows have the same, or the same together with
                       every PART_OF_KEY; a table in and out knows rows by it */
    PART_OF_KEY = 2048,
    TITLE = 4096,   /* what people call the row */
    FOUND = 8192,   /* q= looks into it, where the noun has no index of words */
    IN_USE = 16384, /* a bool: the row may be referred to anew */
    SINCE = 32768,  /* the first day on which the row holds */
    UNTIL =
        65536, /* the first day on which it holds no more; empty: for good */
    UNASKED = 131072, /* a form does not ask for it; a program may say it */
    IN_CONFIDENCE =
        262144 /* a text that was said to those who might see the row
                       as it was: emptied where more may see it from now on */
};

struct field {
    const char *name;
    enum field_kind kind;
    size_t offset;
    unsigned flags;
    /* Of a number, or of a text's characters; 0: no limit.  Of a day or a time
       they count days from now; 0: a hundred years. */
    int64_t min, max;
    const char *const *choices; /* words, NULL-ended; of WORD or TEXT */
    const char *const *offers;  /* words that a form offers for a text that may
                                   be another */
    const char *refers;         /* table of the id it holds */
    /* Of a column that a step of the schema has renamed or added (proof.h). */
    const char *proved_as; /* the name that digests know it by; NULL: its own */
    const char *before;    /* the text that rows older than it have in it */
    const char *label;     /* English label; key of the language table */
    const char *also;      /* what a table that comes in may call it
                                   besides, in Chinese, with commas between */
    const char *says;      /* one sentence for OpenAPI and forms */
};

#define FIELD_KIND(T, m)                                                       \
    _Generic(((T *)0)->m,                                                      \
        int64_t: FIELD_INT,                                                    \
        double: FIELD_REAL,                                                    \
        bool: FIELD_BOOL,                                                      \
        const char *: FIELD_TEXT,                                              \
        instant: FIELD_INSTANT,                                                \
        day: FIELD_DAY,                                                        \
        money: FIELD_MONEY,                                                    \
        unsigned: FIELD_WORD)
#define FIELD(T, m, ...)                                                       \
    {                                                                          \
        .name = #m, .kind = FIELD_KIND(T, m), .offset = offsetof(T, m),        \
        __VA_ARGS__                                                            \
    }

struct model {
    const char *noun;  /* "place": singular; audit and OpenAPI use it */
    const char *table; /* "place"; NULL for input and view records */
    size_t size;
    const struct field *fields;
    size_t n;
    bool searched;             /* q= asks the full-text index, not the names */
    bool unproved;             /* no entry of the audit answers for its rows */
    const struct model *whole; /* it is part of: a rating of an order */
    bool of_any; /* it is part of the row that its noun, noun_id name */
    const char *proved_as; /* the noun that digests know it by */
    struct model_sql *sql; /* its statements, made at their first use */
};

/* Texts that live as long as the program, so that they can be keys of
   prepared statements in every store. */
struct model_sql {
    _Atomic(const char *) columns, insert, get;
};

#define MODEL(noun_, table_, T, fields_)                                       \
    {                                                                          \
        .noun = (noun_), .table = (table_), .size = sizeof(T),                 \
        .fields = (fields_), .n = COUNT(fields_), .sql = &(struct model_sql)   \
        {                                                                      \
            NULL, NULL, NULL                                                   \
        }                                                                      \
    }

/* A model has at most as many fields as field_mask has bits: 128. */

/* The field of that name, or NULL. */
const struct field *model_field(const struct model *m, const char *name);

/* The first field with the flag, or NULL. */
const struct field *model_flagged(const struct model *m, unsigned flag);

/* What every noun has: the first members of its struct, the first of its rows
   of fields.  (Of others only some have them; then by the same names.) */
#define NOUN_MEMBERS                                                           \
    int64_t id;                                                                \
    bool active;                                                               \
    int64_t version;                                                           \
    instant updated_at
#define NOUN_FIELDS(T)                                                         \
    FIELD(T, id, .flags = GIVEN),                                              \
        FIELD(T, active, .flags = IN_USE, .label = "In use"),                  \
        FIELD(T, version, .flags = GIVEN),                                     \
        FIELD(T, updated_at, .flags = GIVEN)

/* What the field is called in the caller's language. */
const char *field_label(const struct call *c, const struct model *m,
                        const struct field *f);

/* -- checking -------------------------------------------------------- */

/* Every REQUIRED field said, every limit kept; the first breach is named. */
enum err model_check(struct call *c, const struct model *m,
                     const void *rec) MUST_USE;
/* Every REQUIRED field is in MASK: was said, be it a word or a yes or no, of
   which model_check cannot tell. */
enum err model_check_said(struct call *c, const struct model *m,
                          field_mask mask) MUST_USE;
/* Only the fields in MASK. */
enum err model_check_mask(struct call *c, const struct model *m,
                          const void *rec, field_mask mask) MUST_USE;

/* -- rows ------------------------------------------------------------ */

/* The row with this id. ERR_ABSENT names the noun. */
enum err model_get(struct call *c, const struct model *m, int64_t id,
                   void *rec) MUST_USE;

/* Insert; fills in id when 0, and `version` 1, created_at/updated_at when the
   model has them.  Writes the audit entry "<noun>.add". */
enum err model_add(struct call *c, const struct model *m, void *rec) MUST_USE;

/*
 * Update the fields in MASK of the row with the record's id to the record's
 * values; version rises by one.  ERR_STALE when c->if_version is said and
 * differs.  Writes the audit entry "<noun>.set" with what changed.
 */
enum err model_set(struct call *c, const struct model *m, void *rec,
                   field_mask mask) MUST_USE;

/* Insert without audit entry, for rows whose own table is the history. */
enum err model_insert(struct call *c, const struct model *m,
                      void *rec) MUST_USE;

/* Fill REC from the row stood on, columns in the order of model_columns.  A
   word that this release does not know ends the rows with ERR_BROKEN: what
   rows_end says must be heeded before REC is used. */
void model_read_row(const struct model *m, struct rows *r, void *rec);

/* Update without audit entry: what differs in REC from OLD, as the caller has
   read it in the same TX.  The caller's own entry must follow.  `version` must
   be in the record as read; it rises by one.  ERR_BUSY when somebody else was
   faster. */
enum err model_update(struct call *c, const struct model *m, const void *old,
                      void *rec) MUST_USE;

/* The columns whose content differs between two records of the model, but
   for id, version and the stamps of time. */
field_mask model_changed(const struct model *m, const void *old,
                         const void *rec);

/*
 * The row, if there is another than REC, that holds the same in every field of
 * MASK, and of each such field something (NULL is the same as nothing): its id,
 * or 0.
 */
enum err model_find(struct call *c, const struct model *m, const void *rec,
                    field_mask mask, int64_t *id) MUST_USE;

/* Is there a row with this id in a table that a field refers to? */
enum err model_is_there(struct call *c, const char *table, int64_t id,
                        bool *there) MUST_USE;

/* ERR_STALE when c->if_version is said and is not VERSION. */
enum err model_match(struct call *c, int64_t version) MUST_USE;

/* A member of a record: an id, a number; and what is called by it. */
static inline int64_t
field_int(const struct field *f, const void *rec)
{
    return *(const int64_t *)(const void *)((const char *)rec + f->offset);
}
static inline void
field_put(const struct field *f, void *rec, int64_t v)
{
    *(int64_t *)(void *)((char *)rec + f->offset) = v;
}

/* The row's id; every table but a few has one. */
int64_t model_id(const struct model *m, const void *rec);

/* Delete the row; audit entry "<noun>.remove" with all it held. */
enum err model_remove(struct call *c, const struct model *m,
                      int64_t id) MUST_USE;
/* The same, of one that never was: its parts are taken away by the caller, in
   the same transaction, and audit_verify does not miss them. */
enum err model_undo(struct call *c, const struct model *m, int64_t id) MUST_USE;

/* The bit of a field by name, to build masks: MASK_OF(m, "state"). */
field_mask model_mask(const struct model *m, const char *name);

/*
 * Rows of M's columns, for model_read_row; the text is the constant that
 * follows "SELECT ... FROM table ":
 * `ROWS r = model_query(c, &unit_model, "WHERE parent_id = $1", V(id));`
 */
#define model_query(c, m, ...)                                                 \
    model_query_s((c), (m), &(struct statement){ __VA_ARGS__ })
struct rows model_query_s(struct call *c, const struct model *m,
                          const struct statement *s);

/* Fill the fields of REC that are not in MASK from OLD. */
void model_fill(const struct model *m, void *rec, const void *old,
                field_mask mask);

/* "id, name, ..." of every column, with PREFIX ("o.") before each; interned.*/
const char *model_columns(struct call *c, const struct model *m,
                          const char *prefix);

/* -- lists ----------------------------------------------------------- */

#define LIST_MAX_PARTS 6
#define LIST_COUNT_CAP 10000

/* What one list may be asked: so many filters, so many values in all their
   .in= together, so many characters in a value or in q, so many words in q. */
#define LIST_MAX_FILTERS 12
#define LIST_MAX_VALUES 50
#define LIST_MAX_TEXT 200
#define LIST_MAX_WORDS 20

enum filter_op { IS, IS_NOT, AT_LEAST, BELOW, ONE_OF, HAS, NOTHING, SOMETHING };

struct filter {
    const struct field *field;
    enum filter_op op;
    const char *value; /* ONE_OF: comma between */
};

/* What a list request asks for. Cleared means: first 50 by id, rising. */
struct list_part {
    const char *where; /* with $1.. for the list's `values` */
};

struct list {
    const struct model *model;
    struct filter filters[LIST_MAX_FILTERS];
    size_t n_filters, n_in;   /* values of all .in= */
    const struct field *sort; /* NULL: id */
    bool descending;
    int64_t limit;      /* 1 .. 500; 0: 50 */
    const char *cursor; /* from `next` of the page before */
    const char *words;  /* full text, where the noun has it */
    const char *view;   /* a named narrowing, where the noun has some */
    bool no_total;
    day as_of; /* rows valid on the day; nouns with valid_from, valid_to */

    /* Set by the engine, never from outside: who may see what.  Besides
       `where` one of the `parts` must hold, if there are any: each is read
       by its own index, so that OR costs no scan of the table.  list_bind,
       list_and and list_part add to them. */
    const char *where; /* condition with $1.. for `values` */
    const char *index; /* that is best for it; its own condition holds */
    struct list_part parts[LIST_MAX_PARTS];
    size_t n_parts;
    struct value *values;
    size_t n_values, cap_values;

    /* Filled in. */
    void *rows; /* array of model->size */
    size_t n;
    const char *next; /* cursor, or NULL at the end */
    int64_t total;    /* exact up to LIST_COUNT_CAP */
    bool total_more;  /* there are more than LIST_COUNT_CAP */
};

/* Add a value to those of the list's conditions; its number, for "$n". */
size_t list_bind(struct call *c, struct list *l, struct value v);

/* A further condition that all of the rows must meet; FMT's text as printf. */
void list_and(struct call *c, struct list *l, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* For LIKE: %text% with the wildcards in it made plain by a backslash. */
const char *list_like(struct call *c, const char *text);

/* A further part; false when there is room for no more. */
bool list_part(struct list *l, const char *where);

/* Of the parts becomes one condition: a walk through few rows is quicker than
   one for each part. */
void list_join_parts(struct call *c, struct list *l);

/* "SELECT <what> FROM the table WHERE <its conditions> <rest>", for sums. */
struct rows list_query(struct call *c, struct list *l, const char *what,
                       const char *rest);

/* What may stand behind a field's name and a dot: "not", "from", ...; the
   first is "", the field alone. */
struct filter_word {
    const char *word;
    enum filter_op op;
};
#define N_FILTER_WORDS 7
extern const struct filter_word filter_words[N_FILTER_WORDS];

/* Can the field be filtered so?  Parts of a text need a text, and yes is not
   more than no. */
bool filter_fits(const struct field *f, enum filter_op op);

/*
 * Run the list on the model's table.  ERR_INVALID names a bad filter, or says
 * "cursor" when that is none this list could have given out.
 */
enum err model_list(struct call *c, struct list *l) MUST_USE;

/*
 * Read a query string's pairs into the list: field=value, field.not=,
 * field.from= (at least), field.before= (below), field.in=a,b, field.has=
 * (part of the text), field.set=yes|no, sort=field or -field, limit, cursor,
 * q, view, total=no, and as_of= a day for nouns that are valid from one day
 * to another.  ERR_INVALID names the key that is unknown, cannot be read or is
 * over the list's budget (LIST_MAX_FILTERS, _VALUES, _TEXT, _WORDS).
 */
struct pair {
    const char *key, *value;
};
enum err list_read(struct call *c, struct list *l, const struct pair *pairs,
                   size_t n) MUST_USE;

/* What q= says: what is said twice is looked for once.  ERR_INVALID on "q": more
   than LIST_MAX_TEXT or LIST_MAX_WORDS. */
enum err list_say(struct call *c, struct list *l, const char *value) MUST_USE;

/* What the list was narrowed by, as a JSON object: {"state":"closed"}. */
const char *list_asked(struct call *c, const struct list *l);

/* -- JSON ------------------------------------------------------------ */

/*
 * Fill REC from a JSON object.  Not JSON or not an object: ERR_MALFORMED.  An
 * unknown key, a GIVEN field, a wrong type: ERR_INVALID naming the field.  MASK (may be NULL)
 * tells which were said; null says "not said" and sets the bit.
 */
enum err model_read_json(struct call *c, const struct model *m,
                         const char *json, size_t n, void *rec,
                         field_mask *mask) MUST_USE;

/* Fill REC from key=value texts (query strings, CSV rows, path parts). */
enum err model_read_pairs(struct call *c, const struct model *m,
                          const struct pair *pairs, size_t n, void *rec,
                          field_mask *mask) MUST_USE;

/* One field from text, as on a form; ERR_INVALID names it. */
enum err model_read_text(struct call *c, const struct field *f,
                         const char *text, void *rec) MUST_USE;

struct json_out; /* json/json.h */
void model_write_json(struct json_out *o, const struct model *m,
                      const void *rec);

/* The JSON Schema (OpenAPI 3.1) of the noun as it is answered, as it is given
   to make one, and as it is given to change one (nothing is required). */
enum schema_use { SCHEMA_ANSWER, SCHEMA_INPUT, SCHEMA_CHANGE };
void model_write_schema(struct json_out *o, const struct model *m,
                        enum schema_use use);

/* The schema of what field.WORD takes in a query. */
void model_write_filter_schema(struct json_out *o, const struct field *f,
                               enum filter_op op);

/* The schema of one field as a text of a query; LIMITS: with its limits, which
   a filter of a list has not. */
void model_write_query_schema(struct json_out *o, const struct field *f,
                              bool limits);

/* The same facts for the interface's forms, labels in the call's language. */
void model_write_form(struct call *c, struct json_out *o,
                      const struct model *m);

/* -- audit hook ------------------------------------------------------ */

/*
 * What model_add and model_set call to record a change; set once at start by
 * engine/audit.  DETAIL is a JSON object of {field: [old, new]}.
 */
typedef enum err (*model_audit_fn)(struct call *c, const char *action,
                                   const char *noun, int64_t id,
                                   const char *detail);
void model_set_audit(model_audit_fn fn);

/* Record a happening that is no change of a row (a sign-in); NOUN and DETAIL
   may be NULL. */
enum err model_audit(struct call *c, const char *action, const char *noun,
                     int64_t id, const char *detail) MUST_USE;

/* Every model's columns against the live schema; *WHY names a difference. */
enum err model_check_schema(struct call *c, const struct model *const *all,
                            size_t n) MUST_USE;

/*
 * The greatest id in the tables of ALL the models, for ids that are to be above
 * it.  Whatever has an id and no model is written together with an entry of
 * the audit, a model too, or an event.
 */
enum err model_newest_id(struct call *c, const struct model *const *all,
                         size_t n, int64_t *newest) MUST_USE;

#endif
