/* SPDX-License-Identifier: MIT */
#include "ui/lookup.h"

#include <string.h>

#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/store/content-store.h"
#include "app/store/search.h"
#include "ui/kit-thread.h"

#define PROPOSALS_MAX 8u
#define SEARCHED_MAX 60u
#define LETTERS_MIN 2
#define SHOWN_CHARACTERS 60

static const char *const kinds[]
    = { "contact", "service", "location", "group", "device", NULL };

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

typedef struct {
  char *id;
  char *title;
  char *more; /* shown beside it, NULL = nothing */
} Proposal;

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

static void
free_proposal (gpointer data)
{
  Proposal *proposal = data;

  g_free (proposal->id);
  g_free (proposal->title);
  g_free (proposal->more);
  g_free (proposal);
}

static void
add_proposal (GPtrArray *proposals, const char *id, const char *title, const char *more)
{
  Proposal *proposal = g_new0 (Proposal, 1);

  proposal->id = g_strdup (id);
  proposal->title = g_strdup (title);
  proposal->more = g_strdup (more);
  g_ptr_array_add (proposals, proposal);
}

static gboolean
add_from_search (DkStore *store, const Query *query, GPtrArray *proposals,
                 GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) hits = dk_search (store, query->text, SEARCHED_MAX, cancellable, error);

  for (guint i = 0; hits != NULL && i < hits->len && proposals->len < PROPOSALS_MAX; i++) {
    const DkSearchHit *hit = hits->pdata[i];
    if (g_strcmp0 (hit->kind, query->kind) == 0)
      add_proposal (proposals, hit->id, hit->title, hit->snippet);
  }
  return hits != NULL;
}

/* Rows of a list have an id and a name; both are looked at. */
static gboolean
add_from_list (DkStore *store, const Query *query, GPtrArray *proposals, GError **error)
{
  g_autofree char *document = g_strdup_printf ("list %ss", query->kind);
  g_autofree char *wanted = dk_text_fold (query->text);
  g_autoptr (GError) fault = NULL;
  g_autoptr (json_t) rows = dk_content_store_document (store, document, &fault);

  if (fault != NULL) {
    g_propagate_error (error, g_steal_pointer (&fault));
    return FALSE;
  }
  for (gsize i = 0; i < json_array_size (rows) && proposals->len < PROPOSALS_MAX; i++) {
    const json_t *row = json_array_get (rows, i);
    const char *id = dk_json_get_text (row, "id");
    const char *name = dk_json_get_text (row, "name");
    g_autofree char *words = g_strdup_printf ("%s %s", name != NULL ? name : "", id);
    g_autofree char *folded = dk_text_fold (words);
    if (id != NULL && strstr (folded, wanted) != NULL)
      add_proposal (proposals, id, name != NULL ? name : id, dk_json_get_text (row, "site"));
  }
  return TRUE;
}

static gpointer
find_proposals (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  const Query *query = data;
  DkStore *store = dk_kit_store (kit);
  g_autoptr (GPtrArray) proposals = g_ptr_array_new_with_free_func (free_proposal);
  gboolean searched = g_str_equal (query->kind, "contact") || g_str_equal (query->kind, "service");

  if (!(searched ? add_from_search (store, query, proposals, cancellable, error)
                 : add_from_list (store, query, proposals, error)))
    return NULL;
  return g_steal_pointer (&proposals);
}

static void
show_proposals (gpointer owner, gpointer result, const GError *error)
{
  Lookup *self = g_object_get_data (owner, "dk-lookup");
  g_autoptr (GPtrArray) proposals = result;

  if (proposals == NULL)
    return;
  gtk_list_store_clear (self->store);
  for (guint i = 0; i < proposals->len; i++) {
    const Proposal *proposal = proposals->pdata[i];
    g_autofree char *text = proposal->more != NULL && *proposal->more != '\0'
                                ? g_strdup_printf ("%s   %s", proposal->title, proposal->more)
                                : g_strdup (proposal->title);
    g_autofree char *shown = dk_text_shorten (text, SHOWN_CHARACTERS);
    gtk_list_store_insert_with_values (self->store, NULL, -1, COLUMN_TEXT, shown, COLUMN_TITLE,
                                       proposal->title, COLUMN_ID, proposal->id, -1);
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

/* The list of proposals takes every key of the window and gives it to the entry alone: without this
 * no key of an action, not even the one that locks, would work while it is open. */
static gboolean
on_key (GtkWidget *entry, GdkEventKey *event, gpointer data)
{
  GtkWidget *window = gtk_widget_get_toplevel (entry);
  gboolean may_be_action = (event->state & (GDK_CONTROL_MASK | GDK_MOD1_MASK)) != 0
                           || (event->keyval >= GDK_KEY_F1 && event->keyval <= GDK_KEY_F12);

  return may_be_action && GTK_IS_WINDOW (window)
         && gtk_window_activate_key (GTK_WINDOW (window), event);
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

  if (kind == NULL || !g_strv_contains (kinds, kind))
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
  g_signal_connect (entry, "key-press-event", G_CALLBACK (on_key), NULL);
  g_signal_connect (completion, "match-selected", G_CALLBACK (on_match_selected), self);
}
