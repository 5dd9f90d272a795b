/* SPDX-License-Identifier: Apache-2.0 */
/* A compound of six buildings, floor by floor. */
#include <string.h>

#include "demo/inner.h"

static const struct {
    const char *name, *name_en;
    int floors, cellars;
    int offices;  /* on each upper floor */
    int meetings; /* in the building */
} buildings[DEMO_BUILDINGS] = {
    { "1号楼", "Building 1", 12, 1, 18, 8 },
    { "2号楼", "Building 2", 9, 1, 16, 5 },
    { "3号楼", "Building 3", 6, 0, 14, 3 },
    { "会议中心", "Conference centre", 3, 0, 2, 9 },
    { "后勤楼", "Services building", 3, 0, 8, 1 },
    { "档案信访楼", "Archives building", 5, 0, 12, 2 },
};

/* What every floor has besides its offices. */
static const struct {
    const char *code, *name, *name_en, *use;
    double area;
} common[] = {
    { "ZL", "走廊", "Corridor", "公共区域", 90 },
    { "LT", "楼梯间", "Stairs", "公共区域", 24 },
    { "WM", "男卫生间", "Men's toilet", "卫生间", 22 },
    { "WF", "女卫生间", "Women's toilet", "卫生间", 22 },
    { "KS", "开水间", "Pantry", "开水间", 8 },
    { "QD", "强电间", "Electrical closet", "设备用房", 6 },
    { "RD", "弱电间", "Telecom closet", "设备用房", 6 },
};

/* Rooms of which there is one, or a few: building 0 is the site itself. */
static const struct {
    int building, floor;
    const char *code, *name, *name_en, *use;
    double area;
    bool restricted;
} special[] = {
    { 0, 0, "DMW", "东门门卫室", "East gate guard house", "门卫室", 20, false },
    { 0, 0, "XMW", "西门门卫室", "West gate guard house", "门卫室", 16, false },
    { 0, 0, "GC", "中心广场", "Central square", "室外场地", 3200, false },
    { 0, 0, "LH", "大院绿地", "Grounds", "室外场地", 8600, false },
    { 0, 0, "TC", "地面停车场", "Car park", "停车场", 4200, false },
    { 1, -1, "CK", "地下车库", "Garage", "车库", 3600, false },
    { 1, -1, "PD", "高压配电室", "Substation", "设备用房", 160, false },
    { 1, -1, "SB", "水泵房", "Pump room", "设备用房", 90, false },
    { 1, 1, "DT", "一楼大厅", "Lobby", "公共区域", 420, false },
    { 1, 1, "FWT", "后勤服务台", "Service desk", "服务台", 36, false },
    { 1, 1, "XK", "消防控制室", "Fire control room", "值班室", 48, false },
    { 1, 2, "WY", "文印室", "Print room", "文印室", 40, false },
    { 1, 2, "SF", "收发室", "Mail room", "收发室", 30, false },
    { 1, 9, "JY", "机要室", "Confidential papers", "涉密场所", 45, true },
    { 1, 10, "BM", "保密会议室", "Secure meeting room", "会议室", 60, true },
    { 2, -1, "CK", "地下车库", "Garage", "车库", 2400, false },
    { 2, 1, "ZW", "政务服务大厅", "Public service hall", "服务大厅", 900,
      false },
    { 2, 5, "JF", "中心机房", "Data centre", "设备用房", 180, true },
    { 4, 1, "BGT", "大报告厅", "Auditorium", "会议室", 620, false },
    { 4, 2, "GBK", "贵宾接待室", "Reception room", "接待室", 80, false },
    { 5, 1, "ST", "职工食堂", "Canteen", "食堂", 980, false },
    { 5, 1, "CF", "厨房", "Kitchen", "厨房", 320, false },
    { 5, 1, "GL", "锅炉房", "Boiler room", "设备用房", 150, false },
    { 5, 1, "KF", "物资库房", "Stores", "库房", 260, false },
    { 5, 2, "BJ", "包间", "Private dining room", "食堂", 60, false },
    { 5, 2, "WX", "维修班组室", "Workshop", "班组用房", 70, false },
    { 5, 1, "CD", "车队调度室", "Motor pool office", "班组用房", 40, false },
    { 6, 1, "XF", "信访接待大厅", "Petition hall", "服务大厅", 260, false },
    { 6, 3, "DA", "档案库", "Archives", "档案库", 420, true },
};

/* "3" or "B1", as on the buttons of the lift. */
static const char *
floor_word(struct demo *d, int floor)
{
    return floor < 0 ? arena_printf(d->c->arena, "B%d", -floor)
                     : arena_printf(d->c->arena, "%d", floor);
}

