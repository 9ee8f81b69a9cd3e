/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One PC or other device of the inventory. Text owned, NULL = absent. */
typedef struct {
  char *host;
  char *owner;
  char *location;
  char *os;
  char *serial;
  char *recovery_key_id; /* names the key at its source; never the key */
  char *note;
} DkDevice;

/* An empty device. Free with dk_device_free. */
DkDevice *dk_device_new (void);

/* Finds the first disk recovery key in a text: 48 digits, whose groups of six are multiples of 11,
 * with or without blanks and dashes between the groups; or five groups and more of one that was cut
 * off. Digits may be full-width or of another script. Start of it, and its bytes in *size; NULL
 * and *size untouched if there is none. size may be NULL. */
const char *dk_device_find_key (const char *text, gsize *size);

/* Frees the device; NULL is fine. */
void dk_device_free (DkDevice *device);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkDevice, dk_device_free)

G_END_DECLS
