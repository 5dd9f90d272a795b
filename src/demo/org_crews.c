/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two providers and fourteen crews, with people and shifts.  The catalogue
 * names more crews, as large offices have them; in this one some are part of
 * another, with their people and with what the catalogue sends to them.
 */
#include <string.h>

#include "demo/inner.h"
#include "engine/catalog/catalog.h"

enum { OWN = -1, PROPERTY = 0, LIFTS = 1 };

static const struct {
    const char *code, *name, *name_en, *uscc, *contact, *phone;
} providers[] = {
    { "property", "诚安物业服务有限公司", "Cheng'an Property Services",
      "91330100MA2DEM0P7", "项目经理", "87059001" },
    { "lifts", "迅捷电梯维保有限公司", "Xunjie Lift Maintenance",
      "91330100MA2DEM0L5", "维保主管", "87059002" },
};

/* Who is on duty when. */
enum roster {
    OFFICE, /* Monday to Friday in office hours */
    DAILY,  /* every day, morning to evening */
    THREE,  /* three shifts round the clock, a third of the crew each */
    WHOLE   /* round the clock, all of them on call */
};

static const struct {
    const char *code;
    int provider;
    int unit; /* of the office's own people */
    int people;
    enum roster roster;
    const char *post;
    const char *skills[3]; /* members have one after the other */
    const char *part_of;   /* the crew they belong to; NULL: a crew itself */
    const char *name, *name_en; /* what it is called here, if not as usual */
} crews[] = {
    { "electricians",
      OWN,
      DEMO_SERVICE_WORK,
      9,
      THREE,
      "电工",
      { "低压,照明", "低压,高压", "低压,充电桩" } },
    { "plumbers",
      OWN,
      DEMO_SERVICE_WORK,
      6,
      THREE,
      "水工",
      { "给排水", "给排水,疏通", "给排水,开水器" } },
    { "heating",
      OWN,
      DEMO_SERVICE_WORK,
      4,
      DAILY,
      "锅炉工",
      { "锅炉", "供暖", "锅炉,供暖" },
      "air-conditioning" },
    { "air-conditioning",
      OWN,
      DEMO_SERVICE_WORK,
      5,
      DAILY,
      "空调工",
      { "中央空调", "分体空调", "中央空调,制冷" },
      NULL,
      "暖通空调班",
      "Heating and air-conditioning crew" },
    { "carpenters",
      OWN,
      DEMO_SERVICE_WORK,
      4,
      OFFICE,
      "木工",
      { "门窗", "家具", "门锁,家具" },
      "general-repair" },
    { "it",
      OWN,
      DEMO_SERVICE_WORK,
      6,
      OFFICE,
      "信息技术员",
      { "网络", "桌面", "会议系统,桌面" },
      NULL,
      "信息通讯班",
      "IT and telecom crew" },
    { "telecom",
      OWN,
      DEMO_SERVICE_WORK,
      4,
      OFFICE,
      "通讯员",
      { "电话", "布线", "电话,布线" },
      "it" },
    { "motor-pool",
      OWN,
      DEMO_SERVICE_WORK,
      14,
      DAILY,
      "驾驶员",
      { "小型车", "中型客车,小型车", "大型客车,小型车" } },
    { "canteen",
      OWN,
      DEMO_SERVICE_WORK,
      16,
      DAILY,
      "厨师",
      { "热菜", "面点", "凉菜,配餐" } },
    { "service-desk",
      OWN,
      DEMO_SERVICE_WORK,
      6,
      THREE,
      "服务台调度员",
      { "调度", "接听", "调度,接听" } },
    { "fire-crew",
      OWN,
      DEMO_SERVICE_WORK,
      6,
      THREE,
      "消防员",
      { "消防监控", "消防器材", "消防监控,消防器材" },
      "security" },

    { "general-repair",
      PROPERTY,
      0,
      8,
      DAILY,
      "综合维修工",
      { "泥瓦", "防水", "五金,油漆" } },
    { "meeting-service",
      PROPERTY,
      0,
      12,
      DAILY,
      "会议服务员",
      { "茶歇", "会场布置", "音响,会场布置" } },
    { "gardeners",
      PROPERTY,
      0,
      8,
      DAILY,
      "绿化工",
      { "养护", "修剪", "病虫害防治" } },
    { "cleaners",
      PROPERTY,
      0,
      30,
      DAILY,
      "保洁员",
      { "楼内保洁", "外围保洁", "石材养护" } },
    { "security",
      PROPERTY,
      0,
      24,
      THREE,
      "保安员",
      { "门岗", "巡逻", "监控" },
      NULL,
      "安保消防队",
      "Security and fire crew" },
    { "lift-contractor",
      LIFTS,
      0,
      6,
      WHOLE,
      "电梯维保员",
      { "曳引电梯", "自动扶梯", "困人救援" } },

    { "property-office",
      OWN,
      DEMO_SERVICE_HOUSES,
      4,
      OFFICE,
      "房产管理员",
      { "用房", "档案", "周转房" },
      "administration" },
    { "asset-office",
      OWN,
      DEMO_SERVICE_ASSETS,
      3,
      OFFICE,
      "资产管理员",
      { "家具", "设备", "处置" },
      "administration" },
    { "stores",
      OWN,
      DEMO_SERVICE_ASSETS,
      3,
      DAILY,
      "库管员",
      { "办公用品", "维修材料", "防汛物资" },
      "administration" },
    { "secrecy-officer",
      OWN,
      DEMO_SERVICE_GENERAL,
      2,
      OFFICE,
      "保密员",
      { "保密", "涉密设备", "保密" },
      "administration" },
    { "mail-room",
      OWN,
      DEMO_SERVICE_WORK,
      3,
      OFFICE,
      "收发员",
      { "收发", "快递", "报刊" },
      "administration" },
    { "courier",
      OWN,
      DEMO_SERVICE_GENERAL,
      2,
      OFFICE,
      "机要员",
      { "机要", "交换", "机要" },
      "administration" },
    { "print-room",
      OWN,
      DEMO_SERVICE_WORK,
      3,
      OFFICE,
      "文印员",
      { "印刷", "装订", "制图" },
      "administration" },
    { "administration",
      OWN,
      DEMO_SERVICE_GENERAL,
      4,
      OFFICE,
      "行政专员",
      { "行政", "印章", "档案" },
      NULL,
      "行政资产科",
      "Administration and asset office" },
    { "food-safety",
      OWN,
      DEMO_SERVICE_WORK,
      2,
      DAILY,
      "食品安全员",
      { "食品安全", "留样", "食品安全" },
      "canteen" },
    { "energy-office",
      OWN,
      DEMO_SERVICE_HOUSES,
      2,
      OFFICE,
      "节能管理员",
      { "计量", "统计", "节能" },
      "administration" },
    { "reception-office",
      OWN,
      DEMO_SERVICE_GENERAL,
      3,
      OFFICE,
      "接待员",
      { "接待", "礼宾", "会务" },
      "administration" },
};

