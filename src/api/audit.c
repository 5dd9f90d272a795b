/* SPDX-License-Identifier: Apache-2.0 */
#include "api/audit.h"

#include <string.h>

#include "api/names.h"
#include "api/route.h"
#include "auth/auth.h"
#include "base/text.h"
#include "engine/org/org.h"
#include "model/app.h"
#include "json/json.h"

#define MAX_PATH 200

/* -- what is told to it ------------------------------------------------------- */

void
audit_refusal(struct call *c, const struct http_request *q, enum err e)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);

    if (e != ERR_DENIED || c->actor == NULL)
        return;
    json_begin(&o);
    json_put_text(&o, "method", q->method);
    json_put_text(&o, "path",
                  arena_text_n(c->arena, q->path, strnlen(q->path, MAX_PATH)));
    json_put_text(&o, "says", c->fault.text);
    json_end(&o);
    audit_note(c, "refused", NULL, text_mend(b.s));
}

/* -- routes -------------------------------------------------------------------- */

/* So long a request waits for a verification that it began; a small office's
   is done by then. */
#define VERIFY_WAIT_MS 1500

static enum err
list_audit(struct call *c, void *in, void *out)
{
    struct list *l = in;
    struct audit_entry *e;
    struct names names = { NULL };

    (void)out;
    TRY(audit_list(c, l));
    e = l->rows;
    for (size_t i = 0; i < l->n; i++) {
        if (e[i].noun != NULL && e[i].noun_id != 0)
            TRY(name_of_row(c, &names, e[i].noun, e[i].noun_id, &e[i].about));
        TRY(names_of_detail(c, &names, e[i].noun, e[i].detail, &e[i].names));
    }
    return OK;
}

static enum err
verify_audit(struct call *c, void *in, void *out)
{
    (void)in;
    TRY(auth_need(c, "audit.see", NULL));
    TRY(audit_write(c, "audit.verify", NULL, 0, NULL));
    return audit_begin(c, all_models(), org_rules, VERIFY_WAIT_MS, out);
}

static enum err
look_audit(struct call *c, void *in, void *out)
{
    (void)in;
    TRY(auth_need(c, "audit.see", NULL));
    audit_look(c, out);
    return OK;
}

/* The heads as they stand and how far they are sealed. */
static enum err
get_heads(struct call *c, void *in, void *out)
{
    struct raw *raw = out;
    struct audit_state s;
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);

    (void)in;
    TRY(auth_need(c, "audit.see", NULL));
    TRY(audit_state(c, &s));
    json_begin(&o);
    json_key(&o, "heads");
    json_raw(&o, audit_heads_json(c, s.heads, s.n));
    json_put_text(&o, "key", s.key);
    json_put_int(&o, "seals", s.seals);
    json_put_text(&o, "sealed_at", s.sealed_at);
    json_put_int(&o, "unsealed", s.unsealed);
    json_put_text(&o, "seal", s.line);
    json_end(&o);
    raw->body = b.s;
    return OK;
}

static enum err
seal_audit(struct call *c, void *in, void *out)
{
    int64_t done;

    TRY(auth_need(c, "audit.see", NULL));
    TRY(audit_seal(c, &done));
    audit_tell_health(c);
    return get_heads(c, in, out);
}

#define HEADS_ANSWER                                                           \
    "{heads:[{chain:int,seq:int,hash:text,at:text?}],key:text?,seals:int,"     \
    "sealed_at:text?,unsealed:int,seal:text?}"

static const char *const audit_views[] = { "done", "signing", "reading", NULL };

const struct route audit_routes[] = {
    { GET, "/audit-entries", list_audit, .out = &audit_entry_model,
      .may = "audit.see", .flags = R_LIST, .views = audit_views,
      .says = "Who did what when; view= narrows: signing (in and out), "
              "reading (of the audit itself), done (all else)." },
    { POST, "/audit/verify", verify_audit, .out = &audit_report_model,
      .may = "audit.see", .flags = R_APART,
      .says = "Verify every chain, seal and row; where that takes long it goes"
              " on by itself, and GET tells how far it is." },
    { GET, "/audit/verify", look_audit, .out = &audit_report_model,
      .may = "audit.see", .says = "How the newest verification stands." },
    { GET, "/audit/heads", get_heads, .may = "audit.see", .flags = R_RAW,
      .answer = HEADS_ANSWER,
      .says = "The head of each chain and the newest seal, to be kept"
              " elsewhere." },
    { POST, "/audit/seal", seal_audit, .may = "audit.see",
      .flags = R_RAW | R_APART, .answer = HEADS_ANSWER,
      .says = "Sign the heads of all chains now." },
    { 0 }
};
