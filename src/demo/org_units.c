/* SPDX-License-Identifier: Apache-2.0 */
/* The departments of a city government, and who works in them. */
#include "demo/inner.h"

static const struct {
    const char *code, *name, *short_name, *name_en;
    int parent;
    int weight; /* its part of the people */
    const char *head, *deputy;
} units[DEMO_UNITS] = {
    { "00", "市级机关", "市级机关", "Municipal government", -1, 0, NULL, NULL },

    { "01", "市政府办公室", "府办", "General Office", 0, 12, "秘书长",
      "副秘书长" },
    { "0101", "秘书一处", "秘书一处", "First Secretariat", 1, 18, "处长",
      "副处长" },
    { "0102", "秘书二处", "秘书二处", "Second Secretariat", 1, 18, "处长",
      "副处长" },
    { "0103", "综合处", "综合处", "General Affairs Division", 1, 22, "处长",
      "副处长" },
    { "0104", "督查室", "督查室", "Inspection Office", 1, 14, "主任",
      "副主任" },

    { "02", "市发展和改革委员会", "发改委", "Development and Reform Commission",
      0, 8, "主任", "副主任" },
    { "0201", "办公室", "发改委办公室", "Commission Office", 6, 20, "主任",
      "副主任" },
    { "0202", "规划处", "规划处", "Planning Division", 6, 26, "处长",
      "副处长" },
    { "0203", "投资处", "投资处", "Investment Division", 6, 28, "处长",
      "副处长" },
    { "0204", "价格处", "价格处", "Prices Division", 6, 22, "处长", "副处长" },

    { "03", "市财政局", "财政局", "Finance Bureau", 0, 8, "局长", "副局长" },
    { "0301", "办公室", "财政局办公室", "Bureau Office", 11, 20, "主任",
      "副主任" },
    { "0302", "预算处", "预算处", "Budget Division", 11, 30, "处长", "副处长" },
    { "0303", "国库处", "国库处", "Treasury Division", 11, 30, "处长",
      "副处长" },
    { "0304", "行政政法处", "行政政法处",
      "Administrative and Legal Expenditure Division", 11, 24, "处长",
      "副处长" },

    { "04", "市人力资源和社会保障局", "人社局",
      "Human Resources and Social Security Bureau", 0, 8, "局长", "副局长" },
    { "0401", "办公室", "人社局办公室", "Bureau Office", 16, 20, "主任",
      "副主任" },
    { "0402", "就业促进处", "就业促进处", "Employment Division", 16, 30, "处长",
      "副处长" },
    { "0403", "社会保险处", "社会保险处", "Social Insurance Division", 16, 36,
      "处长", "副处长" },

    { "05", "市自然资源和规划局", "资规局",
      "Natural Resources and Planning Bureau", 0, 8, "局长", "副局长" },
    { "0501", "办公室", "资规局办公室", "Bureau Office", 20, 20, "主任",
      "副主任" },
    { "0502", "规划编制处", "规划编制处", "Spatial Planning Division", 20, 40,
      "处长", "副处长" },

    { "06", "市住房和城乡建设局", "住建局", "Housing and Construction Bureau",
      0, 8, "局长", "副局长" },
    { "0601", "办公室", "住建局办公室", "Bureau Office", 23, 20, "主任",
      "副主任" },
    { "0602", "房产管理处", "房产管理处", "Housing Division", 23, 38, "处长",
      "副处长" },

    { "07", "市教育局", "教育局", "Education Bureau", 0, 8, "局长", "副局长" },
    { "0701", "办公室", "教育局办公室", "Bureau Office", 26, 20, "主任",
      "副主任" },
    { "0702", "基础教育处", "基础教育处", "Basic Education Division", 26, 34,
      "处长", "副处长" },

    { "08", "市卫生健康委员会", "卫健委", "Health Commission", 0, 8, "主任",
      "副主任" },
    { "0801", "办公室", "卫健委办公室", "Commission Office", 29, 20, "主任",
      "副主任" },
    { "0802", "医政处", "医政处", "Medical Administration Division", 29, 34,
      "处长", "副处长" },

    { "09", "市审计局", "审计局", "Audit Bureau", 0, 60, "局长", "副局长" },
    { "10", "市统计局", "统计局", "Statistics Bureau", 0, 60, "局长",
      "副局长" },

    { "11", "市机关事务服务中心", "服务中心", "Government Service Centre", 0, 6,
      "主任", "副主任" },
    { "1101", "综合科", "综合科", "General Section", 34, 10, "科长", "副科长" },
    { "1102", "服务保障科", "保障科", "Services Section", 34, 12, "科长",
      "副科长" },
    { "1103", "房产管理科", "房产科", "Premises Section", 34, 8, "科长",
      "副科长" },
    { "1104", "资产管理科", "资产科", "Assets Section", 34, 8, "科长",
      "副科长" },
    { "1105", "财务科", "财务科", "Accounts Section", 34, 8, "科长", "副科长" },
};

static const char *const ranks[] = {
    "一级主任科员", "二级主任科员", "三级主任科员", "四级主任科员",
    "一级科员",     "一级科员",     "二级科员",     "二级科员",
};

enum err
demo_units(struct demo *d)
{
    for (int i = 0; i < DEMO_UNITS; i++) {
        struct unit u = {
            .code = units[i].code,
            .name = units[i].name,
            .short_name = units[i].short_name,
            .name_en = units[i].name_en,
            .parent_id = units[i].parent < 0 ? 0 : d->units[units[i].parent],
            .sort = i + 1,
            .valid_from = day_of(2019, 1, 1),
        };

        TRY(unit_add(d->c, &u));
        d->units[i] = u.id;
    }
    return OK;
}

/* The N-th of a unit: its head, two deputies at most, then the others. */
static const char *
post_of(struct demo *d, int unit, int n)
{
    if (n == 0)
        return units[unit].head;
    if (n <= (units[unit].weight >= 20 ? 2 : 1))
        return units[unit].deputy;
    return ranks[random_below(d->r, COUNT(ranks))];
}

enum err
demo_staff(struct demo *d)
{
    int64_t left = d->size->people - d->made - demo_newcomers();
    int64_t sum = 0, before = 0;

    d->desks = true;
    for (int i = 0; i < DEMO_UNITS; i++)
        sum += units[i].weight;
    for (int i = 0; i < DEMO_UNITS && left > 0; i++) {
        /* Rounded along the way, so that all of them add up. */
        int64_t until = before + units[i].weight;
        int64_t n = left * until / sum - left * before / sum;

        before = until;
        for (int k = 0; k < n; k++) {
            struct person p;

            TRY(demo_person(d, i, -1, post_of(d, i, k), &p));
        }
    }
    return OK;
}
