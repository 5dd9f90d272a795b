/* SPDX-License-Identifier: Apache-2.0 */
/* draw - see draw.h. */
#include "solver/draw.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

enum { WIDE = 1000, MAP = 560, MARGIN = 30, LABEL = 110, ROW = 44 };

struct drawing {
    const struct sv_problem *p;
    const struct sv_plan *plan;
    cairo_t *cr;
    double top;           /* of the timetable */
    double from, to;      /* of the time axis */
    double x0, y0, scale; /* of the map */
};

/* Colours far apart on the wheel, dark enough for white paper. */
static void
set_colour(cairo_t *cr, int k, double alpha)
{
    double h = fmod(k * 0.381966, 1) * 6, f = h - floor(h);
    double v = 0.72, low = 0.15, up = low + (v - low) * f;
    double down = v - (v - low) * f;

    switch ((int)h) {
    case 0: cairo_set_source_rgba(cr, v, up, low, alpha); break;
    case 1: cairo_set_source_rgba(cr, down, v, low, alpha); break;
    case 2: cairo_set_source_rgba(cr, low, v, up, alpha); break;
    case 3: cairo_set_source_rgba(cr, low, down, v, alpha); break;
    case 4: cairo_set_source_rgba(cr, up, low, v, alpha); break;
    default: cairo_set_source_rgba(cr, v, low, down, alpha); break;
    }
}

static void
write_text(const struct drawing *d, double x, double y, int size,
           const char *text)
{
    PangoLayout *layout = pango_cairo_create_layout(d->cr);
    PangoFontDescription *font = pango_font_description_from_string("Sans");

    pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
    pango_layout_set_font_description(layout, font);
    pango_layout_set_text(layout, text, -1);
    pango_layout_set_width(layout, LABEL * PANGO_SCALE);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    cairo_move_to(d->cr, x, y);
    pango_cairo_show_layout(d->cr, layout);
    pango_font_description_free(font);
    g_object_unref(layout);
}

/* ---- the map ---------------------------------------------------------- */

static void
fit_map(struct drawing *d)
{
    double lx = 1e300, ly = 1e300, hx = -1e300, hy = -1e300;

    for (int k = 0; k < d->p->place_count; k++) {
        lx = fmin(lx, d->p->x[k]);
        hx = fmax(hx, d->p->x[k]);
        ly = fmin(ly, d->p->y[k]);
        hy = fmax(hy, d->p->y[k]);
    }
    d->scale = fmin((WIDE - 2 * MARGIN) / fmax(hx - lx, 1e-9),
                    (MAP - 2 * MARGIN) / fmax(hy - ly, 1e-9));
    d->x0 = lx - (WIDE / d->scale - (hx - lx)) / 2;
    d->y0 = hy + (MAP / d->scale - (hy - ly)) / 2;
}

static double
map_x(const struct drawing *d, int place)
{
    return (d->p->x[place] - d->x0) * d->scale;
}

static double
map_y(const struct drawing *d, int place)
{
    return (d->y0 - d->p->y[place]) * d->scale;
}

static void
draw_route_on_map(const struct drawing *d, const struct sv_plan_tour *t)
{
    const struct sv_vehicle *v = &d->p->vehicles[t->vehicle];

    set_colour(d->cr, t->vehicle, 0.8);
    cairo_set_line_width(d->cr, 1.4);
    cairo_move_to(d->cr, map_x(d, v->start), map_y(d, v->start));
    for (int a = 0; a < t->stop_count; a++)
        cairo_line_to(d->cr, map_x(d, t->stops[a].place),
                      map_y(d, t->stops[a].place));
    cairo_line_to(d->cr, map_x(d, v->end), map_y(d, v->end));
    cairo_stroke(d->cr);
    for (int a = 0; a < t->stop_count; a++) {
        double x = map_x(d, t->stops[a].place);
        double y = map_y(d, t->stops[a].place);

        cairo_new_sub_path(d->cr);
        cairo_arc(d->cr, x, y, 3.2, 0, 2 * G_PI);
        /* deliveries are rings, pickups and visits are discs */
        if (t->stops[a].kind == SV_STOP_DELIVERY)
            cairo_stroke(d->cr);
        else
            cairo_fill(d->cr);
    }
    cairo_set_source_rgb(d->cr, 0, 0, 0);
    cairo_rectangle(d->cr, map_x(d, v->start) - 4, map_y(d, v->start) - 4, 8,
                    8);
    cairo_fill(d->cr);
}

