/* SPDX-License-Identifier: Apache-2.0 */
/* release - which release this program is, as it was built. */
#ifndef BASE_RELEASE_H
#define BASE_RELEASE_H

extern const char release_number[]; /* "0.1.0" */
extern const char release_commit[]; /* "393d2d9f01ab", "393d2d9f01ab+" with
                                       changes; "" where it is not known */

#endif
