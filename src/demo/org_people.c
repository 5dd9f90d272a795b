/* SPDX-License-Identifier: Apache-2.0 */
/* Names of people who do not exist. */
#include <string.h>

#include "demo/inner.h"

/* Surnames and how many of 10,000 people have them, roughly as the police's
   register of 2020 says. */
static const struct {
    const char *name;
    int share;
} surnames[] = {
    { "王", 725 }, { "李", 719 },  { "张", 683 }, { "刘", 541 }, { "陈", 463 },
    { "杨", 314 }, { "黄", 227 },  { "赵", 224 }, { "吴", 206 }, { "周", 203 },
    { "徐", 150 }, { "孙", 148 },  { "马", 137 }, { "朱", 128 }, { "胡", 122 },
    { "林", 118 }, { "郭", 117 },  { "何", 116 }, { "高", 112 }, { "罗", 105 },
    { "郑", 94 },  { "梁", 92 },   { "谢", 82 },  { "宋", 81 },  { "唐", 74 },
    { "许", 70 },  { "邓", 66 },   { "韩", 65 },  { "冯", 64 },  { "曹", 62 },
    { "彭", 61 },  { "曾", 60 },   { "肖", 57 },  { "田", 56 },  { "董", 55 },
    { "潘", 53 },  { "袁", 52 },   { "蔡", 51 },  { "蒋", 50 },  { "余", 49 },
    { "于", 48 },  { "杜", 47 },   { "叶", 46 },  { "程", 45 },  { "魏", 44 },
    { "苏", 43 },  { "吕", 42 },   { "丁", 41 },  { "任", 40 },  { "卢", 39 },
    { "姚", 38 },  { "沈", 38 },   { "钟", 37 },  { "姜", 36 },  { "崔", 35 },
    { "谭", 35 },  { "陆", 34 },   { "范", 33 },  { "汪", 32 },  { "廖", 32 },
    { "石", 31 },  { "金", 31 },   { "韦", 30 },  { "贾", 30 },  { "夏", 29 },
    { "付", 28 },  { "方", 28 },   { "邹", 27 },  { "熊", 26 },  { "白", 26 },
    { "孟", 25 },  { "秦", 24 },   { "邱", 24 },  { "侯", 23 },  { "江", 23 },
    { "尹", 22 },  { "薛", 22 },   { "闫", 21 },  { "段", 20 },  { "雷", 20 },
    { "龙", 19 },  { "黎", 19 },   { "史", 18 },  { "陶", 18 },  { "贺", 17 },
    { "毛", 17 },  { "郝", 16 },   { "顾", 16 },  { "龚", 16 },  { "邵", 15 },
    { "万", 15 },  { "覃", 15 },   { "武", 14 },  { "钱", 14 },  { "戴", 14 },
    { "严", 13 },  { "欧阳", 11 }, { "莫", 11 },  { "孔", 10 },  { "向", 10 },
    { "司马", 3 }, { "上官", 3 },  { "诸葛", 2 }, { "慕容", 2 },
};

/* Given names of one character and, with a first one before, of two. */
static const char *const women[] = {
    "芳",   "娜",   "敏",   "静",   "丽",   "艳",   "娟",   "霞",
    "燕",   "玲",   "婷",   "雪",   "慧",   "莹",   "倩",   "洁",
    "琳",   "颖",   "萍",   "红",   "梅",   "岚",   "蕾",   "薇",
    "菲",   "琴",   "兰",   "凤",   "欣",   "怡",   "佳",   "瑶",
    "璐",   "妍",   "蓉",   "娇",   "晴",   "悦",   "桂英", "秀兰",
    "玉华", "淑珍", "晓燕", "海燕", "丽娟", "雅琴", "思雨", "梦洁",
    "雨欣", "诗涵", "子涵", "若曦", "语桐", "佳怡", "文静", "春梅",
};
static const char *const men[] = {
    "伟",   "强",   "磊",   "军",   "洋",   "勇",   "杰",   "涛",
    "超",   "明",   "刚",   "平",   "辉",   "鹏",   "华",   "飞",
    "鑫",   "波",   "斌",   "宇",   "浩",   "凯",   "健",   "俊",
    "帆",   "帅",   "旭",   "宁",   "龙",   "林",   "峰",   "亮",
    "东",   "栋",   "博",   "诚",   "毅",   "昊",   "志强", "建国",
    "国庆", "海涛", "志远", "文博", "子轩", "浩然", "宇航", "俊杰",
    "家豪", "天佑", "晓东", "卫东", "建军", "振华", "永刚", "立新",
};
static const char *const first[] = {
    "志", "建", "文", "晓", "小", "国", "海", "春", "玉", "明",
    "德", "永", "金", "立", "新", "家", "世", "子", "一", "思",
    "雨", "佳", "嘉", "梓", "俊", "宇", "天", "正", "庆", "广",
};

