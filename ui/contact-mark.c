/* SPDX-License-Identifier: MIT */
#include "ui/contact-mark.h"

#include <glib/gi18n.h>

#include "app/base/clock.h"
#include "app/plan/correction.h"
#include "app/store/content-store.h"

#define DAY_MS ((gint64) 24 * 3600 * 1000)

static char *
day_words (gint64 at_ms)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (at_ms / 1000);

  return g_date_time_format (time, "%-d %b");
}

char *
dk_contact_new_words (const DkContact *contact)
{
  gint64 since_ms = dk_contact_new_since (contact);
  g_autofree char *day = since_ms > 0 ? day_words (since_ms) : NULL;

  return day != NULL ? g_strdup_printf (_ ("NEW since %s"), day) : NULL;
}

/* NULL if the number is as ever, or the marks cannot be read: the list then shows as it is. */
static char *
number_words (DkStore *store, const char *contact, const char *number)
{
  gint64 since_ms = dk_clock_wall_ms () - DK_NUMBER_CHANGE_DAYS * DAY_MS;
  g_autoptr (GPtrArray) corrections = dk_correction_list (store, contact, TRUE, NULL);
  g_autoptr (GPtrArray) changes = NULL;
  g_autofree char *day = NULL;
  gint64 changed_ms;

  if (corrections != NULL && dk_correction_of_number (corrections, contact, number) != NULL)
    return g_strdup (_ ("CORRECTED HERE"));
  changes = dk_content_store_number_changes (store, contact, since_ms, NULL);
  changed_ms = changes != NULL ? dk_number_changes_find (changes, contact, number) : 0;
  if (changed_ms == 0)
    return NULL;
  day = day_words (changed_ms);
  return g_strdup_printf (_ ("NUMBER CHANGED %s"), day);
}

char *
dk_contact_mark (DkStore *store, const DkContact *contact, const char *number)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  char *words[3] = { NULL, NULL, NULL };

  if (contact == NULL)
    return NULL;
  words[0] = number != NULL ? number_words (store, contact->id, number) : NULL;
  words[1] = dk_contact_new_words (contact);
  words[2] = contact->source != NULL ? g_strdup (_ ("imported, not signed")) : NULL;
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (words[i] != NULL)
      g_ptr_array_add (parts, words[i]);
  g_ptr_array_add (parts, NULL);
  return parts->len > 1 ? g_strjoinv (" · ", (char **) parts->pdata) : NULL;
}