static enum err
add_special(struct demo *d, int building, int floor, const char *code,
            int64_t parent)
{
    for (size_t i = 0; i < COUNT(special); i++) {
        if (special[i].building != building || special[i].floor != floor)
            continue;
        struct place p = {
            .code = arena_printf(d->c->arena, "%s-%s", code, special[i].code),
            .name = special[i].name,
            .name_en = special[i].name_en,
            .kind = "room",
            .parent_id = parent,
            .room_use = special[i].use,
            .area_m2 = special[i].area,
            .restricted = special[i].restricted,
        };
        TRY(place_add(d->c, &p));
    }
    return OK;
}

static enum err
add_common(struct demo *d, const char *code, int64_t parent)
{
    for (size_t i = 0; i < COUNT(common); i++) {
        struct place p = {
            .code = arena_printf(d->c->arena, "%s-%s", code, common[i].code),
            .name = common[i].name,
            .name_en = common[i].name_en,
            .kind = "room",
            .parent_id = parent,
            .room_use = common[i].use,
            .area_m2 = common[i].area,
        };
        TRY(place_add(d->c, &p));
    }
    return OK;
}

/* Meeting rooms lie spread over the floors, from the second up. */
static int
meetings_on(int building, int floor)
{
    int upper = buildings[building].floors - 1,
        all = buildings[building].meetings;

    if (floor < 2)
        return 0;
    return all * (floor - 1) / upper - all * (floor - 2) / upper;
}

static enum err
add_meetings(struct demo *d, int b, int floor, const char *code, int64_t parent)
{
    for (int i = 1; i <= meetings_on(b, floor); i++) {
        bool large = demo_between(d, 0, 2) == 0;
        struct place p = {
            .code = arena_printf(d->c->arena, "%s-HY%d", code, i),
            .name = arena_printf(d->c->arena, "第%d会议室", floor * 100 + i),
            .name_en =
                arena_printf(d->c->arena, "Meeting room %d", floor * 100 + i),
            .kind = "room",
            .parent_id = parent,
            .room_use = "会议室",
            .area_m2 = large ? 120 : 45,
        };
        TRY(place_add(d->c, &p));
    }
    return OK;
}

static enum err
add_offices(struct demo *d, int b, int floor, const char *code, int64_t parent)
{
    /* Much of a ground floor is halls and counters. */
    int n = floor <= 1 ? buildings[b].offices / 3 : buildings[b].offices;

    for (int i = 1; i <= n; i++) {
        int desks = demo_between(d, 2, 4);
        struct place p = {
            .code = arena_printf(d->c->arena, "%s%02d", code, i),
            .name = arena_printf(d->c->arena, "%d", floor * 100 + i),
            .name_en = arena_printf(d->c->arena, "Room %d", floor * 100 + i),
            .kind = "room",
            .parent_id = parent,
            .room_use = "办公室",
            .area_m2 = 9.0 * desks + demo_between(d, 0, 6),
        };
        TRY(place_add(d->c, &p));
        d->rooms[d->n_rooms++] =
            (struct demo_room){ .id = p.id, .building = b, .free = desks };
    }
    return OK;
}

static enum err
add_floor(struct demo *d, int b, int floor, int64_t building_id)
{
    const char *word = floor_word(d, floor);
    const char *code =
        floor < 0 ? arena_printf(d->c->arena, "%d-%s", b + 1, word)
                  : arena_printf(d->c->arena, "%d-%02d", b + 1, floor);
    struct place p = {
        .code = code,
        .name = arena_printf(d->c->arena, "%s层", word),
        .name_en = arena_printf(d->c->arena, "Floor %s", word),
        .kind = "floor",
        .parent_id = building_id,
    };

    TRY(place_add(d->c, &p));
    TRY(add_common(d, code, p.id));
    TRY(add_special(d, b + 1, floor, code, p.id));
    /* A basement has plant and stores, and nobody sits there. */
    if (floor < 0)
        return OK;
    TRY(add_meetings(d, b, floor, code, p.id));
    return add_offices(d, b, floor, code, p.id);
}

static enum err
add_building(struct demo *d, int b, int64_t site_id)
{
    struct place p = {
        .code = arena_printf(d->c->arena, "%d", b + 1),
        .name = buildings[b].name,
        .name_en = buildings[b].name_en,
        .kind = "building",
        .parent_id = site_id,
    };

    TRY(place_add(d->c, &p));
    for (int floor = -buildings[b].cellars; floor <= buildings[b].floors;
         floor++) {
        if (floor != 0)
            TRY(add_floor(d, b, floor, p.id));
    }
    return OK;
}

enum err
demo_places(struct demo *d)
{
    struct place site = { .code = "0",
                          .name = "市级机关大院",
                          .name_en = "Municipal compound",
                          .kind = "site" };
    size_t offices = 0;

    for (int b = 0; b < DEMO_BUILDINGS; b++)
        offices += (size_t)(buildings[b].offices * (buildings[b].floors + 1));
    d->rooms = NEW_N(d->c->arena, struct demo_room, offices);
    TRY(place_add(d->c, &site));
    TRY(add_special(d, 0, 0, "0", site.id));
    for (int b = 0; b < DEMO_BUILDINGS; b++)
        TRY(add_building(d, b, site.id));
    return OK;
}
