/* SPDX-License-Identifier: MIT */
#include "ui/kept-words.h"

#include <string.h>

#include "app/base/json.h"
#include "app/base/limits.h"

#define SETTING "kept words"

DkKeptText *
dk_kept_text_new (const char *key, const char *words)
{
  DkKeptText *text = g_new0 (DkKeptText, 1);

  text->key = g_strdup (key);
  text->words = g_strdup (words);
  return text;
}

void
dk_kept_text_free (gpointer text)
{
  DkKeptText *kept = text;

  if (kept == NULL)
    return;
  g_free (kept->key);
  g_free (kept->words);
  g_free (kept);
}

/* What this module wrote; anything else there counts as nothing kept. */
static json_t *
load_all (DkStore *store, GError **error)
{
  g_autoptr (GError) fault = NULL;
  g_autofree char *text = dk_store_get_setting (store, SETTING, &fault);
  json_t *all = NULL;

  if (fault != NULL) {
    g_propagate_error (error, g_steal_pointer (&fault));
    return NULL;
  }
  if (text != NULL)
    all = dk_json_parse (text, strlen (text), DK_LIMIT_JSON_BYTES, "Kept words", NULL);
  return json_is_object (all) ? all : json_object ();
}

gpointer
dk_kept_words_put (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkKeptText *kept = data;
  DkStore *store = dk_kit_store (kit);
  g_autoptr (json_t) all = load_all (store, error);
  g_autofree char *stripped = g_strstrip (g_strdup (kept->words != NULL ? kept->words : ""));
  g_autofree char *text = NULL;

  if (all == NULL)
    return NULL;
  if (*stripped == '\0' && json_object_get (all, kept->key) == NULL)
    return DK_KIT_DONE;
  if (*stripped == '\0')
    json_object_del (all, kept->key);
  else
    dk_json_set_text (all, kept->key, kept->words);
  text = dk_json_text (all, TRUE);
  return dk_store_set_setting (store, SETTING, json_object_size (all) > 0 ? text : NULL, error)
             ? DK_KIT_DONE
             : NULL;
}

gpointer
dk_kept_words_get (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  g_autoptr (json_t) all = load_all (dk_kit_store (kit), error);

  return all != NULL ? dk_kept_text_new (data, dk_json_get_text (all, data)) : NULL;
}
