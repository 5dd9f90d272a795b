/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The doors: what is refused of problems and plans, in which words, and what
 * the command does with its files.
 */
#include "case.h"

#include "solver/replay.h"

#include <errno.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define PLACES                                                                 \
    "\"places\":[{\"name\":\"a\",\"x\":0,\"y\":0},"                            \
    "{\"name\":\"b\",\"x\":10,\"y\":0},{\"name\":\"c\",\"x\":5,\"y\":5}],"
#define REQUESTS                                                               \
    "\"requests\":[{\"name\":\"ride\",\"pickup\":{\"place\":\"b\"},"           \
    "\"delivery\":{\"place\":\"c\"}%s},{\"name\":\"job\",\"visit\":"           \
    "{\"place\":\"c\",\"from\":100,\"to\":200}}]}"
#define PINNED(stops) "{\"name\":\"v1\",\"start\":\"a\",\"pinned\":[" stops "]}"
#define SECOND(stops) "{\"name\":\"v2\",\"start\":\"b\",\"pinned\":[" stops "]}"
#define PICKUP "{\"request\":\"ride\"}"
#define DELIVERY "{\"request\":\"ride\",\"stop\":\"delivery\"}"

/* Two vehicles with these pins; the ride has what else is said. */
static const char *
pinned_day(struct call *c, const char *vehicles, const char *of_the_ride)
{
    return arena_printf(c->arena, "{" PLACES "\"vehicles\":[%s]," REQUESTS,
                        vehicles, of_the_ride);
}

static void
says(struct call *c, const char *words)
{
    if (!strstr(c->fault.text, words))
        print_error("“%s” does not say “%s”\n", c->fault.text, words);
    EXPECT(strstr(c->fault.text, words) != NULL);
}

static void
refused(struct call *c, enum sv_format format, const char *text,
        const char *words)
{
    struct sv_problem p;

    assert_int_equal(sv_problem_parse(c, &p, format, text, strlen(text)),
                     ERR_INVALID);
    says(c, words);
}

/* ---- pins ------------------------------------------------------------- */

CASE(a_request_is_pinned_in_one_vehicle_only)
{
    refused(c, SV_FORMAT_JSON,
            pinned_day(c, PINNED(PICKUP) "," SECOND(PICKUP), ""),
            "vehicle v2: pinned stop of request ride: it is pinned in another");
    refused(c, SV_FORMAT_JSON,
            pinned_day(c, PINNED(PICKUP) "," SECOND(DELIVERY), ""),
            "vehicle v2: pinned stop of request ride: it is pinned in another");
}

CASE(a_stop_is_pinned_only_once)
{
    refused(c, SV_FORMAT_JSON, pinned_day(c, PINNED(PICKUP "," PICKUP), ""),
            "vehicle v1: pinned stop of request ride: it is pinned twice");
    refused(c, SV_FORMAT_JSON,
            pinned_day(c, PINNED(PICKUP "," DELIVERY "," DELIVERY), ""),
            "vehicle v1: pinned stop of request ride: it is pinned twice");
}

CASE(a_visit_has_no_delivery_to_pin)
{
    refused(c, SV_FORMAT_JSON,
            pinned_day(c,
                       PINNED("{\"request\":\"job\"},{\"request\":\"job\","
                              "\"stop\":\"delivery\"}"),
                       ""),
            "vehicle v1: pinned stop of request job: a visit has no delivery");
}

CASE(a_delivery_is_pinned_after_its_pickup)
{
    refused(c, SV_FORMAT_JSON, pinned_day(c, PINNED(DELIVERY), ""),
            "vehicle v1: pinned stop of request ride: a delivery without");
}

CASE(a_stop_is_pinned_only_where_the_vehicle_may_and_can)
{
    static const char *const lacks[][2] = {
        { ",\"never\":[\"v1\"]", "its lists exclude the vehicle" },
        { ",\"only\":[\"v2\"]", "its lists exclude the vehicle" },
        { ",\"seats\":{\"wheelchair\":1}", "lacks the seats" },
        { ",\"skills\":{\"gas\":1}", "lacks a skill" },
        { ",\"tools\":[\"ladder\"]", "lacks a tool" },
    };

    for (size_t k = 0; k < COUNT(lacks); k++) {
        refused(c, SV_FORMAT_JSON,
                pinned_day(c, PINNED(PICKUP) "," SECOND(""), lacks[k][0]),
                "vehicle v1: pinned stop of request ride: ");
        says(c, lacks[k][1]);
    }
}

