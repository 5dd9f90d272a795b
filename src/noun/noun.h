/* SPDX-License-Identifier: Apache-2.0 */
/*
 * noun - plain reference data: one row of `struct noun` is all that a noun
 * without a life of its own needs.
 *
 * From the row follow the list with filters and reach, one row, adding,
 * changing, removing, tables in and out, the merging of two doubles, and, in
 * the api, the addresses, the form, the history, OpenAPI and the menu.
 *
 * Always true:
 *   1. A row is seen where `see` reaches it, and changed by whom `edit` reaches
 *      it as it is and as it shall be.
 *   2. Whatever is refused names the field, and nothing of it was done.
 *   3. A reference leads to a row that is there; one that is made anew, to a
 *      row in use.
 *   4. What a field's UNIQUE says holds.
 *   5. Something that others refer to is not removed; who refers is told.
 *   6. If-Match is heeded by every change.
 *   7. An import is done by the same verbs, row by row, so that every rule is
 *      asked; with one bad row, or dry, nothing is changed.
 *
 * Not here: the rules of a noun (its `check`), states and steps (life/life.h),
 * what stands in the audit (the model writes it).
 *
 * A noun with a life has its list, is made and goes out by these verbs; one of
 * its rows is seen by its parties, and changed by the steps of its life alone.
 *
 * A noun that is ruled by code of its own (`by_hand`) has a row too, for what
 * is the same for all of them: references, history, forms, the menu.
 */
#ifndef NOUN_NOUN_H
#define NOUN_NOUN_H

#include "auth/change.h"
#include "base/text.h"
#include "model/app.h"
#include "model/model.h"

struct import_result;
struct life;

/* The words of a field, where nothing else names them. */
#define WORDS(...)                                                             \
    (const char *const[])                                                      \
    {                                                                          \
        __VA_ARGS__, NULL                                                      \
    }

/* In a part of the menu that has a right to see and one to edit. */
#define NOUN_PART(part_)                                                       \
    .part = (part_), .see = part_ ".see", .edit = part_ ".edit"

/* The model of a noun that nobody else names. */
#define NOUN_MODEL(noun_, table_, T, fields_)                                  \
    &(const struct model)MODEL(noun_, table_, T, fields_)

/* A word of a column as people may write it in a table. */
struct noun_spelling {
    const char *as, *word;
};

/*
 * The rows lie in one another, and their table comes in as a whole (tree.c).
 * ABOVE is the row that REC lies in, NULL at the top; it was derived before.
 */
struct noun_tree {
    const char *parent; /* the column */
    unsigned deepest;   /* so many levels, from 1; 0: any */

    /* May it lie there?  Names the parent's column; NULL: anywhere. */
    enum err (*fits)(struct call *c, const void *rec, const void *above);
    /* Complete the record by what follows from where it lies. */
    void (*derive)(struct call *c, void *rec, const void *above);
    /* In the transaction: the row was written (OLD is NULL of a new one); a row
       that nobody changes may have to follow (NULL: none has); all is done
       (NULL: nothing is left). */
    enum err (*written)(struct call *c, const void *old, const void *rec);
    enum err (*follow)(struct call *c, const void *old, const void *rec);
    enum err (*settled)(struct call *c);
};

struct noun {
    const struct model *model;
    const char *plural; /* its address and its word for tables: "areas" */
    const char *says;   /* one sentence */
    /* Of the menu: in the administration "org", "catalog", "accounts", "audit",
       "system"; "matters" beside it, for whoever has to do with a row; NULL:
       not in it.  Who sees it there: whom `see` lets, with a life who can be a
       party. */
    const char *part;
    const char *sort; /* the field a page sorts by; NULL: the key, the title */
    /* The columns by which a row is told from others, where it is not its TITLE
       alone; a reference stands for the name of what it refers to. */
    const char *called[2];
    const char *see;  /* the right to see it; NULL: whoever is signed in */
    const char *edit; /* likewise; of one that is `own` only; with a life: the
                         right to make one */
    const char *told; /* the right to see its history; NULL: see, or edit */

    const struct life *life; /* what may become of a row; NULL: any change */

    /* Where a row lies: columns; none where a right is the whole office's.  Of
       a row with a life its parties tell. */
    struct auth_columns reach;
    /* The column of the account whose the row is: nobody else sees or changes
       it, whatever their rights; or NULL. */
    const char *own;
    /* Who is from outside (auth.h) sees what lies with their provider only. */
    bool own_only;
    bool removable; /* by DELETE; others are ended by IN_USE, or stay */
    bool merges;    /* two doubles can become one; then `gains` is said */
    bool by_hand;   /* its own routes and verbs */
    bool past;      /* tells what was: it goes on to refer to a double */

