/* SPDX-License-Identifier: MIT */
#include "ui/lookup.h"

#include <string.h>

#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/store/search.h"
#include "ui/kit-thread.h"
#include "ui/lookup-list.h"
#include "ui/people-work.h"

#define PROPOSALS_MAX 8u
#define LETTERS_MIN 2
#define SHOWN_CHARACTERS 60

static const char *const kinds[]
    = { "contact", "service", "device", "operator", "location", "group", NULL };
/* These lie in lists of the content, without an index. */
static const char *const list_kinds[] = { "location", "group", NULL };

enum { COLUMN_TEXT, COLUMN_TITLE, COLUMN_ID, N_COLUMNS };

typedef struct {
  GtkEntry *entry; /* owns this */
  char *kind;
  GtkListStore *store;
  GCancellable *running;
  gboolean taking;
  gint64 key_us; /* when the last key was typed */
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
  const char *const wanted[] = { query->kind, NULL };
  const DkSearchWish wish = { .site = dk_store_identity (store)->site,
                              .kinds = wanted,
                              .limit = PROPOSALS_MAX };
  g_autoptr (GPtrArray) hits = dk_search_with (store, query->text, &wish, cancellable, error);

  for (guint i = 0; hits != NULL && i < hits->len; i++) {
    const DkSearchHit *hit = hits->pdata[i];
    add_proposal (proposals, hit->id, hit->title, hit->snippet);
  }
  return hits != NULL;
}

/* People who can open this kit. */
static gboolean
add_from_people (DkKit *kit, const Query *query, GPtrArray *proposals, GCancellable *cancellable,
                 GError **error)
{
  DkPeopleView *view = dk_people_work_load (kit, NULL, cancellable, error);
  g_autofree char *wanted = dk_text_fold (query->text);

  for (guint i = 0; view != NULL && i < view->rows->len && proposals->len < PROPOSALS_MAX; i++) {
    const DkPersonRow *row = view->rows->pdata[i];
    g_autofree char *folded = dk_text_fold (row->name);
    if (strstr (folded, wanted) != NULL)
      add_proposal (proposals, row->name, row->name, dk_role_name (row->role));
  }
  if (view == NULL)
    return FALSE;
  dk_people_view_free (view);
  return TRUE;
}

static gpointer
find_proposals (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  const Query *query = data;
  g_autoptr (GPtrArray) proposals = g_ptr_array_new_with_free_func (free_proposal);
  gboolean found = g_str_equal (query->kind, "operator")
                       ? add_from_people (kit, query, proposals, cancellable, error)
                       : add_from_search (dk_kit_store (kit), query, proposals, cancellable,
                                          error);

  return found ? g_steal_pointer (&proposals) : NULL;
}

/* Told where G_MESSAGES_DEBUG asks for it. */
static void
tell_time (Lookup *self, guint count)
{
  g_debug ("lookup: %u proposals for a %s %d ms after the key", count, self->kind,
           (int) ((g_get_monotonic_time () - self->key_us) / 1000));
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
  tell_time (self, proposals->len);
}

static void show_rows (GObject *entry);

/* The list is in memory: no need to ask the kit at each key. */
static void
propose_rows (Lookup *self)
{
  g_autoptr (GPtrArray) rows = dk_lookup_list_find (
      self->kind, gtk_entry_get_text (self->entry), PROPOSALS_MAX);
  g_autoptr (GPtrArray) proposals = g_ptr_array_new_with_free_func (free_proposal);

  if (rows == NULL) {
    dk_lookup_list_prepare (self->kind, G_OBJECT (self->entry), show_rows);
    return;
  }
  for (guint i = 0; i < rows->len; i++) {
    const DkLookupRow *row = rows->pdata[i];
    add_proposal (proposals, row->id, row->name, row->site);
  }
  show_proposals (self->entry, g_steal_pointer (&proposals), NULL);
}

static gboolean
can_be_searched (const char *text)
{
  return g_utf8_strlen (text, -1) >= LETTERS_MIN
         && g_utf8_strlen (text, -1) <= DK_LIMIT_SEARCH_BYTES / 4;
}

/* The list came after the letters. */
static void
show_rows (GObject *entry)
{
  Lookup *self = g_object_get_data (entry, "dk-lookup");

  if (gtk_widget_has_focus (GTK_WIDGET (entry))
      && can_be_searched (gtk_entry_get_text (GTK_ENTRY (entry))))
    propose_rows (self);
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
  if (!can_be_searched (text)) {
    gtk_list_store_clear (self->store);
    return;
  }
  self->key_us = g_get_monotonic_time ();
  if (g_strv_contains (list_kinds, self->kind)) {
    propose_rows (self);
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

/* A pack may have come since. */
static gboolean
on_focus_in (GtkWidget *entry, GdkEvent *event, Lookup *self)
{
  dk_lookup_list_prepare (self->kind, G_OBJECT (entry), NULL);
  return GDK_EVENT_PROPAGATE;
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
  if (g_strv_contains (list_kinds, kind))
    g_signal_connect (entry, "focus-in-event", G_CALLBACK (on_focus_in), self);
  g_signal_connect (completion, "match-selected", G_CALLBACK (on_match_selected), self);
}
