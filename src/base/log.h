/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log - one line a happening on standard error: time level subject key=value.
 * Passwords, tokens and bodies are never given to it.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_SILENT };

/* Lines below LEVEL are dropped. Called once, before threads run. */
void log_open(enum log_level level);

/* A line on stderr: time, level, SUBJECT (a part's name), words. */
void log_line(enum log_level level, const char *subject, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
