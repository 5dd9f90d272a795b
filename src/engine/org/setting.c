/* SPDX-License-Identifier: Apache-2.0 */
/* The office's settings: those that the program knows, and what they may be. */
#include "engine/org/inner.h"

/* Beside each what holds when it is not set. */
enum setting_id {
    OFFICE_NAME,         /* empty */
    OFFICE_ZONE,         /* Asia/Shanghai */
    SESSION_IDLE_S,      /* 600 */
    SESSION_CREW_IDLE_S, /* 3600; of a crew's people */
    SESSION_MAX_H,       /* 12 */
    PASSWORD_MAX_DAYS,   /* 90; 0: a password never grows old */
    DUTY_PHONE,          /* empty; answers day and night, for emergencies */
    OFFICE_DEMO,         /* no; the program says it of an office it made */
    N_SETTINGS
};
static const char *const setting_names[] = {
    [OFFICE_NAME] = "office.name",
    [OFFICE_ZONE] = "office.zone",
    [SESSION_IDLE_S] = "session.idle_s",
    [SESSION_CREW_IDLE_S] = "session.crew_idle_s",
    [SESSION_MAX_H] = "session.max_h",
    [PASSWORD_MAX_DAYS] = "password.max_days",
    [DUTY_PHONE] = "office.duty_phone",
    [OFFICE_DEMO] = "office.demo",
    [N_SETTINGS] = NULL
};

/* Of those that are numbers. */
static const struct {
    int least, most;
} setting_limits[N_SETTINGS] = {
    [SESSION_IDLE_S] = { 60, 86400 },
    [SESSION_CREW_IDLE_S] = { 60, 86400 },
    [SESSION_MAX_H] = { 1, 168 },
    [PASSWORD_MAX_DAYS] = { 0, 3650 },
};

static const struct field setting_fields[] = {
    FIELD(struct setting, id, .flags = GIVEN),
    FIELD(struct setting, name, .flags = REQUIRED | FIXED | UNIQUE | TITLE,
          .choices = setting_names, .label = "Name"),
    FIELD(struct setting, value, .flags = REQUIRED, .max = 2000,
          .label = "Value"),
    FIELD(struct setting, version, .flags = GIVEN),
    FIELD(struct setting, updated_at, .flags = GIVEN),
};
const struct model setting_model =
    MODEL("setting", "setting", struct setting, setting_fields);

static enum err
check_zone(struct call *c, const char *name)
{
    /* ICU knows that one, too: of a zone that nobody knows. */
    struct zone *z = text_same(name, "Etc/Unknown") ? NULL : zone_open(name);

    if (z == NULL)
        return fail(c, ERR_INVALID, "value",
                    "is not a time zone such as Asia/Shanghai");
    zone_close(z);
    return OK;
}

static enum err
check(struct call *c, const void *old, void *rec)
{
    struct setting *s = rec;
    size_t i = 0;
    int64_t n;

    (void)old;
    while (i < N_SETTINGS && !text_same(setting_names[i], s->name))
        i++;
    /* That an office is for show is written when it is made, never by hand. */
    if (i == N_SETTINGS || i == OFFICE_DEMO)
        return fail(c, ERR_INVALID, "name", "there is no such setting");
    if (i == OFFICE_ZONE)
        return check_zone(c, s->value);
    if (i == DUTY_PHONE)
        return org_check_phone(c, "value", &s->value);
    if (setting_limits[i].most == 0
        || (text_int(s->value, &n) && n >= setting_limits[i].least
            && n <= setting_limits[i].most))
        return OK;
    return fail(c, ERR_INVALID, "value", "must be from %d to %d",
                setting_limits[i].least, setting_limits[i].most);
}

static const char find_value[] = "SELECT value FROM setting WHERE name = $1";

enum err
setting_text(struct call *c, const char *name, const char *other,
             const char **value)
{
    ROWS r = db_query(c, find_value, V(name));

    *value = rows_next(&r) ? row_text(&r, 0) : other;
    return rows_end(&r);
}

const struct noun setting_noun = {
    .model = &setting_model,
    .plural = "settings",
    .says = "The office's settings.",
    .part = "system",
    .see = "setting.edit",
    .edit = "setting.edit",
    .check = check,
};