CASE(a_pin_that_says_no_window_keeps_that_of_the_request)
{
    static const struct {
        const char *said;
        double from, to;
    } pins[] = { { "", 100, 200 },
                 { ",\"from\":120", 120, 200 },
                 { ",\"to\":150", 100, 150 },
                 { ",\"from\":300,\"to\":300", 300, 300 } };

    for (size_t k = 0; k < COUNT(pins); k++) {
        struct sv_problem p;
        const char *text =
            pinned_day(c,
                       arena_printf(c->arena, PINNED("{\"request\":\"job\"%s}"),
                                    pins[k].said),
                       "");

        EXPECT_OK(sv_problem_parse(c, &p, SV_FORMAT_JSON, text, strlen(text)));
        EXPECT(p.vehicles[0].pinned[0].start.from == pins[k].from);
        EXPECT(p.vehicles[0].pinned[0].start.to == pins[k].to);
        sv_problem_release(&p);
    }
}

/* ---- replay ------------------------------------------------------------ */

static void
replays(struct call *c, enum sv_format format, const char *path, uint64_t seed)
{
    struct sv_problem p;
    struct sv_replayed told;
    struct sv_replay how = { .rounds = 100,
                             .seed = seed,
                             .known = 0.3,
                             .notice_least = 60,
                             .notice_most = 240 };

    EXPECT_OK(sv_problem_read(c, &p, format, path));
    EXPECT_OK(sv_replay_day(c, &p, &how, &told)); /* sv_plan_check at the end */
    EXPECT(told.events > 1);
    sv_problem_release(&p);
}

CASE(a_day_with_breaks_and_a_supply_can_be_replayed)
{
    for (uint64_t seed = 1; seed <= 20; seed++)
        replays(c, SV_FORMAT_JSON, data_path(c, "day.json"), seed);
    if (bench_is_there(c))
        replays(c, SV_FORMAT_TRSP, bench_path(c, "trsp/C102.100_25-5-5-5.txt"),
                1);
}

CASE(a_replay_is_asked_for_as_the_usage_tells)
{
    assert_int_equal(RUN("dispatch replay %s", data_path(c, "day.json")), 64);
    says(c, "dispatch replay --format F FILE [--rounds R]");
    assert_int_equal(RUN("dispatch replay --format json %s --rounds 50",
                         data_path(c, "day.json")),
                     0);
}

/* ---- files of the command ------------------------------------------------ */

static void
put_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "wb");

    EXPECT(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

static const char *
get_text(struct call *c, const char *path)
{
    char *text = arena_alloc(c->arena, 1 << 16);
    FILE *f = fopen(path, "rb");

    EXPECT(f != NULL);
    text[fread(text, 1, (1 << 16) - 1, f)] = 0;
    fclose(f);
    return text;
}

#define BENCH "/tmp/bench_solver-doors"
#define OUT "/tmp/solver-doors.out"
#define START "/tmp/solver-doors.plan"
#define MINI "/tmp/solver-doors.json"
#define MINI_TEXT                                                              \
    "{\"places\":[{\"name\":\"a\",\"x\":0,\"y\":0},"                           \
    "{\"name\":\"b\",\"x\":10,\"y\":0}],"                                      \
    "\"vehicles\":[{\"name\":\"v1\",\"start\":\"a\"}],"                        \
    "\"requests\":[{\"name\":\"r1\",\"visit\":{\"place\":\"b\"}},"             \
    "{\"name\":\"r2\",\"visit\":{\"place\":\"b\"}}]}"

static size_t
count_beside(void)
{
    glob_t found;
    size_t n = glob(OUT ".*", 0, NULL, &found) == 0 ? found.gl_pathc : 0;

    globfree(&found);
    return n;
}

CASE(an_old_file_stays_when_the_new_one_cannot_be_written)
{
    struct rlimit old, small;
    int code;

    put_text(MINI, MINI_TEXT);
    put_text(OUT, "old");
    getrlimit(RLIMIT_FSIZE, &old);
    small = old;
    small.rlim_cur = 5;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small); /* as if the disk were full */
    code = RUN("dispatch solve --format json " MINI " --rounds 5 --out " OUT);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_int_equal(code, 1);
    assert_string_equal(get_text(c, OUT), "old");
    assert_int_equal(count_beside(), 0);
    assert_int_equal(RUN("dispatch solve --format json " MINI
                         " --rounds 5 --out " OUT),
                     0);
    EXPECT(get_text(c, OUT)[0] == '{');
    assert_int_equal(count_beside(), 0);
}

