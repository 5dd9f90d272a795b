/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"

static enum log_level lowest = LOG_INFO;

void
log_open(enum log_level level)
{
    lowest = level;
}

void
log_line(enum log_level level, const char *subject, const char *fmt, ...)
{
    static const char *const words[] = { "debug", "info", "warn", "error" };
    char line[1024];
    char time[25];
    va_list ap;
    int n;

    if (level < lowest)
        return;
    instant_print(instant_now(), time);
    n = snprintf(line, sizeof line, "%s %s %s ", time, words[level], subject);
    va_start(ap, fmt);
    (void)vsnprintf(line + n, sizeof line - (size_t)n, fmt, ap);
    va_end(ap);
    /* A line break inside would forge a second line. */
    for (char *p = line; *p != '\0'; p++)
        if ((unsigned char)*p < ' ')
            *p = ' ';
    (void)fprintf(stderr, "%s\n", line);
}
