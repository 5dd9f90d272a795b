/* SPDX-License-Identifier: Apache-2.0 */
/* demo - the sign-ins that a demo office has, for its sign-in page. */
#ifndef API_DEMO_H
#define API_DEMO_H

struct demo_account {
    const char *account, *role, *says, *says_en;
};
extern const struct demo_account demo_accounts[];
#define DEMO_PASSWORD "Liangcao-2026"

/* As lines to print at the start of the program, and as JSON. */
const char *demo_sign_ins(void);
const char *demo_sign_ins_json(void);

#endif
