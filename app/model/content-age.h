/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How far content may be relied on: one rule for the banner, the paper and the checks. Worse is
 * higher. */
typedef enum {
  DK_CONTENT_NORMAL,
  DK_CONTENT_AMBER,   /* older than policy.amber_days, or it expires within 14 days */
  DK_CONTENT_STALE,   /* older than policy.stale_days */
  DK_CONTENT_EXPIRED, /* past the end that its author gave it */
  DK_CONTENT_REVOKED, /* every signer of it was revoked since */
  DK_CONTENT_NONE,    /* there is none */
} DkContentState;

#define DK_CONTENT_EXPIRES_SOON_DAYS 14

/* What is known of the content in force. */
typedef struct {
  gint64 created_ms; /* 0 = there is none */
  gint64 expires_ms; /* 0 = never */
  gboolean is_revoked;
  int amber_days;    /* of the policy, 0 = never */
  int stale_days;
} DkContentFacts;

/* The state at that moment (ms, UTC). Any thread. */
DkContentState dk_content_state (const DkContentFacts *facts, gint64 now_ms);

/* TRUE from STALE on: the banner and the paper say so. */
gboolean dk_content_state_is_loud (DkContentState state);

/* "", "AMBER", "STALE", "EXPIRED", "REVOKED", "NO CONTENT": beside the mode on screen and paper.
 * "" for NORMAL. Static. */
const char *dk_content_state_word (DkContentState state);

/* What it means for who reads it: "The content is 95 days old: STALE. Check numbers before you rely
 * on them." New string. */
char *dk_content_state_sentence (DkContentState state, const DkContentFacts *facts,
                                 gint64 now_ms);

/* "STALE CONTENT", "NO CONTENT": as a word of its own in a banner; "" for NORMAL. New string. */
char *dk_content_state_banner (DkContentState state);

/* What stands on paper: the mode, in capitals, and the word of content that is stale, expired or
 * revoked: "DOWNTIME, STALE CONTENT". mode NULL = normal. New string. */
char *dk_content_state_mode (DkContentState state, const char *mode);

G_END_DECLS
