/* SPDX-License-Identifier: Apache-2.0 */
/* rooms_json - see rooms_json.h. */
#include "solver/rooms_json.h"

#include "solver/keys.h"
#include "solver/read.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { EQUIPMENT_MOST = 64 };

struct rooms_reading {
    struct sv_reading reading; /* first: the tables' functions know only this */
    struct sv_names rooms, meetings, parts, equipment;
    struct sv_room *room;
    struct sv_meeting *meeting;
    const char *name;
    double empty_seat_price;
};

#define IN(member) offsetof(struct rooms_reading, member)

static struct rooms_reading *
whole(struct sv_reading *r)
{
    return (struct rooms_reading *)(void *)r;
}

/* ---- small values -------------------------------------------------------- */

static enum err
read_equipment(struct sv_reading *r, const json_t *list, void *into)
{
    return sv_keys_bits(r, list, &whole(r)->equipment, into);
}

static enum err
read_parts(struct sv_reading *r, const json_t *list, void *into)
{
    return sv_keys_bits(r, list, &whole(r)->parts, into);
}

/* Heads and seats are whole numbers; read as an object's own key. */
static enum err
whole_number(struct sv_reading *r, const char *key, double value, int *into)
{
    size_t back = sv_keys_into(r, key, 0);

    if (value < 0 || value > 1e6 || value != floor(value))
        return sv_keys_refuse(r,
                              "a whole number from 0 to 1000000 is expected");
    *into = (int)value;
    sv_keys_back(r, back);
    return OK;
}

/* ---- rooms ----------------------------------------------------------------- */

/* A room as it is written. */
struct written_room {
    const char *name;
    double seats, set_up;
    uint64_t equipment, parts;
};

static const struct sv_key room_keys[] = {
    { "name", SV_KEY_TEXT, SV_AT(written_room, name), NULL, 0 },
    { "seats", SV_KEY_REAL, SV_AT(written_room, seats), NULL, 0 },
    { "set_up", SV_KEY_REAL, SV_AT(written_room, set_up), NULL, 0 },
    { "equipment", SV_KEY_LIST, SV_AT(written_room, equipment), read_equipment,
      0 },
    { "parts", SV_KEY_LIST, SV_AT(written_room, parts), read_parts, 0 },
    { 0 }
};

/* A room that names no parts is one itself, known by the room's name. */
static enum err
own_part(struct sv_reading *r, struct written_room *w)
{
    int number;

    if (w->parts)
        return OK;
    number = sv_names_number(r, &whole(r)->parts, w->name);
    if (number < 0)
        return fail(r->c, ERR_LIMIT, NULL, "rooms: more than %d parts",
                    SV_ROOM_PARTS_MOST);
    w->parts = UINT64_C(1) << number;
    return OK;
}

static enum err
read_rooms(struct sv_reading *r, const json_t *list, void *into)
{
    struct rooms_reading *all = whole(r);
    size_t n = json_array_size(list);
    struct written_room *w = NEW_N(r->arena, struct written_room, n + 1);

    (void)into;
    TRY(sv_keys_records(r, list, room_keys, w, sizeof *w));
    for (size_t k = 0; k < n; k++) {
        size_t back = sv_keys_into(r, NULL, (int)k);
        struct sv_room *room = &all->room[k];

        TRY(own_part(r, &w[k]));
        TRY(whole_number(r, "seats", w[k].seats, &room->seats));
        if (w[k].set_up < 0)
            return sv_keys_refuse(r, "a negative set-up time");
        room->name = w[k].name;
        room->parts = w[k].parts;
        room->equipment = w[k].equipment;
        room->set_up = w[k].set_up;
        sv_keys_back(r, back);
    }
    return OK;
}

/* ---- meetings ---------------------------------------------------------------- */

/* A meeting as it is written. */
struct written_meeting {
    const char *name;
    double starts, ends, people, change_price, price;
    uint64_t equipment;
    double *walk;
    int keeps;
};