CASE(where_nothing_can_be_written_is_told_before_the_search)
{
    double began = sv_clock_now();

    put_text(MINI, MINI_TEXT);
    assert_int_equal(RUN("dispatch solve --format json " MINI
                         " --seconds 20 --out /nowhere/plan"),
                     2);
    says(c, "/nowhere/plan");
    EXPECT(sv_clock_now() - began < 10);
    assert_int_equal(RUN("dispatch rooms %s --out /nowhere/rooms",
                         data_path(c, "rooms.json")),
                     2);
    says(c, "/nowhere/rooms");
}

CASE(a_file_that_is_not_there_is_bad_input_and_named)
{
    put_text(MINI, MINI_TEXT);
    assert_int_equal(RUN("dispatch solve --format json /none --rounds 5"), 2);
    says(c, "/none");
    assert_int_equal(RUN("dispatch solve --format json /tmp --rounds 5"), 2);
    says(c, "/tmp");
    assert_int_equal(RUN("dispatch solve --format json " MINI
                         " --rounds 5 --start /nostart"),
                     2);
    says(c, "/nostart");
    assert_int_equal(RUN("dispatch solve --format strsp " MINI " --rounds 5"),
                     2);
    says(c, "/tmp/technicians_solver-doors.json");
}

CASE(a_bench_of_nothing_is_no_success)
{
    assert_int_equal(RUN("dispatch bench --class a,zzz --rounds 5"), 2);
    says(c, "“zzz”");
    EXPECT(mkdir(BENCH, 0700) == 0 || errno == EEXIST);
    EXPECT(mkdir(BENCH "/darp", 0700) == 0 || errno == EEXIST);
    put_text(BENCH "/darp/best-known.csv",
             "instance,objective\na2-16,294.25\n");
    assert_int_equal(RUN("dispatch bench --bench " BENCH
                         " --class a --only a9-99 --rounds 5"),
                     2);
    says(c, "“a9-99”");
}

/* ---- plans as a beginning -------------------------------------------------- */

static void
start_refused(struct call *c, const char *problem, enum sv_format format,
              const char *plan, const char *words)
{
    struct sv_problem p;
    struct sv_plan read;
    struct sv_written w = { plan, strlen(plan) };

    EXPECT_OK(sv_problem_parse(c, &p, format, problem, strlen(problem)));
    assert_int_equal(sv_plan_parse(c, &p, &read, format, &w), ERR_INVALID);
    EXPECT(read.arena == NULL);
    says(c, words);
    sv_problem_release(&p);
}

#define ROUTE(stops) "{\"vehicle\":\"v1\",\"stops\":[" stops "]}"
#define JOB "{\"stop\":\"pickup\",\"request\":\"job\"}"
#define IN "{\"stop\":\"pickup\",\"request\":\"ride\"}"
#define OFF "{\"stop\":\"delivery\",\"request\":\"ride\"}"

CASE(a_plan_that_the_problem_does_not_know_is_refused_with_its_key)
{
    static const char *const bad[][2] = {
        { ROUTE("{\"stop\":\"pickup\",\"request\":\"nobody\"}"),
          "routes[0].stops[0].request: nothing has that name" },
        { ROUTE("{\"stop\":\"teleport\",\"request\":\"job\"}"),
          "routes[0].stops[0]: as stop pickup" },
        { ROUTE("7"), "routes[0].stops[0]: an object" },
        { "{\"vehicle\":\"v1\",\"stops\":\"x\"}", "routes[0].stops: a list" },
        { "7", "routes[0]: an object" },
        { ROUTE(JOB) "," ROUTE(""), "routes[1]: a second route" },
        { ROUTE(JOB "," JOB), "routes[0].stops[1]: request job is served" },
        { ROUTE(IN), "routes[0]: request ride is picked up and not" },
        { ROUTE(OFF "," IN), "routes[0].stops[0]: request ride is delivered" },
        { ROUTE("{\"stop\":\"delivery\",\"request\":\"job\"}"),
          "request job is a visit" },
        { "{\"vehicle\":\"v9\",\"stops\":[]}", "routes[0].vehicle: nothing" },
        { "{\"stops\":[]}", "routes[0]: the vehicle is missing" },
    };
    const char *problem = pinned_day(c, PINNED("") "," SECOND(""), "");

    for (size_t k = 0; k < COUNT(bad); k++)
        start_refused(c, problem, SV_FORMAT_JSON,
                      arena_printf(c->arena, "{\"routes\":[%s]}", bad[k][0]),
                      bad[k][1]);
    start_refused(c, problem, SV_FORMAT_JSON, "[]", "an object is expected");
    start_refused(c, problem, SV_FORMAT_JSON, "{}",
                  "routes: a list is expected");
}

