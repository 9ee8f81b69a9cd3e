/* SPDX-License-Identifier: MIT */
#include "app/model/contact.h"

#include "app/base/clock.h"

static void
number_free (gpointer data)
{
  DkContactNumber *number = data;

  g_free (number->kind);
  g_free (number->value);
  g_free (number->audience);
  g_free (number);
}

static gboolean
is_for_leads (const DkContactNumber *number)
{
  return g_strcmp0 (number->audience, "lead") == 0;
}

DkContact *
dk_contact_new (void)
{
  DkContact *contact = g_new0 (DkContact, 1);

  contact->numbers = g_ptr_array_new_with_free_func (number_free);
  return contact;
}

DkContactNumber *
dk_contact_add_number (DkContact *contact, const char *kind, const char *value)
{
  DkContactNumber *number = g_new0 (DkContactNumber, 1);

  number->kind = g_strdup (kind);
  number->value = g_strdup (value);
  g_ptr_array_add (contact->numbers, number);
  return number;
}

gboolean
dk_contact_has_lead_parts (const DkContact *contact)
{
  if (contact->lead_note != NULL || g_strcmp0 (contact->audience, "lead") == 0)
    return TRUE;
  for (guint i = 0; i < contact->numbers->len; i++)
    if (is_for_leads (g_ptr_array_index (contact->numbers, i)))
      return TRUE;
  return FALSE;
}

void
dk_contact_drop_lead_parts (DkContact *contact)
{
  g_clear_pointer (&contact->lead_note, g_free);
  for (guint i = contact->numbers->len; i > 0; i--)
    if (is_for_leads (g_ptr_array_index (contact->numbers, i - 1)))
      g_ptr_array_remove_index (contact->numbers, i - 1);
}

char *
dk_contact_origin_words (const DkContact *contact)
{
  g_autofree char *when = NULL;

  if (contact->source == NULL)
    return NULL;
  when = dk_time_format_local (contact->imported_ms);
  return g_strdup_printf ("imported from %s on %.10s%s%s, not signed", contact->source, when,
                          contact->imported_by != NULL ? " by " : "",
                          contact->imported_by != NULL ? contact->imported_by : "");
}

void
dk_contact_free (DkContact *contact)
{
  if (contact == NULL)
    return;
  g_free (contact->id);
  g_free (contact->name);
  g_free (contact->type);
  g_free (contact->role);
  g_free (contact->team);
  g_free (contact->site);
  g_free (contact->hours);
  g_free (contact->timezone);
  g_free (contact->languages);
  g_free (contact->audience);
  g_free (contact->note);
  g_free (contact->lead_note);
  g_free (contact->login);
  g_free (contact->manager);
  g_free (contact->source);
  g_free (contact->imported_by);
  g_ptr_array_unref (contact->numbers);
  g_free (contact);
}
