/* SPDX-License-Identifier: Apache-2.0 */
/* What /metrics tells, and whom. */
#include "api/metrics.h"
#include "model/app.h"
#include "office.h"

TEST_PLAIN(metrics_are_for_this_machine_unless_opened)
{
    struct metrics *closed = metrics_open(false), *open = metrics_open(true);
    const struct http_request here = { .address = "127.0.0.1" },
                              here6 = { .address = "::1" },
                              far = { .address = "10.1.2.3" };

    (void)c;
    EXPECT(metrics_may(closed, &here) && metrics_may(closed, &here6));
    EXPECT(!metrics_may(closed, &far) && !metrics_may(NULL, &far));
    EXPECT(metrics_may(open, &far));
    metrics_close(closed);
    metrics_close(open);
}

TEST(metrics_count_requests_by_class_and_orders_by_state)
{
    struct metrics *m = metrics_open(false);
    struct app app = *c->app;
    const struct app *own = c->app;
    struct buf b = buf_make(c->arena, 0);
    const struct http_request read = { .method = "GET",
                                       .path = "/api/v1/orders" },
                              write = { .method = "POST",
                                        .path = "/api/v1/orders" };

    const struct http_counts far_ends = { .refused[REFUSED_RATE] = 3 };

    office_make(c);
    (void)ask(c, "wang", "A04");
    app = *c->app;
    app.metrics = m;
    metrics_count(m, &read, 200, 1500);
    metrics_count(m, &read, 404, 900);
    metrics_count(m, &write, 201, 7000000);
    c->app = &app;
    EXPECT_OK(metrics_write(c, &far_ends, &b));
    c->app = own;
    EXPECT(strstr(b.s, "requests_total{class=\"read\",status=\"2xx\"} 1\n"));
    EXPECT(strstr(b.s, "requests_total{class=\"read\",status=\"4xx\"} 1\n"));
    EXPECT(strstr(b.s, "seconds_bucket{class=\"read\",le=\"0.001\"} 1\n"));
    EXPECT(strstr(b.s, "seconds_bucket{class=\"read\",le=\"0.0025\"} 2\n"));
    EXPECT(strstr(b.s, "seconds_bucket{class=\"write\",le=\"5\"} 0\n"));
    EXPECT(strstr(b.s, "seconds_bucket{class=\"write\",le=\"+Inf\"} 1\n"));
    EXPECT(strstr(b.s, "liangcao_orders_open{state=\"submitted\"} 1\n")
           || strstr(b.s, "liangcao_orders_open{state=\"accepted\"} 1\n"));
    EXPECT(strstr(b.s, "liangcao_scheduler_lag_seconds 0\n"));
    EXPECT(strstr(b.s, "liangcao_refused_total{why=\"rate\"} 3\n"));
    metrics_close(m);
}