#define DARP                                                                   \
    "2 2 480 6 30\n0 0 0 0 0 0 480\n1 1 2 3 1 0 99\n2 3 1 3 1 0 99\n"          \
    "3 4 4 3 -1 0 99\n4 5 5 3 -1 9 99\n"

CASE(a_plan_that_the_problem_does_not_know_is_refused_with_its_line)
{
    start_refused(c, DARP, SV_FORMAT_DARP, "-5 -7\n", "line 1: unknown stop");
    start_refused(c, DARP, SV_FORMAT_DARP, "1 3\n2 99\n",
                  "line 2: unknown stop");
    start_refused(c, DARP, SV_FORMAT_DARP, "1 1 3 3\n", "line 1: request 1 is");
    start_refused(c, DARP, SV_FORMAT_DARP, "1 3\n1 3\n",
                  "line 2: request 1 is");
    start_refused(c, DARP, SV_FORMAT_DARP, "1 2 3\n",
                  "line 1: request 2 is picked up and not delivered");
    start_refused(c, DARP, SV_FORMAT_DARP, "4\n", "line 1: request 2 is deliv");
    start_refused(c, DARP, SV_FORMAT_DARP, "", "line 0: a plan is expected");
    start_refused(c, DARP, SV_FORMAT_DARP, "unserved: 7\n",
                  "line 1: the number");
}

CASE(what_of_a_start_cannot_be_driven_any_more_is_told)
{
    put_text(MINI, "{" PLACES "\"vehicles\":[{\"name\":\"v1\",\"start\":\"a\","
                   "\"to\":50}],\"requests\":[{\"name\":\"r1\",\"visit\":"
                   "{\"place\":\"b\",\"from\":30}},{\"name\":\"r2\","
                   "\"visit\":{\"place\":\"c\",\"to\":20}}]}");
    put_text(START, "{\"routes\":[{\"vehicle\":\"v1\",\"stops\":["
                    "{\"stop\":\"pickup\",\"request\":\"r1\"},"
                    "{\"stop\":\"pickup\",\"request\":\"r2\"}]}]}");
    assert_int_equal(RUN("dispatch solve --format json " MINI
                         " --rounds 5 --start " START " --out " OUT),
                     0);
    says(c, "vehicle v1");
    says(c, "2 of its 2 requests were not taken over");
    says(c, "left out 0 of 2"); /* they are placed anew */
}

/* ---- pictures -------------------------------------------------------------- */

CASE(a_picture_shows_the_plan_that_was_given_and_no_more)
{
    const char *draw = "dispatch draw --format json " MINI " --start " START
                       " --out " OUT ".svg";

    put_text(MINI, MINI_TEXT);
    put_text(START, "{\"routes\":[]}");
    assert_int_equal(RUN("%s", draw), 0);
    /* the height is that of a map and of no row */
    EXPECT(strstr(get_text(c, OUT ".svg"), "height=\"650") != NULL);
    put_text(START, "{\"routes\":[{\"vehicle\":\"v1\",\"stops\":["
                    "{\"stop\":\"pickup\",\"request\":\"r1\"}]}]}");
    assert_int_equal(RUN("%s", draw), 0);
    EXPECT(strstr(get_text(c, OUT ".svg"), "height=\"694") != NULL);
    put_text(START, "{\"routes\":[{\"vehicle\":\"other\",\"stops\":[]}]}");
    assert_int_equal(RUN("%s", draw), 2);
    unlink(OUT ".svg");
}

