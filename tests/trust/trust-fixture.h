/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/trust/trust-pack.h"
#include "tests/kit/kit-fixture.h"

G_BEGIN_DECLS

#define TRUST_CREATED "2026-11-20T08:00:00.000Z"

/* Signers of the tests, always the same keys. */
typedef enum { SIGNER_A, SIGNER_B, SIGNER_C, SIGNER_D, SIGNERS } TrustSigner;

/* Texts of their public keys, one line each. Static. */
const char *trust_key (TrustSigner signer);

/* Their ids. Static. */
const char *trust_id (TrustSigner signer);

/* An age recipient made of this byte. New string. */
char *trust_recipient (guint8 byte);

/* A fleet with every member, all empty. New reference. */
json_t *trust_fleet_new (void);

/* Adds a text to a list of the fleet. */
void trust_fleet_add (json_t *fleet, const char *list, const char *text);

/* Adds a station or desk with recipients made of the byte. */
void trust_fleet_place (json_t *fleet, const char *list, const char *code, guint8 byte);

/* A pack with this fleet (NULL: its manifest names none), signed by the signers whose letters are
 * in `signers`: "AB". Its content is never looked at. New container. */
DkContainer *trust_pack (const char *name, gint64 sequence, const json_t *fleet,
                         const char *signers);

/* Verifies, checks and accepts, as bringing it into force does. NULL if that went well, else the
 * error, new. */
GError *trust_apply (DkStore *store, DkContainer *container, const json_t *fleet);

/* The same in one go; an error fails the test. */
void trust_applied (DkStore *store, const char *name, gint64 sequence, const json_t *fleet,
                    const char *signers);

/* The same, which must be refused with this code and this part of the message. */
void trust_refused (DkStore *store, const char *name, gint64 sequence, const json_t *fleet,
                    const char *signers, DkError code, const char *part);

/* What counts; an error fails the test. */
DkTrust *trust_now (DkStore *store);

/* Letters of the signers that count now, in order of the alphabet, must be these. */
void trust_assert_letters (DkStore *store, const char *expected);

/* Runs SQL that returns no rows, as somebody with the open kit could; it must live as long as the
 * kit is open. */
void trust_sql (DkStore *store, const char *sql);

/* Adds the signers of these letters as an administrator. */
void trust_add_signers (DkStore *store, const char *letters);

G_END_DECLS