static void
draw_map(struct drawing *d)
{
    fit_map(d);
    for (int k = 0; k < d->plan->route_count; k++)
        draw_route_on_map(d, &d->plan->routes[k]);
    for (int k = 0; k < d->plan->unserved_count; k++) {
        int place = d->p->requests[d->plan->unserved[k].request].pickup.place;
        double x = map_x(d, place), y = map_y(d, place);

        cairo_set_source_rgb(d->cr, 0.8, 0, 0);
        cairo_move_to(d->cr, x - 4, y - 4);
        cairo_line_to(d->cr, x + 4, y + 4);
        cairo_move_to(d->cr, x - 4, y + 4);
        cairo_line_to(d->cr, x + 4, y - 4);
        cairo_stroke(d->cr);
    }
}

/* ---- the timetable ---------------------------------------------------- */

static double
time_x(const struct drawing *d, double t)
{
    return MARGIN + LABEL
           + (t - d->from) / (d->to - d->from) * (WIDE - 2 * MARGIN - LABEL);
}

static void
draw_axis(const struct drawing *d)
{
    double step = pow(10, floor(log10((d->to - d->from) / 4)));
    double bottom = d->top + ROW * d->plan->route_count;

    if ((d->to - d->from) / step > 12)
        step *= 2;
    for (int k = 0; k * step <= d->to - ceil(d->from / step) * step; k++) {
        double t = (ceil(d->from / step) + k) * step;
        char word[32];

        cairo_set_source_rgb(d->cr, 0.85, 0.85, 0.85);
        cairo_set_line_width(d->cr, 0.6);
        cairo_move_to(d->cr, time_x(d, t), d->top);
        cairo_line_to(d->cr, time_x(d, t), bottom);
        cairo_stroke(d->cr);
        cairo_set_source_rgb(d->cr, 0.3, 0.3, 0.3);
        snprintf(word, sizeof word, "%g", t);
        write_text(d, time_x(d, t) + 2, d->top - 14, 10, word);
    }
}

static int
seats_of(const struct drawing *d, const struct sv_stop *s)
{
    int sum = 0;

    if (s->request < 0 || !sv_request_is_ride(&d->p->requests[s->request]))
        return 0;
    for (int k = 0; k < SV_SEAT_KINDS; k++)
        sum += d->p->requests[s->request].seats[k];
    return s->kind == SV_STOP_DELIVERY ? -sum : sum;
}

/* How full the vehicle is, as a step line under its row. */
static void
draw_load(const struct drawing *d, const struct sv_plan_tour *t, double y)
{
    int load = 0, most = 1;

    for (int k = 0; k < SV_SEAT_KINDS; k++)
        most += d->p->vehicles[t->vehicle].seats[k];
    set_colour(d->cr, t->vehicle, 0.25);
    for (int a = 0; a < t->stop_count; a++) {
        double end = a + 1 < t->stop_count ? t->stops[a + 1].start : t->returns;
        double high;

        load += seats_of(d, &t->stops[a]);
        high = 12.0 * load / most;
        cairo_rectangle(d->cr, time_x(d, t->stops[a].start), y + ROW - 8 - high,
                        time_x(d, end) - time_x(d, t->stops[a].start), high);
        cairo_fill(d->cr);
    }
}

static void
draw_stop(const struct drawing *d, const struct sv_plan_tour *t,
          const struct sv_stop *s, double y)
{
    double x = time_x(d, s->start);
    double wide = fmax(time_x(d, s->start + s->length) - x, 1.5);

    set_colour(d->cr, t->vehicle, s->kind == SV_STOP_PAUSE ? 0.3 : 0.9);
    cairo_rectangle(d->cr, x, y + 6, wide, 14);
    if (s->kind == SV_STOP_DELIVERY)
        cairo_stroke(d->cr);
    else
        cairo_fill(d->cr);
}