CASE(a_route_that_cannot_be_driven_is_not_drawn)
{
    put_text(MINI, "{\"places\":[{\"name\":\"a\",\"x\":0,\"y\":0}],"
                   "\"vehicles\":[{\"name\":\"v1\",\"start\":\"a\","
                   "\"from\":9}],\"requests\":[{\"name\":\"r1\",\"visit\":"
                   "{\"place\":\"a\",\"to\":5}}]}");
    put_text(START, "{\"routes\":[{\"vehicle\":\"v1\",\"stops\":["
                    "{\"stop\":\"pickup\",\"request\":\"r1\"}]}]}");
    assert_int_equal(RUN("dispatch draw --format json " MINI " --start " START
                         " --out " OUT ".svg"),
                     2);
    says(c, "the route of vehicle v1 cannot be driven");
    assert_int_equal(access(OUT ".svg", F_OK), -1);
}

CASE(a_picture_is_an_svg_or_a_pdf)
{
    put_text(MINI, MINI_TEXT);
    put_text(START, "{\"routes\":[]}");
    assert_int_equal(RUN("dispatch draw --format json " MINI " --start " START
                         " --out " OUT ".png"),
                     64);
    says(c, ".svg");
    assert_int_equal(access(OUT ".png", F_OK), -1);
}

/* ---- options ---------------------------------------------------------------- */

CASE(numbers_out_of_range_are_refused_with_what_is_allowed)
{
    static const char *const bad[][2] = {
        { "--threads 1e11", "--threads: “1e11” is not a number from 1 to 64" },
        { "--threads 65", "--threads: “65” is not a number from 1 to 64" },
        { "--seed 1.5", "--seed: “1.5” is not a whole number" },
        { "--rounds 1.5", "--rounds: “1.5” is not a whole number" },
        { "--seeds 0", "--seeds: “0” is not a number from 1 to" },
        { "--every x", "--every: “x” is not a number from 1 to" },
    };

    put_text(MINI, MINI_TEXT);
    for (size_t k = 0; k < COUNT(bad); k++) {
        assert_int_equal(RUN("dispatch solve --format json " MINI
                             " --rounds 5 %s",
                             bad[k][0]),
                         64);
        says(c, bad[k][1]);
    }
}

CASE(an_option_that_a_verb_would_pass_over_is_refused)
{
    static const char *const bad[][2] = {
        { "solve --format json " MINI " --rounds 5 --every 2",
          "--every: solve has no such option" },
        { "rooms " MINI " --seed 3", "--seed: rooms has no such option" },
        { "draw --format json " MINI " --start " START " --out x.svg"
          " --threads 2",
          "--threads: draw has no such option" },
        { "replay --format json " MINI " --seconds 2",
          "--seconds: replay has no such option" },
        { "bench --out x", "--out: bench has no such option" },
        { "bench " MINI, "one argument too many: “" MINI "”" },
    };

    for (size_t k = 0; k < COUNT(bad); k++) {
        assert_int_equal(RUN("dispatch %s", bad[k][0]), 64);
        says(c, bad[k][1]);
    }
}

/* ---- files that were cut ------------------------------------------------------ */

CASE(a_file_that_was_cut_in_its_last_line_is_refused)
{
    refused(c, SV_FORMAT_DARP, DARP "5 0 0 0 0 0 48",
            "line 7: the file ends in the middle");
    refused(c, SV_FORMAT_DARP,
            "2 2 480 6 30\n0 0 0 0 0 0 480\n1 1 2 3 1 0 99\n2 3 1 3 1 0 99\n"
            "3 4 4 3 -1 0 99\n4 5 5 3 -1 9 9",
            "line 6: the file ends in the middle");
    refused(c, SV_FORMAT_DARP, DARP "5 0 0 0 0", "line 7");
    refused(c, SV_FORMAT_PDPTW,
            "2 9 1\n0 0 0 0 0 99 0 0 0\n1 2 2 3 0 99 1 0 12\n", "line 3");
}

/* ---- the schema ---------------------------------------------------------------- */

struct said_problem {
    bool good;
    const char *of_places, *rest, *requests, *words;
};

