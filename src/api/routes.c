/* SPDX-License-Identifier: Apache-2.0 */
/* Every route of the program, by subject. */
#include "api/route.h"

extern const struct route session_routes[], account_routes[], org_routes[],
    catalog_routes[], order_routes[], system_routes[], history_routes[],
    audit_routes[];

const struct route *const all_routes[] = {
    session_routes, order_routes,   catalog_routes, org_routes, account_routes,
    system_routes,  history_routes, audit_routes,   NULL
};
