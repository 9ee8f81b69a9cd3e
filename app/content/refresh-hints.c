/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/content/refresh-private.h"
#include "app/crypto/age.h"

#define SIGNERS_MAX 64
#define ROUTES_MAX 16
#define ROUTE_BYTES_MAX 1000

void
dk_refresh_hints_free (DkRefreshHints *hints)
{
  if (hints == NULL)
    return;
  g_clear_pointer (&hints->signers, g_array_unref);
  g_clear_pointer (&hints->routes, g_ptr_array_unref);
  g_free (hints);
}

/* A list of texts, or of objects that hold the text under `key`. */
static const char *
text_at (const json_t *list, gsize i, const char *key)
{
  const json_t *item = json_array_get (list, i);

  return json_is_object (item) ? dk_json_get_text (item, key) : json_string_value (item);
}

static void
take_signers (DkRefreshHints *hints, const json_t *list)
{
  for (gsize i = 0; i < json_array_size (list) && i < SIGNERS_MAX; i++) {
    const char *text = text_at (list, i, "key");
    DkMinisignPublic key;
    if (text != NULL && dk_minisign_public_parse (text, &key, NULL))
      g_array_append_val (hints->signers, key);
  }
}

static void
take_routes (DkRefreshHints *hints, const json_t *list)
{
  for (gsize i = 0; i < json_array_size (list) && i < ROUTES_MAX; i++) {
    const char *text = text_at (list, i, "route");
    if (text != NULL && *text != '\0' && strlen (text) <= ROUTE_BYTES_MAX
        && g_utf8_validate (text, -1, NULL))
      g_ptr_array_add (hints->routes, g_strdup (text));
  }
}

DkRefreshHints *
dk_refresh_hints_read (const char *folder, GError **error)
{
  g_autoptr (DkRefreshHints) hints = g_new0 (DkRefreshHints, 1);
  g_autoptr (json_t) facts = NULL;
  const char *recipient;

  if (!dk_kit_check_there (folder, error))
    return NULL;
  hints->signers = g_array_new (FALSE, TRUE, sizeof (DkMinisignPublic));
  hints->routes = g_ptr_array_new_with_free_func (g_free);
  facts = dk_kit_locked_facts (folder, NULL);
  recipient = dk_json_get_text (facts, "recipient");
  hints->has_recipient
      = recipient != NULL && dk_age_recipient_parse (recipient, hints->recipient, NULL);
  take_signers (hints, json_object_get (facts, "signers"));
  take_routes (hints, json_object_get (facts, "routes"));
  return g_steal_pointer (&hints);
}

gboolean
dk_refresh_hints_know (const DkRefreshHints *hints, DkContainer *container)
{
  return hints->signers->len > 0
         && dk_container_check_signers (container, "pack",
                                        (const DkMinisignPublic *) (void *) hints->signers->data,
                                        hints->signers->len, NULL, NULL);
}
