/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "forms/cell-private.h"
#include "forms/paper.h"
#include "forms/words-private.h"

void
dk_paper_line_free (DkPaperLine *line)
{
  if (line != NULL) {
    g_free (line->who);
    g_free (line->text);
    g_free (line);
  }
}

static char *
show_value (const DkField *field, const json_t *value, const DkPaperWords *words)
{
  if (value == NULL || json_is_null (value)) {
    return g_strdup ("");
  }
  if (field != NULL) {
    return dk_cell_show (field, value, words);
  }
  return json_is_string (value) ? g_strdup (json_string_value (value)) : dk_json_text (value, TRUE);
}

/* "Caller: Ward desk → Ward desk 5E" for each field; the ticket is as it was before. */
static void
add_changes (GString *text, const DkForm *form, const DkPaperWords *words, const DkTicket *before,
             const DkEntry *entry)
{
  const char *name = NULL;
  json_t *value = NULL;
  json_object_foreach (json_object_get (entry->body, "fields"), name, value) {
    const DkField *field = dk_form_find (form, name);
    g_autoptr (json_t) was = dk_ticket_get_field (before, name);
    g_autofree char *from = show_value (field, was, words);
    g_autofree char *to = show_value (field, value, words);
    g_string_append_printf (text, "%s%s: %s%s%s", text->len > 0 ? "; " : "",
                            field != NULL ? field->label : name, from,
                            *from != '\0' ? " → " : "", *to != '\0' ? to : words->emptied);
  }
}

/* What an entry says on paper; NULL for what the form itself shows. */
static char *
tell (const DkForm *form, const DkPaperWords *words, const DkTicket *before, const DkEntry *entry)
{
  gboolean is_note = strcmp (entry->kind, DK_ENTRY_TICKET_NOTE) == 0;
  gboolean is_amendment = strcmp (entry->kind, DK_ENTRY_TICKET_AMEND) == 0;
  const char *said = dk_json_get_text (entry->body, is_note ? "text" : "reason");
  if (!is_note && !is_amendment && strcmp (entry->kind, DK_ENTRY_TICKET_VOID) != 0) {
    return NULL;
  }
  said = said != NULL ? said : words->erased;
  if (is_note) {
    return g_strdup (said);
  }
  if (!is_amendment) {
    return g_strdup_printf ("%s: %s", words->voided, said);
  }
  g_autoptr (GString) changes = g_string_new (NULL);
  add_changes (changes, form, words, before, entry);
  return g_strdup_printf ("%s: %s%s%s: %s", words->amended, changes->str,
                          changes->len > 0 ? ". " : "", words->reason, said);
}

GPtrArray *
dk_paper_log_new (const DkForm *form, const GPtrArray *entries)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_paper_line_free);
  const DkPaperWords *words = dk_paper_words (dk_form_language (form));
  g_autoptr (DkTicket) ticket = dk_ticket_new ();
  for (guint i = 0; i < entries->len; i++) {
    const DkEntry *entry = g_ptr_array_index (entries, i);
    g_autofree char *text = tell (form, words, ticket, entry);
    if (text != NULL) {
      DkPaperLine *line = g_new0 (DkPaperLine, 1);
      line->when_ms = entry->happened_ms;
      line->who = g_strdup (entry->user);
      line->text = g_steal_pointer (&text);
      g_ptr_array_add (lines, line);
    }
    if (!dk_ticket_apply (ticket, entry, NULL)) {
      g_debug ("an entry that does not fold; its words are on paper all the same");
    }
  }
  return lines;
}
