/* SPDX-License-Identifier: Apache-2.0 */
/* The columns of each table. */
#include "engine/org/table.h"

#include <string.h>

#include "base/csv.h"

static const struct org_column unit_columns[] = {
    { "code", { "编码", "代码", "部门编码", "单位编码" }, "code", NULL },
    { "name", { "名称", "部门名称", "单位名称" }, "name", NULL },
    { "short_name", { "简称" }, "short_name", NULL },
    { "name_en", { "英文名称", "英文名" }, "name_en", NULL },
    { "parent_code",
      { "上级编码", "上级代码", "上级部门编码" },
      "parent_id",
      &unit_model },
    { "sort", { "排序", "序号" }, "sort", NULL },
};

static const struct org_column person_columns[] = {
    { "code", { "工号", "编码", "编号", "人员编码" }, "code", NULL },
    { "name", { "姓名", "名称" }, "name", NULL },
    { "name_en", { "英文名", "英文名称" }, "name_en", NULL },
    { "unit_code",
      { "部门编码", "单位编码", "处室编码" },
      "unit_id",
      &unit_model },
    { "provider_code",
      { "服务商编码", "外包单位编码" },
      "provider_id",
      &provider_model },
    { "place_code",
      { "办公室编码", "房间编码", "位置编码" },
      "place_id",
      &place_model },
    { "post", { "职务", "岗位" }, "post", NULL },
    { "phone", { "办公电话", "电话", "分机" }, "phone", NULL },
    { "mobile", { "手机", "手机号", "移动电话" }, "mobile", NULL },
    { "email", { "邮箱", "电子邮箱" }, "email", NULL },
    { "active", { "在职", "启用" }, "active", NULL },
};

static const struct org_column place_columns[] = {
    { "code", { "编码", "代码", "位置编码", "房间编码" }, "code", NULL },
    { "name", { "名称", "位置名称" }, "name", NULL },
    { "name_en", { "英文名称", "英文名" }, "name_en", NULL },
    { "kind", { "类型", "类别" }, "kind", NULL },
    { "parent_code", { "上级编码", "上级代码" }, "parent_id", &place_model },
    { "unit_code",
      { "使用部门编码", "部门编码", "单位编码" },
      "unit_id",
      &unit_model },
    { "room_use", { "用途" }, "room_use", NULL },
    { "area_m2", { "面积", "使用面积" }, "area_m2", NULL },
    { "restricted", { "涉密", "涉密区域" }, "restricted", NULL },
    { "active", { "启用", "在用" }, "active", NULL },
};

const struct table org_tables[] = {
    [ORG_UNITS] = { "units", &unit_model, unit_columns, COUNT(unit_columns),
                    "WHERE valid_to IS NULL OR valid_to > $1 ORDER BY id",
                    true },
    [ORG_PERSONS] = { "persons", &person_model, person_columns,
                      COUNT(person_columns), "WHERE id > $1 ORDER BY id",
                      false },
    [ORG_PLACES] = { "places", &place_model, place_columns,
                     COUNT(place_columns), "WHERE id > $1 ORDER BY id", true },
};

bool
org_table_read(const char *word, enum org_table *out)
{
    for (size_t i = 0; i < COUNT(org_tables); i++) {
        if (strcmp(org_tables[i].word, word) == 0) {
            *out = (enum org_table)i;
            return true;
        }
    }
    return false;
}

/* The parameter is today; where it does not matter, any id is above it. */
static const char unit_codes[] =
    "SELECT code, id FROM unit WHERE valid_to IS NULL OR valid_to > $1"
    " ORDER BY id";
static const char place_codes[] =
    "SELECT code, id FROM place WHERE id > $1 ORDER BY id";
static const char provider_codes[] =
    "SELECT code, id FROM provider WHERE id > $1 ORDER BY id";

const char *
table_codes_sql(const struct model *m)
{
    if (m == &unit_model)
        return unit_codes;
    return m == &place_model ? place_codes : provider_codes;
}

/* What people call the kinds; the first is written. */
static const char *const kind_names[][5] = {
    { "院区", "园区", "大院", "site", NULL },
    { "楼宇", "楼", "楼栋", "building", NULL },
    { "楼层", "层", "floor", NULL },
    { "房间", "室", "room", NULL },
};

const char *
cell_place_kind(const char *text)
{
    for (size_t i = 0; i < COUNT(kind_names); i++) {
        for (size_t k = 0; kind_names[i][k]; k++) {
            if (text_same_case(text, kind_names[i][k]))
                return place_kinds[i];
        }
    }
    return NULL;
}

const char *
org_column_name(const struct call *c, const struct org_column *k)
{
    return c->lang == LANG_ZH ? k->zh[0] : k->name;
}
