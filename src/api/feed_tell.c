/* SPDX-License-Identifier: Apache-2.0 */
/* feed_tell - what is sent to whom; all of it on the feed's thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/feed_inner.h"
#include "api/hear.h"
#include "api/notices.h"
#include "base/text.h"
#include "json/json.h"

#define RETRY_MS 1000 /* when it could not be read who it is by now */

static void
end_stream(struct listener *l)
{
    l->ended = true;
    http_stream_end(l->stream);
}

static size_t
send_buf(struct listener *l, const struct buf *b)
{
    return http_stream_send(l->stream, b->s, b->len);
}

/* -- who still listens --------------------------------------------------------- */

static void
say_bye(struct call *c, struct listener *l)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out out = json_to(&b);

    buf_puts(&b, "event: bye\ndata: ");
    json_begin(&out);
    json_put_text(&out, "code", err_word(c->fault.code));
    json_put_text(&out, "detail", c->fault.text);
    json_end(&out);
    buf_puts(&b, "\n\n");
    (void)send_buf(l, &b);
    end_stream(l);
}

bool
listener_may_listen(struct call *c, struct listener *l)
{
    int64_t now = monotonic_ms();
    enum err e;

    if (l->ended || now - l->checked_ms < FEED_REFRESH_MS)
        return !l->ended;
    /* Some a little earlier, so that those who came together part. */
    l->checked_ms = now - l->key[0] * FEED_REFRESH_MS / 1024;
    c->lang = l->lang;
    e = auth_again(c, l->key, l->token);
    if (e == OK) {
        free(l->actor);
        l->actor = actor_keep(c->actor);
    } else if (e == ERR_UNSIGNED || e == ERR_DENIED) {
        say_bye(c, l);
    } else {
        l->checked_ms = now - FEED_REFRESH_MS + RETRY_MS;
    }
    c->actor = NULL;
    return !l->ended;
}

/* -- one row ------------------------------------------------------------------ */

/* What is sent of one row. */
struct message {
    const struct news_row *row;
    struct hearing hearing; /* of an event */
    int64_t position;
    struct buf b;
};

static void
write_head(struct message *m, const char *event)
{
    m->b.len = 0;
    buf_printf(&m->b, "event: %s\nid: %lld\ndata: ", event,
               (long long)m->position);
}

/* Named by its noun. */
static void
write_event(struct message *m)
{
    struct json_out out = json_to(&m->b);

    write_head(m, m->row->noun);
    hear_write(&m->hearing, &out);
    buf_puts(&m->b, "\n\n");
}

/* In the language of the one person who hears it, and as they may see it. */
static void
write_notice(struct call *c, struct message *m, const struct listener *l)
{
    struct json_out out = json_to(&m->b);
    struct notice n = { .noun = m->row->noun,
                        .noun_id = m->row->noun_id,
                        .kind = m->row->word,
                        .text = m->row->text };

    c->lang = l->lang;
    c->actor = l->actor;
    notice_put_words(c, &n);
    c->actor = NULL;
    write_head(m, "notice");
    json_begin(&out);
    json_put_int(&out, "id", m->row->row_id);
    json_put_text(&out, "noun", m->row->noun);
    json_put_int(&out, "noun_id", m->row->noun_id);
    if (text_same(m->row->noun, "order"))
        json_put_int(&out, "order_id", m->row->noun_id);
    json_put_text(&out, "kind", n.kind);
    json_put_text(&out, "text", n.text);
    json_end(&out);
    buf_puts(&m->b, "\n\n");
}

static void
write_reload(struct message *m)
{
    write_head(m, "reload");
    buf_puts(&m->b, "{}\n\n");
}

/* Whom could it not be found out of just now, they look for themselves. */
static size_t
tell_event(struct call *c, struct listener *l, struct message *m)
{
    struct message again = { .position = m->position };
    bool may = false;
    enum err e;

    c->actor = l->actor;
    e = hear_may(c, &m->hearing, &may);
    c->actor = NULL;
    if (e == OK)
        return may ? send_buf(l, &m->b) : 0;
    c->fault = (struct fault){ .code = OK };
    again.b = buf_make(c->arena, 0);
    write_reload(&again);
    return send_buf(l, &again.b);
}

/* Tell who may hear it; how much then waits to be read. */
static size_t
tell_one(struct call *c, struct listener *l, struct message *m)
{
    if (m->row->kind == NEWS_NOTICE && l->actor->person_id != m->row->person_id)
        return 0;
    if (!listener_may_listen(c, l))
        return 0;
    if (m->row->kind == NEWS_EVENT)
        return tell_event(c, l, m);
    if (m->row->kind == NEWS_NOTICE) {
        if (l->actor->person_id != m->row->person_id)
            return 0;
        write_notice(c, m, l);
    }
    return send_buf(l, &m->b);
}

/* Who does not read as fast as things happen goes on as one who catches up:
   nothing is kept but the place. */
static void
tell_live(struct call *c, struct feed *f, struct message *m)
{
    for (struct listener *l = f->listeners; l != NULL; l = l->next) {
        if (l->ended || !(l->live || m->row->seq <= l->from))
            continue;
        if (tell_one(c, l, m) > FEED_WAITING && l->live) {
            l->live = false;
            l->from = m->position;
        }
    }
}

/* To those whose turn it is (tell_missed). */
static void
tell_page(struct call *c, struct feed *f, struct message *m)
{
    for (struct listener *l = f->listeners; l != NULL; l = l->next)
        if (l->in_turn && !l->ended && l->from < m->row->seq)
            (void)tell_one(c, l, m);
}

/* Memory of one row is the scratch arena's: what it needs does not depend on
   how many rows there are. */
