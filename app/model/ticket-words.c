/* SPDX-License-Identifier: MIT */
#include "app/model/ticket-words.h"

#include "app/base/text.h"
#include "app/model/answer-words.h"

const char *
dk_ticket_entry_verb (const DkEntry *entry)
{
  static const struct {
    const char *kind;
    const char *verb;
  } table[] = {
    { DK_ENTRY_TICKET_NEW, "captured" },       { DK_ENTRY_TICKET_SET, "changed" },
    { DK_ENTRY_TICKET_PROMOTE, "made a full ticket" }, { DK_ENTRY_TICKET_NOTE, "noted" },
    { DK_ENTRY_TICKET_RESOLVE, "resolved" },   { DK_ENTRY_TICKET_FINAL, "made final" },
    { DK_ENTRY_TICKET_AMEND, "amended" },      { DK_ENTRY_TICKET_VOID, "voided" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (entry->kind, table[i].kind))
      return table[i].verb;
  return NULL;
}

static char *
cut (const char *text, gsize characters_max)
{
  g_autofree char *line = characters_max > 0 ? dk_text_clean_line (text) : NULL;

  return line != NULL ? dk_text_shorten (line, characters_max) : g_strdup (text);
}

static char *
value_words (const json_t *value, gsize characters_max)
{
  g_autofree char *text = NULL;

  if (value == NULL || json_is_null (value))
    return g_strdup ("nothing");
  if (json_is_boolean (value))
    return g_strdup (json_is_true (value) ? "yes" : "no");
  text = dk_answer_words (value);
  return cut (text, characters_max);
}

static gboolean
is_same (const json_t *a, const json_t *b)
{
  gboolean has_a = a != NULL && !json_is_null (a);
  gboolean has_b = b != NULL && !json_is_null (b);

  return has_a == has_b && (!has_a || json_equal (a, b));
}

static void
add_part (GString *words, const char *name, const char *value)
{
  g_string_append_printf (words, "%s%s: %s", words->len > 0 ? "; " : "", name, value);
}

static void
add_fields (GString *words, const DkTicket *before, const DkEntry *entry, gsize characters_max)
{
  gboolean tells_old = g_str_equal (entry->kind, DK_ENTRY_TICKET_AMEND);
  const char *name;
  json_t *value;

  json_object_foreach (json_object_get (entry->body, "fields"), name, value) {
    g_autoptr (json_t) old = dk_ticket_get_field (before, name);
    g_autofree char *from = value_words (old, characters_max);
    g_autofree char *to = value_words (value, characters_max);
    g_autofree char *both = tells_old ? g_strconcat (from, " -> ", to, NULL) : NULL;
    if (!is_same (old, value))
      add_part (words, name, both != NULL ? both : to);
  }
}

char *
dk_ticket_entry_words (const DkTicket *before, const DkEntry *entry, gsize characters_max)
{
  const char *verb = dk_ticket_entry_verb (entry);
  const char *text = dk_json_get_text (entry->body, "text");
  const char *reason = dk_json_get_text (entry->body, "reason");
  g_autoptr (GString) words = g_string_new (NULL);

  if (verb == NULL)
    return NULL;
  if (text != NULL)
    return cut (text, characters_max);
  if (entry->body == NULL)
    return g_strconcat (verb, " (the words were erased)", NULL);
  if (!g_str_equal (entry->kind, DK_ENTRY_TICKET_NEW))
    add_fields (words, before, entry, characters_max);
  if (reason != NULL && words->len == 0)
    g_string_append (words, reason);
  else if (reason != NULL)
    add_part (words, "reason", reason);
  return g_strjoin (words->len > 0 ? ": " : "", verb, words->str, NULL);
}