static enum err
add_providers(struct demo *d)
{
    for (size_t i = 0; i < COUNT(providers); i++) {
        const char *stem = providers[i].uscc;
        struct provider p = {
            .code = providers[i].code,
            .name = providers[i].name,
            .name_en = providers[i].name_en,
            .contact = providers[i].contact,
            .phone = providers[i].phone,
        };

        p.uscc = arena_printf(d->c->arena, "%s%c", stem, uscc_check(stem));
        TRY(noun_add(d->c, &provider_noun, &p));
        d->providers[i] = p.id;
    }
    return OK;
}

/* -- shifts ---------------------------------------------------------------- */

#define CLOCK(h, m) ((h)*60 + (m))
#define EVERY_DAY "1234567"

static enum err
add_shift(struct demo *d, const struct shift *like)
{
    struct shift s = *like;

    s.valid_from = day_of(2019, 1, 1);
    return noun_add(d->c, &shift_noun, &s);
}

/* The third of the day that falls to the N-th member. */
static enum err
add_third(struct demo *d, const struct crew_member *m, int n)
{
    static const struct shift thirds[] = {
        { .name = "早班",
          .weekdays = EVERY_DAY,
          .from_min = CLOCK(7, 30),
          .to_min = CLOCK(16, 0) },
        { .name = "中班",
          .weekdays = EVERY_DAY,
          .from_min = CLOCK(15, 30),
          .to_min = CLOCK(0, 0) },
        { .name = "夜班",
          .weekdays = EVERY_DAY,
          .from_min = CLOCK(23, 30),
          .to_min = CLOCK(8, 0) },
    };
    struct shift s = thirds[n % 3];

    s.crew_id = m->crew_id;
    s.person_id = m->person_id;
    return add_shift(d, &s);
}

