/* SPDX-License-Identifier: Apache-2.0 */
/* wire - a small client that sends what it is told, byte by byte. */
#ifndef TESTS_UNIT_WIRE_H
#define TESTS_UNIT_WIRE_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_BYTES (1 << 17)

extern uint16_t wire_port;     /* of 127.0.0.1 */
extern char reply[WIRE_BYTES]; /* what was heard last, NUL-ended */

/* A connection; each wait on it is ten seconds at most. */
int dial(void);
void say(int fd, const char *s);

/* The Content-Length in HEAD. */
size_t announced(const char *head);

/* One reply into `reply`; its status, or 0 when the far end hung up. */
int hear(int fd, bool no_body);
/* A whole exchange on a connection of its own. */
int wire_ask(const char *request);
/* Is S in the reply? */
bool heard(const char *s);
/* Read until S has come or nothing comes for 3 s. */
bool hear_until(int fd, const char *s);

/* A certificate for an hour, signed by itself, and its key into two files; of
   an elliptic curve, or of KEY, which it takes. */
void wire_certificate(const char *cert_path, const char *key_path);
void wire_certificate_of(EVP_PKEY *key, const char *cert_path,
                         const char *key_path);

void pause_ms(long ms);

#endif
