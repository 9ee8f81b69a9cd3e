/* SPDX-License-Identifier: MIT */
#include "app/model/call-tree.h"

#include <string.h>

#include "app/base/text.h"

#define WAIT_MIN_MAX 1440

static void
call_free (gpointer data)
{
  DkCall *call = data;

  g_free (call->contact);
  g_free (call->by);
  g_free (call->say);
  g_free (call->instead);
  g_free (call);
}

DkCallTree *
dk_call_tree_new (void)
{
  DkCallTree *tree = g_new0 (DkCallTree, 1);

  tree->calls = g_ptr_array_new_with_free_func (call_free);
  return tree;
}

void
dk_call_tree_free (DkCallTree *tree)
{
  if (tree == NULL)
    return;
  g_free (tree->id);
  g_free (tree->title);
  g_free (tree->service);
  g_free (tree->owner);
  g_free (tree->say);
  g_free (tree->audience);
  g_ptr_array_unref (tree->calls);
  g_free (tree);
}

DkCall *
dk_call_tree_add (DkCallTree *tree, const char *contact)
{
  DkCall *call = g_new0 (DkCall, 1);

  call->contact = g_strdup (contact);
  g_ptr_array_add (tree->calls, call);
  return call;
}

static gboolean
is_called_before (const DkCallTree *tree, guint place, const char *contact)
{
  for (guint i = 0; i < place; i++)
    if (g_strcmp0 (((const DkCall *) g_ptr_array_index (tree->calls, i))->contact, contact) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
refuse_call (guint place, const char *contact, const char *why, GError **error)
{
  g_autofree char *shown = dk_text_printable (contact != NULL ? contact : "", FALSE);

  g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "call %u (%s): %s", place + 1, shown, why);
  return FALSE;
}

static gboolean
check_call (const DkCallTree *tree, guint place, GError **error)
{
  const DkCall *call = g_ptr_array_index (tree->calls, place);

  if (call->contact == NULL || *call->contact == '\0')
    return refuse_call (place, NULL, "it names no contact; say who is to be called.", error);
  if (is_called_before (tree, place, call->contact))
    return refuse_call (place, call->contact,
                        "this contact stands further up already; call everybody once.", error);
  if (call->by != NULL && !is_called_before (tree, place, call->by))
    return refuse_call (place, call->contact,
                        "whoever calls must stand further up in the tree, since nobody would have "
                        "called them before.",
                        error);
  if (call->instead != NULL && strcmp (call->instead, call->contact) == 0)
    return refuse_call (place, call->contact,
                        "`instead` is the same contact; name another one or leave it out.", error);
  if (call->wait_min < 0 || call->wait_min > WAIT_MIN_MAX)
    return refuse_call (place, call->contact, "the wait must be 0 to 1440 minutes.", error);
  return TRUE;
}

gboolean
dk_call_tree_check (const DkCallTree *tree, GError **error)
{
  if (tree->title == NULL || *tree->title == '\0') {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "A call tree needs a title.");
    return FALSE;
  }
  if (tree->calls->len == 0 || tree->calls->len > DK_CALLS_MAX) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "A call tree has 1 to %d calls; this one has %u.", DK_CALLS_MAX,
                 tree->calls->len);
    return FALSE;
  }
  for (guint i = 0; i < tree->calls->len; i++)
    if (!check_call (tree, i, error))
      return FALSE;
  return TRUE;
}

json_t *
dk_call_tree_to_json (const DkCallTree *tree)
{
  json_t *json = json_object ();
  json_t *calls = json_array ();

  dk_json_set_text (json, "id", tree->id);
  dk_json_set_text (json, "title", tree->title);
  dk_json_set_text (json, "service", tree->service);
  dk_json_set_text (json, "owner", tree->owner);
  dk_json_set_text (json, "say", tree->say);
  dk_json_set_text (json, "audience", tree->audience);
  for (guint i = 0; i < tree->calls->len; i++) {
    const DkCall *call = g_ptr_array_index (tree->calls, i);
    json_t *object = json_object ();
    dk_json_set_text (object, "contact", call->contact);
    dk_json_set_text (object, "by", call->by);
    dk_json_set_text (object, "say", call->say);
    dk_json_set_text (object, "instead", call->instead);
    if (call->wait_min > 0)
      json_object_set_new (object, "wait_min", json_integer (call->wait_min));
    json_array_append_new (calls, object);
  }
  json_object_set_new (json, "calls", calls);
  return json;
}

/* Puts texts of an object where `names` says; FALSE for any other member but `also`. */
static gboolean
take_texts (const json_t *json, const char *const *names, char ***places, const char *also,
            GError **error)
{
  const char *key;
  json_t *value;

  json_object_foreach ((json_t *) json, key, value) {
    guint i = 0;
    while (names[i] != NULL && strcmp (names[i], key) != 0)
      i++;
    if (names[i] == NULL ? strcmp (key, also) != 0 : !json_is_string (value)) {
      g_autofree char *shown = dk_text_printable (key, FALSE);
      g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "A call tree cannot hold \"%s\" here.",
                   shown);
      return FALSE;
    }
    if (names[i] != NULL) {
      g_free (*places[i]);
      *places[i] = g_strdup (json_string_value (value));
    }
  }
  return TRUE;
}

static gboolean
read_call (DkCallTree *tree, const json_t *json, GError **error)
{
  static const char *const names[] = { "contact", "by", "say", "instead", NULL };
  DkCall *call = dk_call_tree_add (tree, NULL);
  char **places[] = { &call->contact, &call->by, &call->say, &call->instead };
  gint64 wait = dk_json_get_int (json, "wait_min", 0);

  if (!json_is_object (json)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "A call must be an object.");
    return FALSE;
  }
  if (!take_texts (json, names, places, "wait_min", error))
    return FALSE;
  call->wait_min = wait >= 0 && wait <= WAIT_MIN_MAX ? (int) wait : -1;
  return TRUE;
}

DkCallTree *
dk_call_tree_from_json (const json_t *json, GError **error)
{
  static const char *const names[] = { "id", "title", "service", "owner", "say", "audience", NULL };
  g_autoptr (DkCallTree) tree = dk_call_tree_new ();
  char **places[] = { &tree->id, &tree->title, &tree->service,
                      &tree->owner, &tree->say, &tree->audience };
  const json_t *calls = json_object_get (json, "calls");

  if (!json_is_object (json) || !json_is_array (calls)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "A call tree is an object with a list `calls`.");
    return NULL;
  }
  if (!take_texts (json, names, places, "calls", error))
    return NULL;
  for (gsize i = 0; i < json_array_size (calls) && i <= DK_CALLS_MAX; i++)
    if (!read_call (tree, json_array_get (calls, i), error))
      return NULL;
  return dk_call_tree_check (tree, error) ? g_steal_pointer (&tree) : NULL;
}