    /*
     * Facts beside behaviour; each may be NULL.  OLD is NULL of a new row.
     *
     * check: the rules that no field can say; it may complete the record.
     * judge: what gives rights and so must wait for a second administrator
     *   (auth/change.h) is asked for and taken back in the record; *MADE
     *   becomes false where nothing is left to be written.
     * derive: fills in what is only shown.
     * changed: in the transaction of any change, when the row is written (REC
     *   is NULL of one that was removed); after: when it is done.
     */
    enum err (*check)(struct call *c, const void *old, void *rec);
    enum err (*judge)(struct call *c, const void *old, void *rec, bool *made);
    enum err (*derive)(struct call *c, void *rec);
    enum err (*changed)(struct call *c, const void *old, void *rec);
    void (*after)(struct call *c, const void *old, const void *rec);
    /* Of one that merges: who has more by it. */
    change_gain gains;
    /* Of one whose references nobody changes, when two that it may refer to
       become one: REC is the row as it shall be, refused where it would give
       what is not given so.  *SAME is a row that says it already, which has
       taken in what REC says besides; 0: there is none. */
    enum err (*follow)(struct call *c, void *rec, int64_t *same);

    /* Its tables have these fields, in this order; NULL: each that is given
       from outside. */
    const char *const *columns;
    /* What its words are called in them beside their names in either language,
       ended by an empty one; or NULL. */
    const struct noun_spelling *spelled;

    /* Of a noun by hand: how it is read and changed, and the rows of its table
       out. */
    enum err (*list)(struct call *c, struct list *l);
    enum err (*get)(struct call *c, void *rec);
    enum err (*set)(struct call *c, void *rec, field_mask said);
    /* Of one that has no `set`: the reference F of the row OLD leads to INTO
       from now on, two having become one, and so does what the row keeps of it
       besides. */
    enum err (*refer)(struct call *c, const void *old, const struct field *f,
                      int64_t into);
    /* How its table comes in: as a tree, or one by one: `find` completes the
       record and tells the row that is there (0: none; NULL: by its UNIQUE
       field), `add` makes it, or asks for it. */
    const struct noun_tree *tree;
    enum err (*find)(struct call *c, void *rec, int64_t *id);
    enum err (*add)(struct call *c, void *rec);
};

/* The call's register: the noun of a table or by its plural; NULL: none. */
const struct noun *noun_of_table(const struct call *c, const char *table);
const struct noun *noun_find(const struct call *c, const char *plural);

/*
 * The row says all that its verbs go by, and nothing that they would not heed;
 * the same of the whole register.  Asked at the start, so that no request finds
 * out.
 *
 * ERR_BROKEN   the words tell which row, and what is wrong with it
 */
enum err noun_whole(struct call *c, const struct noun *n) MUST_USE;
enum err nouns_whole(struct call *c) MUST_USE;

/* Can its rows come in by a table?  What has a life comes by its verbs. */
bool noun_imports(const struct noun *n);

/* -- verbs --------------------------------------------------------------- */

/* The rows that the caller may see; REC's id is the one asked for. */
enum err noun_list(struct call *c, const struct noun *n,
                   struct list *l) MUST_USE;
enum err noun_get(struct call *c, const struct noun *n, void *rec) MUST_USE;

/* May the caller see the row REC, as noun_get would say?  ERR_DENIED, too, of a
   noun by hand that does not say how it is read. */
enum err noun_may_see(struct call *c, const struct noun *n,
                      const void *rec) MUST_USE;

/*
 * REC is completed in place.  c->waits: something of it, or all, waits for a
 * second administrator.
 *
 * ERR_DENIED    the right does not reach the row, as it is or as it shall be
 * ERR_INVALID   a limit, a reference that leads nowhere, what `check` says
 * ERR_CONFLICT  there is such a row; a reference to what is not in use
 * ERR_STALE     If-Match
 */
enum err noun_add(struct call *c, const struct noun *n, void *rec) MUST_USE;

/* The same of a record of which only SAID was said: a REQUIRED word or yes or no
   that was not is refused, and what is not said to be in use or not is. */
enum err noun_add_said(struct call *c, const struct noun *n, void *rec,
                       field_mask said) MUST_USE;

/* Change what SAID names of the row with REC's id. */
enum err noun_set(struct call *c, const struct noun *n, void *rec,
                  field_mask said) MUST_USE;

/* ERR_CONFLICT tells what refers to it. */
enum err noun_remove(struct call *c, const struct noun *n, int64_t id) MUST_USE;

struct noun_merge {
    int64_t id, into_id;
};
extern const struct model noun_merge_model;

/*
 * The row FROM is a double of INTO: whatever refers to it refers to INTO from
 * now on, each changed by its own noun's rules with an entry in the audit, and
 * FROM is ended, or removed.  What tells of the past (`past`) stays.  Where
 * anybody who signs in would have more by it, it waits whole for a second
 * administrator (c->waits), and all of this is looked at again when they agree.
 *
 * ERR_DENIED    on "into_id": the caller would be one of those who have more
 * ERR_CONFLICT  a row, which is named, cannot go along; INTO is not in use; a
 *               change of rights about FROM waits; or somebody's role reaches
 *               just FROM
 */