/* Room by name: what getting there costs; rooms not named cost nothing. */
static enum err
read_walk(struct sv_reading *r, const json_t *object, void *into)
{
    const struct sv_names *rooms = &whole(r)->rooms;
    double *walk = NEW_N(r->arena, double, (size_t)rooms->count + 1);
    json_t *each = (json_t *)(uintptr_t)object, *v;
    const char *name;

    json_object_foreach(each, name, v)
    {
        size_t back = sv_keys_into(r, name, 0);
        int room = sv_names_find(rooms, name);

        if (room < 0)
            return sv_keys_refuse(r, "nothing has that name");
        TRY(sv_keys_real(r, v, &walk[room]));
        if (walk[room] < 0)
            return sv_keys_refuse(r, "a negative price");
        sv_keys_back(r, back);
    }
    *(double **)into = walk;
    return OK;
}

static const struct sv_key meeting_keys[] = {
    { "name", SV_KEY_TEXT, SV_AT(written_meeting, name), NULL, 0 },
    { "starts", SV_KEY_REAL, SV_AT(written_meeting, starts), NULL, 0 },
    { "ends", SV_KEY_REAL, SV_AT(written_meeting, ends), NULL, 0 },
    { "people", SV_KEY_REAL, SV_AT(written_meeting, people), NULL, 0 },
    { "equipment", SV_KEY_LIST, SV_AT(written_meeting, equipment),
      read_equipment, 0 },
    { "walk", SV_KEY_OBJECT, SV_AT(written_meeting, walk), read_walk, 0 },
    { "keeps", SV_KEY_NAME, SV_AT(written_meeting, keeps), NULL, IN(rooms) },
    { "change_price", SV_KEY_REAL, SV_AT(written_meeting, change_price), NULL,
      0 },
    { "price", SV_KEY_REAL, SV_AT(written_meeting, price), NULL, 0 },
    { 0 }
};

static enum err
take_meeting(struct sv_reading *r, const struct written_meeting *w,
             struct sv_meeting *m)
{
    *m = (struct sv_meeting){
        .name = w->name,
        .starts = w->starts,
        .ends = w->ends,
        .equipment = w->equipment,
        .walk = w->walk,
        .keeps = w->keeps,
        .change_price = w->change_price,
        .price = w->price
    };
    TRY(whole_number(r, "people", w->people, &m->people));
    if (!(w->starts > 0))
        return sv_keys_refuse(r, "starts: a time after 0 is expected");
    if (!(w->ends > w->starts))
        return sv_keys_refuse(r, "ends: must be later than the start");
    if (w->change_price < 0 || !(w->price > 0))
        return sv_keys_refuse(r, "a price that is negative, or none at all");
    return OK;
}

static enum err
read_meetings(struct sv_reading *r, const json_t *list, void *into)
{
    size_t n = json_array_size(list);
    struct written_meeting *w = NEW_N(r->arena, struct written_meeting, n + 1);

    (void)into;
    for (size_t k = 0; k < n; k++)
        w[k] = (struct written_meeting){ .keeps = -1, .price = 1e6 };
    TRY(sv_keys_records(r, list, meeting_keys, w, sizeof *w));
    for (size_t k = 0; k < n; k++) {
        size_t back = sv_keys_into(r, NULL, (int)k);

        TRY(take_meeting(r, &w[k], &whole(r)->meeting[k]));
        sv_keys_back(r, back);
    }
    return OK;
}

/* ---- the whole ----------------------------------------------------------------- */