static const struct said_problem schema_cases[] = {
    { true, "", "", "", NULL },
    { true, ",\"x\":1,\"y\":2", "\"supply\":{\"place\":\"p\"},", "", NULL },
    { false, "", "\"supply\":{},", "", "supply: the place is missing" },
    { false, "", "\"supply\":{\"service\":3},", "", "supply: the place" },
    { false, "", "\"colour\":1,", "", "colour: unknown key" },
    { true, "", "", "\"visit\":{\"place\":\"p\"}", NULL },
    { true, "", "", "\"pickup\":{\"place\":\"p\"}", NULL },
    { true, "", "",
      "\"pickup\":{\"place\":\"p\"},\"delivery\":{\"place\":\"p\"}", NULL },
    { false, "", "", " ", "requests[0].pickup: request r needs a visit" },
    { false, "", "", "\"delivery\":{\"place\":\"p\"}",
      "requests[0].pickup: request r needs a visit" },
    { false, "", "", "\"visit\":{\"place\":\"p\"},\"pickup\":{\"place\":\"p\"}",
      "requests[0].visit: request r has a visit" },
    { false, "", "",
      "\"visit\":{\"place\":\"p\"},\"delivery\":{\"place\":\"p\"}",
      "requests[0].visit: request r has a visit" },
    { false, "", "", "\"visit\":{}", "requests[0].visit: the place" },
    { false, "", "", "\"visit\":{\"place\":\"p\",\"service\":-1}",
      "service time -1" },
    { false, "", "", "\"visit\":{\"place\":\"p\",\"to\":1e16}", "request r" },
    { false, "", "", "\"visit\":{\"place\":\"p\"},\"seats\":{\"s\":1.5}",
      "requests[0].seats.s: a whole number" },
    { true, "", "", "\"visit\":{\"place\":\"p\"},\"seats\":{\"s\":2.0}", NULL },
    { false, "", "",
      "\"visit\":{\"place\":\"p\"},\"seats\":{\"a\":1,\"b\":1,\"c\":1,\"d\":1,"
      "\"e\":1}",
      "requests[0].seats.e: more kinds" },
    { false, "", "", "\"visit\":{\"place\":\"p\"},\"skills\":{\"s\":5}",
      "requests[0].skills.s: levels" },
    { false, "", "", "\"visit\":{\"place\":\"p\"},\"price\":1e16", "price" },
    { false, ",\"x\":1", "\"fewest_vehicles\":true,", "",
      "places: p lacks x or y" },
    { true, ",\"x\":1", "\"time\":[[0]],", "", NULL },
    { false, ",\"x\":1e15,\"y\":0", "", "", "place p: x" },
    { false, ",\"x\":1e15,\"y\":0", "\"time\":[[0]],", "", "place p: x" },
};

static const char *
said_text(struct call *c, const struct said_problem *s)
{
    return arena_printf(
        c->arena,
        "{\"places\":[{\"name\":\"p\"%s}],%s\"vehicles\":[{\"name\":\"v\","
        "\"start\":\"p\"}],\"requests\":[%s%s%s]}",
        *s->of_places ? s->of_places : ",\"x\":0,\"y\":0", s->rest,
        *s->requests ? "{\"name\":\"r\"" : "",
        *s->requests == '"' ? arena_printf(c->arena, ",%s", s->requests) : "",
        *s->requests ? "}" : "");
}

CASE(what_a_problem_must_have_is_refused_by_its_key_or_name)
{
    for (size_t k = 0; k < COUNT(schema_cases); k++) {
        const struct said_problem *s = &schema_cases[k];
        const char *text = said_text(c, s);
        struct sv_problem p;

        if (!s->good) {
            refused(c, SV_FORMAT_JSON, text, s->words);
            continue;
        }
        EXPECT_OK(sv_problem_parse(c, &p, SV_FORMAT_JSON, text, strlen(text)));
        sv_problem_release(&p);
    }
}

CASE(the_schema_and_the_program_agree)
{
    FILE *cases = fopen(OUT, "wb");

    EXPECT(cases != NULL);
    for (size_t k = 0; k < COUNT(schema_cases); k++)
        fprintf(cases, "%s %s\n", schema_cases[k].good ? "good" : "bad",
                said_text(c, &schema_cases[k]));
    fclose(cases);
    assert_int_equal(system("python3 schema.py ../../src/solver/"
                            "problem.schema.json " OUT " >&2"),
                     0);
}
