/* SPDX-License-Identifier: MIT */
#include "app/content/lead-search.h"

#include <string.h>

#include "app/base/text.h"

static const char *
or_empty (const char *text)
{
  return text != NULL ? text : "";
}

static void
take_hit (GPtrArray *hits, const DkSearchThing *thing, const char *text)
{
  DkSearchHit *hit = dk_search_try (thing, text);

  if (hit != NULL)
    g_ptr_array_add (hits, hit);
}

/* Addresses have letters and are words; the rest is dialled. */
static void
describe_number (const DkContactNumber *number, GString *snippet, GString *words, GString *digits)
{
  g_autofree char *bare = dk_text_digits (number->value);

  g_string_append_printf (snippet, "%s%s %s", snippet->len > 0 ? " · " : "", number->kind,
                          number->value);
  if (g_str_equal (number->kind, "email") || *bare == '\0')
    g_string_append_printf (words, " %s", number->value);
  else
    g_string_append_printf (digits, "%s%s", digits->len > 0 ? " " : "", bare);
}

static gint64
latest_change (const DkContact *contact, GPtrArray *changes)
{
  gint64 latest = 0;

  for (guint i = 0; changes != NULL && i < contact->numbers->len; i++) {
    const DkContactNumber *number = g_ptr_array_index (contact->numbers, i);
    latest = MAX (latest, dk_number_changes_find (changes, contact->id, number->value));
  }
  return latest;
}

static void
try_contact (GPtrArray *hits, const DkContact *c, const char *text, GPtrArray *changes)
{
  g_autoptr (GString) snippet = g_string_new (c->role);
  g_autoptr (GString) digits = g_string_new (NULL);
  g_autoptr (GString) words = g_string_new (c->role);
  guint before = hits->len;

  g_string_append_printf (words, " %s %s %s %s %s %s", or_empty (c->team), or_empty (c->site),
                          or_empty (c->note), or_empty (c->lead_note), or_empty (c->login), c->id);
  for (guint i = 0; i < c->numbers->len; i++)
    describe_number (g_ptr_array_index (c->numbers, i), snippet, words, digits);
  take_hit (hits,
            &(DkSearchThing) { .kind = "contact", .id = c->id, .title = c->name,
                               .snippet = snippet->str, .words = words->str,
                               .digits = digits->str },
            text);
  if (hits->len > before)
    ((DkSearchHit *) g_ptr_array_index (hits, before))->number_changed_ms
        = latest_change (c, changes);
}

static void
try_runbook (GPtrArray *hits, const DkRunbook *r, const char *text)
{
  g_autofree char *tags = r->tags != NULL ? g_strjoinv (" ", r->tags) : g_strdup ("");
  g_autofree char *words
      = g_strjoin (" ", tags, or_empty (r->service), or_empty (r->markdown), r->id, NULL);
  g_autofree char *snippet = g_strdup_printf ("runbook · reviewed %s", or_empty (r->reviewed));

  take_hit (hits,
            &(DkSearchThing) { .kind = "runbook", .id = r->id, .title = r->title,
                               .snippet = snippet, .words = words },
            text);
}

static void
try_tree (GPtrArray *hits, const DkCallTree *tree, const char *text)
{
  g_autofree char *words
      = g_strjoin (" ", or_empty (tree->service), or_empty (tree->say), tree->id, NULL);
  g_autofree char *snippet = g_strdup_printf ("call tree · %u to call", tree->calls->len);

  take_hit (hits,
            &(DkSearchThing) { .kind = "call-tree", .id = tree->id, .title = tree->title,
                               .snippet = snippet, .words = words },
            text);
}

GPtrArray *
dk_lead_search (const DkPackContent *lead, const char *text, GPtrArray *changes)
{
  GPtrArray *hits = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_search_hit_free);

  for (guint i = 0; i < lead->contacts->len; i++)
    try_contact (hits, g_ptr_array_index (lead->contacts, i), text, changes);
  for (guint i = 0; i < lead->runbooks->len; i++)
    try_runbook (hits, g_ptr_array_index (lead->runbooks, i), text);
  for (guint i = 0; i < lead->call_trees->len; i++)
    try_tree (hits, g_ptr_array_index (lead->call_trees, i), text);
  return hits;
}
