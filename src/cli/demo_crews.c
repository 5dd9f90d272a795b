/* SPDX-License-Identifier: Apache-2.0 */
/* Two providers and the crews of the catalogue, with people and shifts. */
#include <string.h>

#include "cli/demo_parts.h"

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
      { "锅炉", "供暖", "锅炉,供暖" } },
    { "air-conditioning",
      OWN,
      DEMO_SERVICE_WORK,
      5,
      DAILY,
      "空调工",
      { "中央空调", "分体空调", "中央空调,制冷" } },
    { "carpenters",
      OWN,
      DEMO_SERVICE_WORK,
      4,
      OFFICE,
      "木工",
      { "门窗", "家具", "门锁,家具" } },
    { "it",
      OWN,
      DEMO_SERVICE_WORK,
      6,
      OFFICE,
      "信息技术员",
      { "网络", "桌面", "会议系统,桌面" } },
    { "telecom",
      OWN,
      DEMO_SERVICE_WORK,
      4,
      OFFICE,
      "通讯员",
      { "电话", "布线", "电话,布线" } },
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
      { "消防监控", "消防器材", "消防监控,消防器材" } },

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
      { "门岗", "巡逻", "监控" } },
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
      { "用房", "档案", "周转房" } },
    { "asset-office",
      OWN,
      DEMO_SERVICE_ASSETS,
      3,
      OFFICE,
      "资产管理员",
      { "家具", "设备", "处置" } },
    { "stores",
      OWN,
      DEMO_SERVICE_ASSETS,
      3,
      DAILY,
      "库管员",
      { "办公用品", "维修材料", "防汛物资" } },
    { "secrecy-officer",
      OWN,
      DEMO_SERVICE_GENERAL,
      2,
      OFFICE,
      "保密员",
      { "保密", "涉密设备", "保密" } },
    { "mail-room",
      OWN,
      DEMO_SERVICE_WORK,
      3,
      OFFICE,
      "收发员",
      { "收发", "快递", "报刊" } },
    { "courier",
      OWN,
      DEMO_SERVICE_GENERAL,
      2,
      OFFICE,
      "机要员",
      { "机要", "交换", "机要" } },
    { "print-room",
      OWN,
      DEMO_SERVICE_WORK,
      3,
      OFFICE,
      "文印员",
      { "印刷", "装订", "制图" } },
    { "administration",
      OWN,
      DEMO_SERVICE_GENERAL,
      4,
      OFFICE,
      "行政专员",
      { "行政", "印章", "档案" } },
    { "food-safety",
      OWN,
      DEMO_SERVICE_WORK,
      2,
      DAILY,
      "食品安全员",
      { "食品安全", "留样", "食品安全" } },
    { "energy-office",
      OWN,
      DEMO_SERVICE_HOUSES,
      2,
      OFFICE,
      "节能管理员",
      { "计量", "统计", "节能" } },
    { "reception-office",
      OWN,
      DEMO_SERVICE_GENERAL,
      3,
      OFFICE,
      "接待员",
      { "接待", "礼宾", "会务" } },
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
        TRY(provider_add(d->c, &p));
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
    return shift_add(d->c, &s);
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

static enum err
add_member(struct demo *d, size_t i, int64_t crew_id, int n)
{
    bool lead = n == 0;
    const char *post = lead ? arena_printf(d->c->arena, "%s班长", crews[i].post)
                            : crews[i].post;
    struct crew_member m = {
        .crew_id = crew_id, .lead = lead, .skills = crews[i].skills[n % 3]
    };
    struct person p;

    TRY(demo_person(d, crews[i].provider == OWN ? crews[i].unit : -1,
                    crews[i].provider, post, &p));
    m.person_id = p.id;
    TRY(crew_member_add(d->c, &m));
    return crews[i].roster == THREE ? add_third(d, &m, n) : OK;
}

static enum err
add_crew(struct demo *d, size_t i)
{
    struct crew w = { 0 };

    TRY(db_int(d->c, &w.id, find_crew, V(crews[i].code)));
    if (w.id == 0)
        return fail(d->c, ERR_ABSENT, NULL, "there is no crew “%s”",
                    crews[i].code);
    w.phone = arena_printf(d->c->arena, "8705%04d", 8000 + (int)i);
    if (crews[i].provider != OWN)
        w.provider_id = d->providers[crews[i].provider];
    TRY(crew_set(d->c, &w,
                 model_mask(&crew_model, "phone")
                     | (w.provider_id ? model_mask(&crew_model, "provider_id")
                                      : 0)));
    for (int n = 0; n < crews[i].people; n++)
        TRY(add_member(d, i, w.id, n));
    return crews[i].roster == THREE ? OK : add_whole(d, w.id, crews[i].roster);
}

enum err
demo_crews(struct demo *d)
{
    TRY(add_providers(d));
    for (size_t i = 0; i < COUNT(crews); i++)
        TRY(add_crew(d, i));
    return OK;
}
