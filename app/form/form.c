/* SPDX-License-Identifier: MIT */
#include "app/form/form-private.h"

#include <gio/gio.h>

#include "app/form/form-resources.h"

static const char *const shipped_ids[] = {
  "it-incident", "call-log", "service-request", "bitlocker-release", "password-reset",
  "equipment-loan", "device-sweep", "major-incident-timeline", "patient-safety-escalation",
  "situation-briefing", "message-slip", "activity-log", "communications-list",
  "service-status-board", "workaround-list", "shift-handover", "readiness-check",
  "content-feedback", NULL,
};

DkForm *
dk_form_ref (DkForm *form)
{
  g_return_val_if_fail (form != NULL, NULL);
  g_atomic_int_inc (&form->references);
  return form;
}

void
dk_form_unref (DkForm *form)
{
  if (form == NULL || !g_atomic_int_dec_and_test (&form->references)) {
    return;
  }
  dk_form_clear_logic (form);
  g_clear_pointer (&form->follow_ups, g_ptr_array_unref);
  g_free (form->id);
  g_free (form->version);
  g_free (form->title);
  g_free (form->language);
  g_free (form->default_language);
  g_free (form->hash);
  g_free (form->source);
  g_clear_pointer (&form->by_name, g_hash_table_unref);
  g_clear_pointer (&form->fields, g_ptr_array_unref);
  g_free (form);
}

DkForm *
dk_form_shipped (const char *id, const char *language)
{
  g_return_val_if_fail (id != NULL, NULL);
  if (!g_strv_contains (shipped_ids, id)) {
    return NULL;
  }
  g_autofree char *path = g_strdup_printf ("/org/downtimekit/forms/%s.json", id);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_resource_lookup_data (dk_form_get_resource (), path,
                                                     G_RESOURCE_LOOKUP_FLAGS_NONE, &error);
  DkForm *form = NULL;
  if (bytes != NULL) {
    gsize size = 0;
    const char *text = g_bytes_get_data (bytes, &size);
    form = dk_form_parse (text, size, language, &error);
  }
  if (form == NULL) {
    g_error ("the form %s that ships with the program cannot be read: %s", id, error->message);
  }
  return form;
}

const char *const *
dk_form_shipped_ids (void)
{
  return shipped_ids;
}

const char *
dk_form_id (const DkForm *form)
{
  return form->id;
}

const char *
dk_form_version (const DkForm *form)
{
  return form->version;
}

const char *
dk_form_language (const DkForm *form)
{
  return form->language;
}

guint
dk_form_paper_lines (const DkForm *form)
{
  return form->paper_lines;
}

gboolean
dk_form_is_landscape (const DkForm *form)
{
  return form->is_landscape;
}

gboolean
dk_form_is_lead_only (const DkForm *form)
{
  return form->is_lead_only;
}

const char *
dk_form_title (const DkForm *form)
{
  return form->title;
}

const char *
dk_form_hash (const DkForm *form)
{
  return form->hash;
}

const char *
dk_form_source (const DkForm *form)
{
  return form->source;
}

guint
dk_form_field_count (const DkForm *form)
{
  return form->fields->len;
}

const DkField *
dk_form_field (const DkForm *form, guint i)
{
  g_return_val_if_fail (i < form->fields->len, NULL);
  return g_ptr_array_index (form->fields, i);
}

const DkField *
dk_form_find (const DkForm *form, const char *name)
{
  return name != NULL ? g_hash_table_lookup (form->by_name, name) : NULL;
}