static void
draw_row(const struct drawing *d, int k)
{
    const struct sv_plan_tour *t = &d->plan->routes[k];
    double y = d->top + ROW * k, free_at = t->leaves;
    int here = d->p->vehicles[t->vehicle].start;

    cairo_set_source_rgb(d->cr, 0, 0, 0);
    write_text(d, MARGIN, y + 4, 12, d->p->vehicles[t->vehicle].name);
    draw_load(d, t, y);
    for (int a = 0; a <= t->stop_count; a++) {
        int there = a < t->stop_count ? t->stops[a].place
                                      : d->p->vehicles[t->vehicle].end;
        double drive = sv_problem_time(d->p, here, there)
                       * d->p->vehicles[t->vehicle].pace;

        /* The line is the drive; what is empty after it, waiting. */
        set_colour(d->cr, t->vehicle, 1);
        cairo_set_line_width(d->cr, 2);
        cairo_move_to(d->cr, time_x(d, free_at), y + 13);
        cairo_line_to(d->cr, time_x(d, free_at + drive), y + 13);
        cairo_stroke(d->cr);
        cairo_set_line_width(d->cr, 1);
        if (a == t->stop_count)
            break;
        draw_stop(d, t, &t->stops[a], y);
        free_at = t->stops[a].start + t->stops[a].length;
        here = there;
    }
}

static void
draw_timetable(struct drawing *d)
{
    d->from = 1e300;
    d->to = -1e300;
    for (int k = 0; k < d->plan->route_count; k++) {
        d->from = fmin(d->from, d->plan->routes[k].leaves);
        d->to = fmax(d->to, d->plan->routes[k].returns);
    }
    if (!(d->from < d->to))
        return;
    draw_axis(d);
    for (int k = 0; k < d->plan->route_count; k++)
        draw_row(d, k);
}

enum sv_picture
sv_picture_named(const char *path)
{
    size_t n = strlen(path);
    const char *end = path + (n > 4 ? n - 4 : 0);

    return !strcmp(end, ".svg")   ? SV_PICTURE_SVG
           : !strcmp(end, ".pdf") ? SV_PICTURE_PDF
                                  : SV_PICTURE_UNKNOWN;
}

static cairo_status_t
put_bytes(void *out, const unsigned char *bytes, unsigned count)
{
    return fwrite(bytes, 1, count, out) == count ? CAIRO_STATUS_SUCCESS
                                                 : CAIRO_STATUS_WRITE_ERROR;
}

static void
draw_all(struct drawing *d)
{
    cairo_set_source_rgb(d->cr, 1, 1, 1);
    cairo_paint(d->cr);
    if (d->p->x)
        draw_map(d);
    draw_timetable(d);
}

enum err
sv_plan_draw(struct call *c, const struct sv_problem *p,
             const struct sv_plan *plan, enum sv_picture picture, FILE *out)
{
    struct drawing d = { .p = p, .plan = plan };
    double high;
    cairo_surface_t *s;
    cairo_status_t bad;

    d.top = (p->x ? MAP : 0) + 2 * MARGIN;
    high = d.top + ROW * plan->route_count + MARGIN;
    s = picture == SV_PICTURE_PDF
            ? cairo_pdf_surface_create_for_stream(put_bytes, out, WIDE, high)
            : cairo_svg_surface_create_for_stream(put_bytes, out, WIDE, high);
    d.cr = cairo_create(s);
    draw_all(&d);
    /* What could not be written is known only when the surface is finished. */
    bad = cairo_status(d.cr);
    cairo_destroy(d.cr);
    cairo_surface_finish(s);
    if (!bad)
        bad = cairo_surface_status(s);
    cairo_surface_destroy(s);
    if (bad)
        return fail(c, ERR_BROKEN, NULL, "the picture: %s",
                    cairo_status_to_string(bad));
    return OK;
}
