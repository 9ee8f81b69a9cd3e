/* SPDX-License-Identifier: MIT */
#include "ui/lookup.h"

#include "app/base/limits.h"
#include "app/store/search.h"
#include "ui/kit-thread.h"

#define PROPOSALS_MAX 8u
#define SEARCHED_MAX 60u
#define LETTERS_MIN 2

enum { COLUMN_TEXT, COLUMN_TITLE, COLUMN_ID, N_COLUMNS };

typedef struct {
  GtkEntry *entry; /* owns this */
  char *kind;
  GtkListStore *store;
  GCancellable *running;
  gboolean taking;
  void (*taken) (const char *kind, const char *id, gpointer data);
  gpointer data;
} Lookup;

typedef struct {
  char *kind;
  char *text;
} Query;

static void
free_query (gpointer data)
{
  Query *query = data;

  g_free (query->kind);
  g_free (query->text);
  g_free (query);
}

static void
free_lookup (gpointer data)
{
  Lookup *self = data;

  dk_kit_cancel (self->running);
  g_clear_object (&self->running);
  g_clear_object (&self->store);
  g_free (self->kind);
  g_free (self);
}

static gpointer
find_proposals (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  const Query *query = data;
  GPtrArray *hits
      = dk_search (dk_kit_store (kit), query->text, SEARCHED_MAX, cancellable, error);

  for (guint i = hits != NULL ? hits->len : 0; i > 0; i--)
    if (g_strcmp0 (((DkSearchHit *) hits->pdata[i - 1])->kind, query->kind) != 0)
      (void) g_ptr_array_remove_index (hits, i - 1);
  return hits;
}

static void
show_proposals (gpointer owner, gpointer result, const GError *error)
{
  Lookup *self = g_object_get_data (owner, "dk-lookup");
  g_autoptr (GPtrArray) hits = result;

  if (hits == NULL)
    return;
  gtk_list_store_clear (self->store);
  for (guint i = 0; i < MIN (hits->len, PROPOSALS_MAX); i++) {
    const DkSearchHit *hit = hits->pdata[i];
    g_autofree char *text = hit->snippet != NULL && *hit->snippet != '\0'
                                ? g_strdup_printf ("%s   %s", hit->title, hit->snippet)
                                : g_strdup (hit->title);
    gtk_list_store_insert_with_values (self->store, NULL, -1, COLUMN_TEXT, text, COLUMN_TITLE,
                                       hit->title, COLUMN_ID, hit->id, -1);
  }
  gtk_entry_completion_complete (gtk_entry_get_completion (self->entry));
}

static void
on_changed (GtkEntry *entry, Lookup *self)
{
  const char *text = gtk_entry_get_text (entry);
  Query *query;

  dk_kit_cancel (self->running);
  g_clear_object (&self->running);
  if (self->taking || !gtk_widget_has_focus (GTK_WIDGET (entry)))
    return;
  if (g_utf8_strlen (text, -1) < LETTERS_MIN
      || g_utf8_strlen (text, -1) > DK_LIMIT_SEARCH_BYTES / 4) {
    gtk_list_store_clear (self->store);
    return;
  }
  query = g_new0 (Query, 1);
  query->kind = g_strdup (self->kind);
  query->text = g_strdup (text);
  self->running = g_cancellable_new ();
  dk_kit_run (entry, &(DkKitCall) { .work = find_proposals,
                                    .reply = show_proposals,
                                    .data = query,
                                    .data_free = free_query,
                                    .result_free = (GDestroyNotify) g_ptr_array_unref,
                                    .cancellable = self->running });
}

static gboolean
on_match_selected (GtkEntryCompletion *completion, GtkTreeModel *model, GtkTreeIter *iter,
                   Lookup *self)
{
  g_autofree char *title = NULL;
  g_autofree char *id = NULL;

  gtk_tree_model_get (model, iter, COLUMN_TITLE, &title, COLUMN_ID, &id, -1);
  self->taking = TRUE;
  gtk_entry_set_text (self->entry, title);
  gtk_editable_set_position (GTK_EDITABLE (self->entry), -1);
  self->taking = FALSE;
  self->taken (self->kind, id, self->data);
  return GDK_EVENT_STOP;
}

/* The kit has already chosen what matches. */
static gboolean
match_always (GtkEntryCompletion *completion, const char *key, GtkTreeIter *iter, gpointer data)
{
  return TRUE;
}

void
dk_lookup_attach (GtkEntry *entry, const char *kind,
                  void (*taken) (const char *kind, const char *id, gpointer data), gpointer data)
{
  g_autoptr (GtkEntryCompletion) completion = NULL;
  Lookup *self;

  if (g_strcmp0 (kind, "contact") != 0 && g_strcmp0 (kind, "service") != 0)
    return;
  self = g_new0 (Lookup, 1);
  self->entry = entry;
  self->kind = g_strdup (kind);
  self->taken = taken;
  self->data = data;
  self->store = gtk_list_store_new (N_COLUMNS, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);
  completion = gtk_entry_completion_new ();
  gtk_entry_completion_set_model (completion, GTK_TREE_MODEL (self->store));
  gtk_entry_completion_set_text_column (completion, COLUMN_TEXT);
  gtk_entry_completion_set_match_func (completion, match_always, NULL, NULL);
  gtk_entry_completion_set_minimum_key_length (completion, LETTERS_MIN);
  gtk_entry_set_completion (entry, completion);
  g_object_set_data_full (G_OBJECT (entry), "dk-lookup", self, free_lookup);
  g_signal_connect (entry, "changed", G_CALLBACK (on_changed), self);
  g_signal_connect (completion, "match-selected", G_CALLBACK (on_match_selected), self);
}
