/* SPDX-License-Identifier: MIT */
#include "ui/print-rows.h"

#include <string.h>

#include "app/base/json.h"
#include "app/base/text.h"
#include "app/store/content-store.h"

#define PURPOSE_CHARS 70u
#define LANGUAGES_MAX 20u

static void
free_form (gpointer data)
{
  DkPrintForm *form = data;

  g_free (form->id);
  g_free (form->title);
  g_free (form->purpose);
  g_strfreev (form->languages);
  g_free (form);
}

static gboolean
is_section (const DkField *field)
{
  return field->type == DK_FIELD_GROUP_BEGIN || field->type == DK_FIELD_REPEAT_BEGIN;
}

static gboolean
is_question (const DkField *field)
{
  return !is_section (field) && field->name != NULL && field->type != DK_FIELD_NOTE
         && field->type != DK_FIELD_CALCULATE;
}

static void
join_labels (const DkForm *form, gboolean (*is_wanted) (const DkField *), GString *text)
{
  for (guint i = 0; i < dk_form_field_count (form) && text->len < PURPOSE_CHARS; i++) {
    const DkField *field = dk_form_field (form, i);
    if (is_wanted (field) && field->label != NULL && *field->label != '\0')
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", field->label);
  }
}

static char *
purpose_of (const DkForm *form)
{
  g_autoptr (GString) text = g_string_new (NULL);

  join_labels (form, is_section, text);
  if (text->len == 0)
    join_labels (form, is_question, text);
  return dk_text_shorten (text->str, PURPOSE_CHARS);
}

static char **
languages_of (const DkForm *form)
{
  g_autoptr (GPtrArray) codes = g_ptr_array_new ();
  const char *source = dk_form_source (form);
  json_t *document = dk_json_parse (source, strlen (source), strlen (source), "the form", NULL);
  const char *code;
  json_t *title;

  g_ptr_array_add (codes, g_strdup (dk_form_language (form)));
  json_object_foreach (json_object_get (document, "title"), code, title)
  {
    if (codes->len < LANGUAGES_MAX && !g_str_equal (code, codes->pdata[0]))
      g_ptr_array_add (codes, g_strdup (code));
  }
  json_decref (document);
  g_ptr_array_add (codes, NULL);
  return (char **) g_ptr_array_steal (codes, NULL);
}

gpointer
dk_print_work_forms (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  DkStore *store = dk_kit_store (kit);
  g_autoptr (GPtrArray) ids = dk_content_store_form_ids (store, error);
  g_autoptr (GPtrArray) forms = g_ptr_array_new_with_free_func (free_form);

  for (guint i = 0; ids != NULL && i < ids->len; i++) {
    g_autoptr (DkForm) form = dk_content_store_form (store, ids->pdata[i], error);
    DkPrintForm *row;
    if (form == NULL)
      return NULL;
    row = g_new0 (DkPrintForm, 1);
    row->id = g_strdup (ids->pdata[i]);
    row->title = g_strdup (dk_form_title (form));
    row->purpose = purpose_of (form);
    row->languages = languages_of (form);
    g_ptr_array_add (forms, row);
  }
  return ids != NULL ? g_steal_pointer (&forms) : NULL;
}

const char *
dk_print_language_name (const char *code)
{
  static const struct {
    const char *code;
    const char *name;
  } names[] = { { "en", "English" },   { "de", "Deutsch" },  { "es", "Español" },
                { "fr", "Français" },  { "it", "Italiano" }, { "pt", "Português" },
                { "nl", "Nederlands" }, { "pl", "Polski" },  { "vi", "Tiếng Việt" } };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i].code, code))
      return names[i].name;
  return code;
}