static void
end_message(struct call *c, struct feed *f, struct arena *arena)
{
    c->reach = NULL;
    c->arena = arena;
    arena_reset(f->scratch);
}

/* What must be read for it; nobody has been told anything when that fails. */
static enum err
begin_message(struct call *c, struct feed *f, const struct news_row *row,
              struct message *m)
{
    struct arena *arena = c->arena;
    enum err e = OK;

    *m = (struct message){ .row = row };
    c->arena = f->scratch;
    if (row->kind == NEWS_EVENT)
        e = hear_begin(c, row, &m->hearing);
    if (e != OK) {
        c->fault.text = arena_text(arena, c->fault.text);
        end_message(c, f, arena);
    }
    c->arena = arena;
    return e;
}

/* POSITION is the place of whoever was told the row. */
static void
tell_by(struct call *c, struct feed *f, struct message *m, int64_t position,
        void (*tell)(struct call *c, struct feed *f, struct message *m))
{
    const struct news_row *row = m->row;
    struct arena *arena = c->arena;
    struct auth_reach reach;

    c->arena = f->scratch;
    /* With the row, for a look-up on each row would be the feed's whole work
       where the database is a network away. */
    auth_reach_know(&reach, row->unit_id, row->unit_path, row->place_id,
                    row->place_path);
    if (row->number != NULL)
        c->reach = &reach;
    m->position = position;
    m->b = buf_make(c->arena, 0);
    if (row->kind == NEWS_EVENT && m->hearing.rec != NULL)
        write_event(m);
    else if (row->kind == NEWS_MANY)
        write_reload(m);
    tell(c, f, m);
    end_message(c, f, arena);
}

enum err
tell_row(struct call *c, struct feed *f, const struct news_row *row)
{
    struct message m;

    if (f->listeners == NULL) {
        news_take(&f->news, row->seq);
        return OK;
    }
    TRY(begin_message(c, f, row, &m));
    news_take(&f->news, row->seq);
    tell_by(c, f, &m, news_position(&f->news), tell_live);
    return OK;
}

/* -- what was missed ------------------------------------------------------------ */

static void
tell_reload(struct feed *f, struct listener *l)
{
    char text[80];
    int64_t at = news_position(&f->news);
    int n = snprintf(text, sizeof text, "event: reload\nid: %lld\ndata: {}\n\n",
                     (long long)at);

    (void)http_stream_send(l->stream, text, (size_t)n);
    l->from = f->news.high;
}

/* Once all was told: like the rest, or that was all that was asked for. */
static void
become_live(struct feed *f, struct listener *l)
{
    if (l->from < f->news.high)
        return;
    l->live = true;
    if (l->brief)
        end_stream(l);
}

void
tell_welcome(struct feed *f, struct listener *l)
{
    char text[60] = "retry: 3000\n\n";
    int64_t at = news_position(&f->news);

    /* So there is a place from the first moment on. */
    if (!l->resumed) {
        l->from = l->from < 0 ? at : l->from;
        (void)snprintf(text, sizeof text, "retry: 3000\nid: %lld\n\n",
                       (long long)l->from);
    }
    (void)http_stream_send(l->stream, text, strlen(text));
    if (l->from < 0 || l->from > f->news.high
        || f->news.high - l->from > NEWS_REPLAY)
        tell_reload(f, l);
    become_live(f, l);
}

/* Does it wait for what was missed, and has it room for it? */
static bool
wants_page(const struct feed *f, struct listener *l)
{
    if (l->ended || l->live || http_stream_waiting(l->stream) > FEED_WAITING)
        return false;
    return f->news.high - l->from <= NEWS_REPLAY;
}

/* One who fell too far behind while being told, or did not read. */
static void
give_up_telling(struct feed *f)
{
    for (struct listener *l = f->listeners; l != NULL; l = l->next)
        if (!l->ended && !l->live && f->news.high - l->from > NEWS_REPLAY
            && http_stream_waiting(l->stream) <= FEED_WAITING) {
            tell_reload(f, l);
            become_live(f, l);
        }
}

/* Pages go round from the oldest place to the newest, so that one page serves
   all who wait for it and nobody who comes later keeps another waiting.
   False: nobody waits. */
static bool
next_page(struct feed *f)
{
    int64_t ahead = INT64_MAX, first = INT64_MAX;

    for (struct listener *l = f->listeners; l != NULL; l = l->next) {
        l->in_turn = wants_page(f, l);
        if (!l->in_turn)
            continue;
        if (l->from >= f->cursor && l->from < ahead)
            ahead = l->from;
        if (l->from < first)
            first = l->from;
    }
    f->cursor = ahead != INT64_MAX ? ahead : first;
    return first != INT64_MAX;
}

enum err
tell_missed(struct call *c, struct feed *f, bool *more)
{
    struct news_row *rows = f->page;
    int64_t end, safe;
    size_t n;

    give_up_telling(f);
    *more = next_page(f);
    if (!*more)
        return OK;
    end = f->cursor;
    /* Whoever is further back would miss what lies before this page: their turn
       comes when the pages have gone round. */
    for (struct listener *l = f->listeners; l != NULL; l = l->next)
        l->in_turn = l->in_turn && l->from >= f->cursor;
    TRY(news_again(c, &f->news, &end, rows, &n));
    safe = news_position(&f->news);
    for (size_t i = 0; i < n; i++) {
        struct message m;

        TRY(begin_message(c, f, &rows[i], &m));
        tell_by(c, f, &m, rows[i].seq < safe ? rows[i].seq : safe, tell_page);
    }
    for (struct listener *l = f->listeners; l != NULL; l = l->next)
        if (l->in_turn && l->from < end) {
            l->from = end;
            become_live(f, l);
        }
    f->cursor = end;
    return OK;
}