static enum err
read_root(struct rooms_reading *w, const json_t *root)
{
    static const struct sv_key keys[] = {
        { "name", SV_KEY_TEXT, IN(name), NULL, 0 },
        { "empty_seat_price", SV_KEY_REAL, IN(empty_seat_price), NULL, 0 },
        { "rooms", SV_KEY_LIST, 0, read_rooms, 0 },
        { "meetings", SV_KEY_LIST, 0, read_meetings, 0 },
        { 0 }
    };
    struct sv_reading *r = &w->reading;

    if (!json_is_object(root))
        return sv_keys_refuse(r, "an object is expected");
    /* The names before the records: a meeting names rooms, wherever they stand. */
    TRY(sv_keys_collect(r, root, "rooms", SV_ROOMS_MOST, &w->rooms));
    TRY(sv_keys_collect(r, root, "meetings", SV_MEETINGS_MOST, &w->meetings));
    w->parts = sv_names_make(r, SV_ROOM_PARTS_MOST);
    w->equipment = sv_names_make(r, EQUIPMENT_MOST);
    w->room = NEW_N(r->arena, struct sv_room, (size_t)w->rooms.count + 1);
    w->meeting =
        NEW_N(r->arena, struct sv_meeting, (size_t)w->meetings.count + 1);
    TRY(sv_keys_object(r, root, keys, w));
    if (w->empty_seat_price < 0)
        return sv_keys_refuse(r, "empty_seat_price: a negative price");
    return OK;
}

enum err
sv_rooms_parse(struct call *c, struct sv_room_task *task, const char *text,
               size_t size)
{
    struct rooms_reading w = { .reading = { .c = c, .arena = c->arena } };
    json_t *root;
    enum err e;

    TRY(sv_keys_load(c, text, size, &root));
    e = read_root(&w, root);
    json_decref(root);
    *task = (struct sv_room_task){ .room_count = w.rooms.count,
                                   .meeting_count = w.meetings.count,
                                   .rooms = w.room,
                                   .meetings = w.meeting,
                                   .empty_seat_price = w.empty_seat_price };
    return e;
}

enum err
sv_rooms_read(struct call *c, struct sv_room_task *task, const char *path)
{
    char *text = NULL;
    size_t size = 0;

    TRY(sv_file_text(c, path, &text, &size));
    return sv_rooms_parse(c, task, text, size);
}

/* ---- the answer ------------------------------------------------------------------ */

const char *
sv_rooms_explain(const struct sv_room_task *task, int meeting)
{
    const struct sv_meeting *m = &task->meetings[meeting];
    bool seats = false, equipment = false, both = false, worth = false;

    for (int k = 0; k < task->room_count; k++) {
        const struct sv_room *r = &task->rooms[k];
        double price = sv_room_price(task, meeting, k);

        seats |= r->seats >= m->people;
        equipment |= !(m->equipment & ~r->equipment);
        both |= price >= 0;
        worth |= price >= 0 && price < m->price;
    }
    if (!seats)
        return "no room has the seats";
    if (!equipment)
        return "no room has the equipment";
    if (!both)
        return "no room has both the seats and the equipment";
    if (!worth)
        return "every room that would do costs more than not holding it";
    return "every room that would do is taken at that time";
}

void
sv_rooms_write(const struct sv_room_task *task,
               const struct sv_room_answer *answer, FILE *out)
{
    json_t *held = json_array(), *left = json_array(), *root;

    for (int k = 0; k < task->meeting_count; k++) {
        const char *name = task->meetings[k].name;
        int room = answer->room[k];

        if (room >= 0)
            json_array_append_new(held,
                                  json_pack("{s:s, s:s, s:f}", "meeting", name,
                                            "room", task->rooms[room].name,
                                            "price",
                                            sv_room_price(task, k, room)));
        else
            json_array_append_new(left, json_pack("{s:s, s:s}", "meeting", name,
                                                  "reason",
                                                  sv_rooms_explain(task, k)));
    }
    root = json_pack("{s:f, s:b, s:o, s:o}", "cost", answer->cost, "proved",
                     answer->proved, "held", held, "without_room", left);
    (void)json_dumpf(root, out, JSON_INDENT(1));
    fputc('\n', out);
    json_decref(root);
}