/* A crew that works as a whole. */
static enum err
add_whole(struct demo *d, int64_t crew_id, enum roster roster)
{
    static const struct shift all[] = {
        [OFFICE] = { .name = "日班",
                     .weekdays = "12345",
                     .from_min = CLOCK(8, 30),
                     .to_min = CLOCK(18, 0) },
        [DAILY] = { .name = "日班",
                    .weekdays = EVERY_DAY,
                    .from_min = CLOCK(7, 0),
                    .to_min = CLOCK(19, 0) },
        [WHOLE] = { .name = "全天值守", .weekdays = EVERY_DAY },
    };
    struct shift s = all[roster];

    s.crew_id = crew_id;
    return add_shift(d, &s);
}

/* -- crews ----------------------------------------------------------------- */

static const char find_crew[] = "SELECT id FROM crew WHERE code = $1";

/* The row of the crew that the I-th row's people belong to. */
static size_t
whole_of(size_t i)
{
    size_t k = 0;

    if (crews[i].part_of == NULL)
        return i;
    while (strcmp(crews[k].code, crews[i].part_of) != 0)
        k++;
    return k;
}

static enum err
find_id(struct demo *d, const char *code, int64_t *id)
{
    TRY(db_int(d->c, id, find_crew, V(code)));
    return *id != 0
               ? OK
               : fail(d->c, ERR_ABSENT, NULL, "there is no crew “%s”", code);
}

static enum err
add_member(struct demo *d, size_t i, int64_t crew_id, int n)
{
    size_t whole = whole_of(i);
    bool lead = n == 0 && whole == i;
    const char *post = lead ? arena_printf(d->c->arena, "%s班长", crews[i].post)
                            : crews[i].post;
    struct crew_member m = {
        .crew_id = crew_id, .lead = lead, .skills = crews[i].skills[n % 3]
    };
    struct person p;

    TRY(demo_person(d, crews[whole].provider == OWN ? crews[i].unit : -1,
                    crews[whole].provider, post, &p));
    m.person_id = p.id;
    TRY(noun_add(d->c, &crew_member_noun, &m));
    return crews[whole].roster == THREE ? add_third(d, &m, n) : OK;
}

static enum err
add_members(struct demo *d, size_t i, int64_t crew_id)
{
    for (int n = 0; n < crews[i].people; n++)
        TRY(add_member(d, i, crew_id, n));
    return OK;
}

static enum err
add_crew(struct demo *d, size_t i)
{
    struct crew w = { .name = crews[i].name, .name_en = crews[i].name_en };
    field_mask said = model_mask(&crew_model, "phone");

    TRY(find_id(d, crews[i].code, &w.id));
    w.phone = arena_printf(d->c->arena, "8705%04d", 8000 + (int)i);
    if (crews[i].provider != OWN) {
        w.provider_id = d->providers[crews[i].provider];
        said |= model_mask(&crew_model, "provider_id");
    }
    if (w.name)
        said |= model_mask(&crew_model, "name")
                | model_mask(&crew_model, "name_en");
    TRY(noun_set(d->c, &crew_noun, &w, said));
    TRY(add_members(d, i, w.id));
    return crews[i].roster == THREE ? OK : add_whole(d, w.id, crews[i].roster);
}

static const char find_rules[] =
    "SELECT id FROM routing_rule WHERE crew_id = $1";

/* What the catalogue sends to FROM goes to INTO. */
static enum err
move_rules(struct demo *d, int64_t from, int64_t into)
{
    struct routing_rule r = { .crew_id = into };
    int64_t id;

    TRY(db_int(d->c, &id, find_rules, V(from)));
    while (id != 0) {
        r.id = id;
        TRY(model_get(d->c, &routing_rule_model, id, &r));
        r.crew_id = into;
        TRY(noun_set(d->c, &routing_rule_noun, &r,
                     model_mask(&routing_rule_model, "crew_id")));
        TRY(db_int(d->c, &id, find_rules, V(from)));
    }
    return OK;
}

/* The crew is not one here: its people and its work are another's. */
static enum err
add_part(struct demo *d, size_t i)
{
    struct crew w = { .active = false };
    int64_t into = 0;

    TRY(find_id(d, crews[i].code, &w.id));
    TRY(find_id(d, crews[i].part_of, &into));
    TRY(add_members(d, i, into));
    TRY(move_rules(d, w.id, into));
    return noun_set(d->c, &crew_noun, &w, model_mask(&crew_model, "active"));
}

enum err
demo_crews(struct demo *d)
{
    TRY(add_providers(d));
    for (size_t i = 0; i < COUNT(crews); i++)
        TRY(crews[i].part_of ? add_part(d, i) : add_crew(d, i));
    return OK;
}
