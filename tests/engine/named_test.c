/* SPDX-License-Identifier: Apache-2.0 */
/* What tables and the audit call the rows that a row refers to. */
#include <stdio.h>
#include <unistd.h>

#include "api/names.h"
#include "api/sheet.h"
#include "engine/org/org.h"
#include "office.h"

static const char *
name_for(struct call *c, const char *account, const char *table, int64_t id)
{
    struct names names = { NULL };
    const char *name;

    as(c, account);
    EXPECT_OK(name_of_row(c, &names, table, id, &name));
    return name;
}

/* wang's lamp, into which li's is merged, becomes a complaint. */
static struct order
merged_into_a_complaint(struct call *c, struct order *li)
{
    struct order_request w = { .item_code = "A04", .description = "lamp" };
    struct order o;

    office_make(c);
    o = ask_for(c, "wang", &w);
    *li = ask_for(c, "li", &w);
    EXPECT_OK(say(c, "desk", "merge", li->id, .into_id = o.id,
                  .reason = "one trouble"));
    EXPECT_OK(say(c, "desk", "correct", o.id, .item_code = "K06",
                  .description = "about Mr X"));
    return order_now(c, o.id);
}

TEST(a_table_calls_an_order_that_its_reader_may_not_see_by_its_number)
{
    struct order li, o = merged_into_a_complaint(c, &li);

    EXPECT(text_same(name_for(c, "li", "orders", o.id), o.number));
    EXPECT(text_same(name_for(c, "auditor", "order", o.id), o.number));
    EXPECT(strstr(name_for(c, "wang", "orders", o.id), "about Mr X") != NULL);
    EXPECT(strstr(name_for(c, "desk", "order", o.id), "about Mr X") != NULL);
    EXPECT(c->fault.code == OK);
}

TEST(what_an_entry_of_the_audit_names_is_asked_of_each_by_itself)
{
    struct order li, o = merged_into_a_complaint(c, &li);
    struct order_follow f = { .order_id = ask(c, "li", "A04").id };
    struct names names = { NULL };
    const char *json;
    char detail[80];

    (void)snprintf(detail, sizeof detail, "{\"merged_into_id\":%lld}",
                   (long long)o.id);
    as(c, "auditor");
    EXPECT_OK(names_of_detail(c, &names, "order", detail, &json));
    EXPECT(strstr(json, o.number) != NULL && strstr(json, "Mr X") == NULL);
    /* Whom a row is about anybody may know who reads of it. */
    as(c, "wang");
    EXPECT_OK(order_follow(c, &f));
    EXPECT(*name_for(c, "auditor", "order_follow", f.id) != '\0');
}

/* What the CSV of ROWS of MODEL says to ACCOUNT. */
static const char *
csv_of(struct call *c, const char *account, const struct model *m,
       const void *rows, size_t n)
{
    char *text = arena_alloc(c->arena, 10000);
    SHEET t = { .fd = -1 };
    size_t len;
    int fd;

    as(c, account);
    EXPECT_OK(sheet_open(c, m, false, &t));
    EXPECT_OK(sheet_add(c, &t, rows, n));
    EXPECT_OK(sheet_take(c, &t, &fd, &len));
    EXPECT(len < 10000 && pread(fd, text, len, 0) == (ssize_t)len);
    (void)close(fd);
    text[len] = '\0';
    return text;
}

TEST(the_table_of_ones_orders_has_no_words_of_what_they_were_merged_into)
{
    struct order li, o = merged_into_a_complaint(c, &li);
    const char *csv;

    li = order_now(c, li.id);
    csv = csv_of(c, "li", &order_model, &li, 1);
    EXPECT(strstr(csv, o.number) != NULL && strstr(csv, "Mr X") == NULL);
}
