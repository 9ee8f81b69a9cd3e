/* SPDX-License-Identifier: MIT */
#include "app/model/policy-private.h"

#include <string.h>

#include "app/base/pattern.h"

#define NAME_BYTES_MAX 60
#define MESSAGE_BYTES_MAX 300

char **
dk_policy_proofs_default (void)
{
  static const char *const proofs[] = { "callback", "in-person", "manager", "runner", NULL };

  return g_strdupv ((char **) (guintptr) proofs);
}

static gboolean
refuse (char **place, char **message, gsize i, const char *member, const char *words)
{
  *place = g_strdup_printf ("/%" G_GSIZE_FORMAT "%s%s", i, *member != '\0' ? "/" : "", member);
  *message = g_strdup (words);
  return FALSE;
}

static gboolean
refuse_list (char **place, char **message, const char *words)
{
  *place = g_strdup ("");
  *message = g_strdup (words);
  return FALSE;
}

static gboolean
is_short (const char *text, gsize max)
{
  return text != NULL && *text != '\0' && strlen (text) <= max;
}

static gboolean
check_pattern (const json_t *item, gsize i, char **place, char **message)
{
  const json_t *words = json_object_get (item, "message");
  const char *pattern = dk_json_get_text (item, "pattern");
  g_autoptr (GError) fault = NULL;
  g_autoptr (DkPattern) read = NULL;
  g_autofree char *words_of_fault = NULL;
  const char *key;
  json_t *value;

  json_object_foreach ((json_t *) (guintptr) item, key, value)
    if (!g_strv_contains ((const char *const[]) { "name", "pattern", "message", NULL }, key))
      return refuse (place, message, i, "", "has a key other than name, pattern and message");
  if (!is_short (dk_json_get_text (item, "name"), NAME_BYTES_MAX))
    return refuse (place, message, i, "name", "must say in a few words what it finds");
  if (!is_short (pattern, DK_POLICY_PATTERN_BYTES_MAX))
    return refuse (place, message, i, "pattern",
                   "must be a regular expression of at most 500 bytes");
  if (words != NULL && !is_short (json_string_value (words), MESSAGE_BYTES_MAX))
    return refuse (place, message, i, "message", "must be text of at most 300 bytes");
  /* Read as it will be when it is looked for: one that cannot be would never warn. */
  read = dk_pattern_new (pattern, NULL, &fault);
  if (read != NULL)
    return TRUE;
  words_of_fault = g_strdup_printf ("cannot be used: %s", fault->message);
  return refuse (place, message, i, "pattern", words_of_fault);
}

gboolean
dk_policy_check_patterns (const json_t *patterns, char **place, char **message)
{
  if (patterns == NULL)
    return TRUE;
  if (!json_is_array (patterns) || json_array_size (patterns) > DK_POLICY_PATTERNS_MAX)
    return refuse_list (place, message, "must be a list of at most 20 patterns");
  for (gsize i = 0; i < json_array_size (patterns); i++)
    if (!check_pattern (json_array_get (patterns, i), i, place, message))
      return FALSE;
  return TRUE;
}

static gboolean
is_proof (const char *word)
{
  return is_short (word, NAME_BYTES_MAX)
         && strspn (word, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen (word);
}

gboolean
dk_policy_check_proofs (const json_t *proofs, char **place, char **message)
{
  if (proofs == NULL)
    return TRUE;
  if (!json_is_array (proofs) || json_array_size (proofs) < 1
      || json_array_size (proofs) > DK_POLICY_PROOFS_MAX)
    return refuse_list (place, message, "must be a list of 1 to 10 words, the best proof first");
  for (gsize i = 0; i < json_array_size (proofs); i++) {
    const char *word = json_string_value (json_array_get (proofs, i));
    if (!is_proof (word))
      return refuse (place, message, i, "", "must be a word of a-z, 0-9 and dashes");
    for (gsize k = 0; k < i; k++)
      if (strcmp (word, json_string_value (json_array_get (proofs, k))) == 0)
        return refuse (place, message, i, "", "stands there twice");
  }
  return TRUE;
}

static gboolean
fail (const char *list, const char *place, const char *message, GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "The policy at %s%s %s. Nothing was changed.",
               list, place, message);
  return FALSE;
}

static void
take_patterns (DkPolicy *policy, const json_t *patterns)
{
  g_ptr_array_set_size (policy->capture_patterns, 0);
  for (gsize i = 0; i < json_array_size (patterns); i++) {
    const json_t *item = json_array_get (patterns, i);
    const char *name = dk_json_get_text (item, "name");
    const char *words = dk_json_get_text (item, "message");
    g_autofree char *fallback
        = g_strdup_printf ("this looks like a %s; write room and bed only", name);
    g_ptr_array_add (policy->capture_patterns,
                     dk_capture_pattern_new (name, dk_json_get_text (item, "pattern"),
                                             words != NULL ? words : fallback));
  }
}

static void
take_proofs (DkPolicy *policy, const json_t *proofs)
{
  g_strfreev (policy->identity_proofs);
  policy->identity_proofs = g_new0 (char *, json_array_size (proofs) + 1);
  for (gsize i = 0; i < json_array_size (proofs); i++)
    policy->identity_proofs[i] = g_strdup (json_string_value (json_array_get (proofs, i)));
}

gboolean
dk_policy_read_capture (DkPolicy *policy, const json_t *document, GError **error)
{
  const json_t *patterns = json_object_get (json_object_get (document, "capture"), "patterns");
  const json_t *proofs = json_object_get (json_object_get (document, "identity"), "proofs");
  g_autofree char *place = NULL;
  g_autofree char *message = NULL;

  if (!dk_policy_check_patterns (patterns, &place, &message))
    return fail ("/capture/patterns", place, message, error);
  if (!dk_policy_check_proofs (proofs, &place, &message))
    return fail ("/identity/proofs", place, message, error);
  if (patterns != NULL)
    take_patterns (policy, patterns);
  if (proofs != NULL)
    take_proofs (policy, proofs);
  return TRUE;
}

void
dk_policy_capture_to_json (const DkPolicy *policy, json_t *document)
{
  json_t *patterns = json_array ();
  json_t *proofs = json_array ();

  for (guint i = 0; i < policy->capture_patterns->len; i++) {
    const DkCapturePattern *pattern = g_ptr_array_index (policy->capture_patterns, i);
    json_array_append_new (patterns,
                           json_pack ("{s:s, s:s, s:s}", "name", pattern->name, "pattern",
                                      pattern->pattern, "message", pattern->message));
  }
  for (char **proof = policy->identity_proofs; *proof != NULL; proof++)
    json_array_append_new (proofs, dk_json_string (*proof));
  json_object_set_new (json_object_get (document, "capture"), "patterns", patterns);
  json_object_set_new (document, "identity", json_pack ("{s:o}", "proofs", proofs));
}
