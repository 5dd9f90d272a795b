/* SPDX-License-Identifier: Apache-2.0 */
/*
 * elite - several coolings, and what their plans have to give one another
 * (internal).
 */
#ifndef DISPATCH_ELITE_H
#define DISPATCH_ELITE_H

#include "engine/dispatch/search.h"

/*
 * Searches until the limit.  Where there is time for it, some plans are made
 * one after the other, and then children of two of them; else it is one long
 * cooling.
 */
void elite_run(struct search *s, struct worker *w);

#endif
