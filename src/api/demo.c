/* SPDX-License-Identifier: Apache-2.0 */
#include "api/demo.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"

const struct demo_account demo_accounts[] = {
    { "requester", "requester", "干部职工，报修、订会议室、评价",
      "Staff: asks, accepts, rates" },
    { "desk", "dispatcher", "服务台调度员", "Service desk" },
    { "electrician", "crew", "电工", "Electrician" },
    { "lead", "crew_lead", "电工班班长", "Lead of the electricians" },
    { "driver", "crew", "驾驶员", "Driver" },
    { "provider", "provider", "物业公司项目经理", "Outsourced provider" },
    { "approver", "approver", "审批人", "Approver" },
    { "accountant", "accountant", "财务人员", "Accountant" },
    { "leader", "leader", "分管领导", "Leader" },
    { "sysadmin", "system_admin", "系统管理员", "System administrator" },
    { "secadmin", "security_admin", "安全管理员", "Security administrator" },
    { "auditor", "audit_admin", "审计管理员", "Audit administrator" },
    { NULL, NULL, NULL, NULL }
};

/* Both texts are made once from the table, before threads run. */
static char lines[4096];
static char json[4096];

const char *
demo_sign_ins(void)
{
    size_t n = 0;

    for (const struct demo_account *a = demo_accounts; a->account; a++)
        n += (size_t)snprintf(lines + n, sizeof lines - n,
                              "  %-12s %s  %s / %s\n", a->account,
                              DEMO_PASSWORD, a->says, a->says_en);
    ASSERT(n < sizeof lines);
    return lines;
}

const char *
demo_sign_ins_json(void)
{
    size_t n = 0;

    if (json[0] != '\0')
        return json;
    for (const struct demo_account *a = demo_accounts; a->account; a++)
        n += (size_t)snprintf(
            json + n, sizeof json - n,
            "%s{\"account\":\"%s\",\"password\":\"%s\",\"role\":\"%s\","
            "\"says\":\"%s\",\"says_en\":\"%s\"}",
            n == 0 ? "{\"items\":[" : ",", a->account, DEMO_PASSWORD, a->role,
            a->says, a->says_en);
    ASSERT(n + 3 < sizeof json);
    (void)strcpy(json + n, "]}");
    return json;
}