enum err noun_merge(struct call *c, const struct noun *n, int64_t from,
                    int64_t into) MUST_USE;

/* What people call the row: its TITLE, or that of the row a TITLE refers to, or
   its number. */
const char *noun_title(struct call *c, const struct noun *n, const void *rec);

/* Fill in `called`, where the row has it (life/life.h): who sees a row may know
   what it is called, also where they may not list what it is called by. */
void noun_call(struct call *c, const struct noun *n, void *rec);

/* "Routing rules", or what the rows are called in Chinese. */
const char *noun_label(struct call *c, const struct noun *n);

/* -- tables in and out ----------------------------------------------------- */

struct import_refusal {
    int64_t line;
    const char *field;  /* of the row, "crew_id"; or what the file calls a
                           column that there is not; or NULL */
    const char *column; /* what the file calls it; of one the file does not
                           have, the name in the caller's language; or NULL */
    const char *detail; /* in the caller's language */
    const char *value;  /* what stands in the cell, or NULL */
};

struct import_result {
    int64_t rows, added, changed, unchanged; /* the last three: good rows */
    int64_t waiting; /* rows of which something waits for confirmation */
    struct import_refusal *refused; /* in the order of lines */
    size_t n_refused, cap_refused;
};

/* Add to the refused. */
void import_push(struct call *c, struct import_result *r,
                 const struct import_refusal *x);

/*
 * Bring the noun to what the CSV text says.  Rows are known by their UNIQUE
 * field with its PART_OF_KEY; those that have none are new unless one is there
 * that is the same.  Rows not named stay.  A column that is not there leaves
 * its field alone, an empty cell empties it.  Columns are named in Chinese or
 * English by the first row; references are said by the other's key.  Needs the
 * right "import" everywhere, and what each row needs; of a tree the right to
 * edit it everywhere.
 *
 * Not within a TX: a row that is refused must not be the end of the others.
 *
 * OK   look at RESULT: where anything was refused, nothing changed
 */
enum err noun_import(struct call *c, const struct noun *n, const char *text,
                     size_t len, bool dry_run,
                     struct import_result *result) MUST_USE;

/* The columns of an import, named in the caller's language; how many. */
size_t noun_table_names(struct call *c, const struct noun *n,
                        const char *const **out);

/* What a cell is: a text that people wrote, which may look like a formula; a
   word, a day; a number. */
enum cell_kind { CELL_TEXT, CELL_PLAIN, CELL_NUMBER };

struct table_page {
    size_t n, n_columns;
    const char **cells;    /* row by row */
    enum cell_kind *kinds; /* by column */
};

/*
 * The next page of the rows that the caller may see, as cells: L says where it
 * begins (cursor) and how long it is (limit); its cursor becomes where the
 * next page begins, or NULL.  Whoever makes a table of it tells the audit.
 */
enum err noun_table_page(struct call *c, const struct noun *n, struct list *l,
                         struct table_page *out) MUST_USE;

/* The first row alone, as CSV: a form to be filled in. */
void noun_template(struct call *c, const struct noun *n, struct buf *out);

/* -- cells ------------------------------------------------------------------ */

/* "是", "yes", "1", ...: false when it is none of them. */
bool cell_bool(const char *text, bool *out);

/* The cell as the field can read it: codes, numbers, days and words in plain
   width; 12,000.5 and 18.5㎡ are numbers.  Other texts stay as they are. */
const char *cell_plain(struct arena *a, const struct field *f,
                       const char *text);

/* One of the field's words, written so or as in the Chinese table; NULL. */
const char *cell_word(const struct call *c, const struct model *m,
                      const struct field *f, const char *text);

/* A member as a cell's text in the caller's language. */
const char *cell_text(struct call *c, const struct model *m,
                      const struct field *f, const void *rec);

/* -- the menu ---------------------------------------------------------------- */

struct json_out;

/*
 * What the field OF ("lending.key_id") may refer to, for whoever may make a row
 * with it: at most 20 in use, by WORDS (NULL: the first) of their own or of where
 * they lie; {"items":[{"id","called","place"}]}.  They may not be allowed to
 * list these rows, and are told nothing else of them; nor of any at a place
 * that is not for their eyes.
 *
 * ERR_ABSENT  no such field, or one that is chosen by its part's own list
 * ERR_DENIED  the caller may not make such a row
 */
enum err noun_write_choices(struct call *c, struct json_out *out,
                            const char *of, const char *words) MUST_USE;

/*
 * The nouns that the caller may see, with labels and fields in the caller's
 * language: {"items":[{"noun","plural","part","label","says","edit","shown",
 * "removable","imports","form",...}]}; shown: in the caller's menu.
 */
void noun_write_menu(struct call *c, struct json_out *o);

#endif
