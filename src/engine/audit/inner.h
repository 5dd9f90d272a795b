/* SPDX-License-Identifier: Apache-2.0 */
/* inner - what the files of the audit share; not for others. */
#ifndef ENGINE_AUDIT_INNER_H
#define ENGINE_AUDIT_INNER_H

#include <pthread.h>
#include <stdio.h>

#include "engine/audit/audit.h"
#include "model/proof.h"

/* -- chain.c: entries and their hashes -------------------------------------- */

/* The chain in which the opening of every other chain is recorded. */
#define REGISTER INT64_C(0)

/* By which rule an entry is hashed: null in the table is the first, under
   which references that are null and 0 looked the same. */
enum { RULE_FIRST = 0, RULE_NOW = 2 };

/* An entry with what its model does not show. */
struct entry {
    struct audit_entry e;
    int64_t rule;
    const void *proof;
    size_t n_proof;
};

/* The hash of the entry, by its own rule, behind one with the hash BEFORE
   (NULL: it is the first of its chain). */
void entry_hash(struct call *c, const char *before, const struct entry *x,
                char out[SM3_HEX]);

static inline void
hash_copy(char out[SM3_HEX], const char *hash)
{
    (void)snprintf(out, SM3_HEX, "%s", hash);
}

/* The row's version and its digest; of a row that is not new, what it was
   before follows, and then the digests of parts. */
#define PROOF_HEAD (8 + SM3_BYTES)

static inline size_t
proof_head(int64_t version)
{
    return version > 1 ? PROOF_HEAD + SM3_BYTES : PROOF_HEAD;
}

/* Every chain there is, with its head, into the register: of an office that is
   older than it. */
enum err register_chains(struct call *c) MUST_USE;

/* Give the entry its place at the end of its chain (x->e.chain), its hash, and
   write it.  A chain that is not there yet is opened. */
enum err entry_append(struct call *c, struct entry *x) MUST_USE;

/* An entry that tells of no row: its id, time and words filled in. */
struct entry entry_make(struct call *c, const char *action, const char *noun,
                        int64_t noun_id, const char *detail);

/* -- audit.c ----------------------------------------------------------------- */

/* Of the entry of a restore from FILE; TO 0: no seals were lost. */
const char *restore_detail(struct call *c, const char *file, int64_t from,
                           int64_t to);

/* -- walk.c: the chains as they stand --------------------------------------- */

