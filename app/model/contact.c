/* SPDX-License-Identifier: MIT */
#include "app/model/contact.h"

static void
number_free (gpointer data)
{
  DkContactNumber *number = data;

  g_free (number->kind);
  g_free (number->value);
  g_free (number);
}

DkContact *
dk_contact_new (void)
{
  DkContact *contact = g_new0 (DkContact, 1);

  contact->numbers = g_ptr_array_new_with_free_func (number_free);
  return contact;
}

void
dk_contact_add_number (DkContact *contact, const char *kind, const char *value)
{
  DkContactNumber *number = g_new0 (DkContactNumber, 1);

  number->kind = g_strdup (kind);
  number->value = g_strdup (value);
  g_ptr_array_add (contact->numbers, number);
}

void
dk_contact_free (DkContact *contact)
{
  if (contact == NULL)
    return;
  g_free (contact->id);
  g_free (contact->name);
  g_free (contact->role);
  g_free (contact->team);
  g_free (contact->site);
  g_free (contact->hours);
  g_free (contact->timezone);
  g_free (contact->languages);
  g_free (contact->audience);
  g_free (contact->note);
  g_ptr_array_unref (contact->numbers);
  g_free (contact);
}
