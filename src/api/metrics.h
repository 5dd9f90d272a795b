/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics - figures of this process in Prometheus' text format: requests by
 * class and status, how long they took, what the writer committed, open event
 * streams, connections and what was refused, what happens by itself, orders
 * open and overdue.
 */
#ifndef API_METRICS_H
#define API_METRICS_H

#include "base/text.h"
#include "http/http.h"

struct metrics;

/* The figures of one server; OPEN_TO_ALL: /metrics asks nobody who they are. */
struct metrics *metrics_open(bool open_to_all);
void metrics_close(struct metrics *m);

/* One request was answered with STATUS after so long; M may be NULL. */
void metrics_count(struct metrics *m, const struct http_request *q, int status,
                   int64_t us);

/* May the request see them?  From this machine, or from anywhere when they
   are open to all. */
bool metrics_may(const struct metrics *m, const struct http_request *q);

/* All figures into B. */
enum err metrics_write(struct call *c, const struct http_counts *far_ends,
                       struct buf *b) MUST_USE;

#endif
