/* SPDX-License-Identifier: Apache-2.0 */
#include "base/release.h"

/* The Makefile says both. */
#ifndef RELEASE
#define RELEASE "?"
#endif
#ifndef COMMIT
#define COMMIT ""
#endif

const char release_number[] = RELEASE;
const char release_commit[] = COMMIT;