/* Note a fault in words; the first MAX_FOUND are kept. */
void report_fault(struct call *c, struct audit_check *k, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Every chain, its opening and its head. */
enum err walk_chains(struct call *c, struct audit_check *k) MUST_USE;

/* Does the head stand in its chain?  A fault in the check if not; WHO says so
   ("seal 7"). */
enum err head_expect(struct call *c, struct audit_check *k, const char *who,
                     const struct audit_head *h) MUST_USE;

/* The entries behind FROM (its seq 0: from the beginning, behind its hash)
   lead to TO; ERR_CONFLICT says where they do not. */
enum err continue_chain(struct call *c, const struct audit_head *from,
                        const struct audit_head *to) MUST_USE;

/* The hash that the first entry of the chain stands behind; NULL: of none. */
enum err chain_start(struct call *c, int64_t chain, const char **hash) MUST_USE;

/* -- cover.c ---------------------------------------------------------------- */

/* A leaf of a cover as it is kept: the id, the row's digest, its parts'. */
#define LEAF (8 + 2 * SM3_BYTES)
#define COVER_ROWS 1000

/* A digest, and of what: a row, or one of its parts (version 0). */
struct word {
    int64_t id, version;
    unsigned char digest[SM3_BYTES];
    unsigned char before[SM3_BYTES]; /* of a row told by an entry */
};
struct words_list {
    struct word *all;
    size_t n, cap;
};
void word_add(struct call *c, struct words_list *l, const struct word *w);
void words_sort(struct words_list *l); /* by id, then by digest */

/* One digest of N sorted ones; zeros of none. */
void parts_digest(struct call *c, const struct word *w, size_t n,
                  unsigned char out[SM3_BYTES]);

/* The rows of the span, or of the part M those of the noun WHOLE's rows. */
enum err words_read(struct call *c, const struct model *m,
                    const struct model *whole, const struct span *s,
                    struct words_list *out) MUST_USE;

/* The models that are part of M, by index from *I; NULL at the end. */
const struct model *next_part(const struct model *const *models,
                              const struct model *m, size_t *i);

/* The noun is proved by entries of its own. */
bool is_proved_noun(const struct model *m);

/* Rows of all such nouns. */
enum err count_proved(struct call *c, const struct model *const *models,
                      int64_t *all) MUST_USE;

int64_t read_number(const unsigned char *p); /* of 8 bytes */

/* Of the mark that the schema sets in an office of an older release: its rows
   are covered once, when nothing was ever proved, signed or covered here. */
enum cover_mark { COVER_NONE, COVER_DUE, COVER_FORGED };
enum err cover_mark(struct call *c, enum cover_mark *out) MUST_USE;
extern const char cover_says_forged[];

/* -- rows.c ----------------------------------------------------------------- */

/* Compare every row with what the audit says of it, and try the rules; faults
   go into the report. */
enum err walk_rows(struct call *c, struct audit_check *k) MUST_USE;

/* -- seal.c ----------------------------------------------------------------- */

/* Every seal, and what was kept elsewhere. */
enum err walk_seals(struct call *c, struct audit_check *k) MUST_USE;

/* -- kept.c: the file of seals ----------------------------------------------- */

/* PATH, or a file in the folder PATH; the caller's to free. */
char *kept_in(const char *path);

/* What stands in the file. */
struct kept {
    bool named, empty;
    int64_t last;     /* seal, in the last line; 0: it is none */
    const char *line; /* the last */
};
enum err kept_look(struct call *c, struct kept *k) MUST_USE;

/* The seals that the office has and the end of the file has not are added. */
enum err kept_go_on(struct call *c) MUST_USE;

/* The file of seals has one. */
enum err seals_elsewhere(struct call *c, bool *out) MUST_USE;

/* -- key.c ------------------------------------------------------------------ */

#define KEY_NAME 17 /* 16 hex digits of the public key's SM3 */
#define MAX_KEYS 8

struct audit_key; /* one that can sign */
struct audit_public {
    void *key; /* EVP_PKEY */
    char name[KEY_NAME];
};

/* Every key of a PEM file; a private one serves as its public half.  0 with
   *WHY in words when there is none. */
size_t key_read_public(const char *path, struct audit_public *out, size_t max,
                       const char **why);
void key_drop_public(struct audit_public *keys, size_t n);
bool key_fits(const struct audit_public *k, const char *text, size_t n,
              const char *signature);

/* NULL with *WHY in words.  Kept in locked memory. */
struct audit_key *key_open(const char *path, const char **why);
void key_close(struct audit_key *k);
const char *key_name(const struct audit_key *k);
struct audit_public key_public(const struct audit_key *k);

/* In hex, in the arena. */
const char *key_sign(struct call *c, const struct audit_key *k,
                     const char *text, size_t n);

/* -- find.c -------------------------------------------------------------------- */

/* The list's words as a condition; none where there are no words. */
enum err audit_find(struct call *c, struct list *l) MUST_USE;

/* -- note.c, job.c: what a process keeps in memory --------------------------- */

/* How often an account did something of a kind in the minute since. */
struct note_count {
    int64_t account_id;
    const char *action; /* a literal */
    char *actor;
    instant since;
    int64_t n; /* those written too */
};
#define MAX_NOTES 512

struct job;

struct audit {
    struct audit_key *key;   /* or NULL */
    _Atomic int64_t sealed;  /* the newest seal this process made */
    int seals;               /* the file they are added to, or -1 */
    _Atomic bool begun_anew; /* by this process, when it was empty */
    char *seals_path;
    pthread_mutex_t lock; /* of all below */
    struct note_count notes[MAX_NOTES];
    size_t n_notes;
    struct job *job;
    pthread_cond_t ended; /* the job */
    bool ending;          /* none is begun any more */
};

#endif