/* People whose names are made otherwise. */
static const char *const others[] = {
    "阿依努尔·买买提", "古丽娜尔·艾山", "巴特尔",      "乌云其木格",
    "扎西顿珠",        "卓玛",          "艾力·吐尔逊",
};
#define OTHERS_OF_1000 6

int
demo_between(struct demo *d, int low, int high)
{
    return low + (int)random_below(d->r, (uint32_t)(high - low + 1));
}

static const char *
any(struct demo *d, const char *const *list, size_t n)
{
    return list[random_below(d->r, (uint32_t)n)];
}

static const char *
any_surname(struct demo *d)
{
    int sum = 0, at;

    for (size_t i = 0; i < COUNT(surnames); i++)
        sum += surnames[i].share;
    at = demo_between(d, 0, sum - 1);
    for (size_t i = 0; i < COUNT(surnames); i++) {
        at -= surnames[i].share;
        if (at < 0)
            return surnames[i].name;
    }
    return surnames[0].name;
}

/* Four of five given names have two characters. */
const char *
demo_name(struct demo *d)
{
    const char *surname, *given, *before = "";

    if (demo_between(d, 0, 999) < OTHERS_OF_1000)
        return any(d, others, COUNT(others));
    surname = any_surname(d);
    given = demo_between(d, 0, 99) < 47 ? any(d, women, COUNT(women))
                                        : any(d, men, COUNT(men));
    if (text_length(given) == 1 && demo_between(d, 0, 99) < 70)
        before = any(d, first, COUNT(first));
    if (strcmp(before, given) == 0)
        before = "";
    return arena_printf(d->c->arena, "%s%s%s", surname, before, given);
}

/* -- people -------------------------------------------------------------- */

/* A free desk for the unit: in a room it has, else in an empty one. */
static int64_t
find_desk(struct demo *d, int64_t unit_id)
{
    struct demo_room *empty = NULL;

    for (size_t i = 0; i < d->n_rooms; i++) {
        struct demo_room *m = &d->rooms[i];

        if (m->free == 0)
            continue;
        if (m->unit_id == unit_id) {
            m->free--;
            return m->id;
        }
        if (m->unit_id == 0 && empty == NULL)
            empty = m;
    }
    if (empty == NULL)
        return 0;
    empty->unit_id = unit_id;
    empty->free--;
    return empty->id;
}

/* The room is the unit's from its first person on. */
static enum err
give_room(struct demo *d, int64_t place_id, int64_t unit_id)
{
    struct place p = { .id = place_id, .unit_id = unit_id };

    return place_id ? place_set(d->c, &p, model_mask(&place_model, "unit_id"))
                    : OK;
}

enum err
demo_person(struct demo *d, int unit, int provider, const char *post,
            struct person *p)
{
    long long n = (long long)++d->made;
    int64_t unit_id = unit < 0 ? 0 : d->units[unit];

    *p = (struct person){
        .code = arena_printf(d->c->arena, unit < 0 ? "W%04lld" : "%05lld",
                             unit < 0 ? n : 10000 + n),
        .name = demo_name(d),
        .unit_id = unit_id,
        .provider_id = provider < 0 ? 0 : d->providers[provider],
        .post = post,
        .phone = unit < 0 ? NULL : arena_printf(d->c->arena, "8705%04lld", n),
        .mobile =
            arena_printf(d->c->arena, "169%08u", random_below(d->r, 100000000)),
    };
    /* Whoever comes from a company has no desk here, nor a telephone on it. */
    if (unit >= 0 && d->desks) {
        p->place_id = find_desk(d, unit_id);
        TRY(give_room(d, p->place_id, unit_id));
    }
    return person_add(d->c, p);
}
