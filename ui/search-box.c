/* SPDX-License-Identifier: MIT */
#include "ui/search-box.h"

#include <glib/gi18n.h>

#include "app/base/limits.h"
#include "app/plan/oncall.h"
#include "app/store/search.h"
#include "ui/kit-thread.h"
#include "ui/lead-part.h"
#include "ui/scan.h"

#define HITS_MAX 40u
#define ROWS_AT_ONCE 12u /* as many as are seen; the others come when these are painted */
#define ON_CALL_AGE_US (60 * G_USEC_PER_SEC)
#define GUESSED "guess"

struct _DkSearchBox {
  GtkBox parent_instance;
  GtkWidget *entry;
  GtkWidget *popover;
  GtkLabel *count;
  GtkListBox *list;
  GCancellable *running;
  GtkWidget *came_from; /* weak: what had the focus before the field */
  gboolean open_first;  /* Enter was pressed before the results came */
  char **on_call;       /* ids of contacts on call; NULL = not known */
  gint64 on_call_us;    /* when they were asked for; 0 = never */
  GPtrArray *rest;      /* of rows that are made after the first are painted; NULL = none */
  guint rest_source;
  gint64 key_us;        /* when the last key was typed; 0 = its results were painted */
  gulong painted;
};

G_DEFINE_FINAL_TYPE (DkSearchBox, dk_search_box, GTK_TYPE_BOX)

static guint chosen_signal;

/* The order in which groups of equal rank stand, and their words. */
static const struct {
  const char *kind;
  const char *title;
} groups[] = {
  { "contact", N_ ("People and teams") },
  { "runbook", N_ ("Runbooks") },
  { "service", N_ ("Services") },
  { "call-tree", N_ ("Call trees") },
  { "device", N_ ("Devices") },
  { "ticket", N_ ("Tickets and calls") },
  { GUESSED, N_ ("Did you mean") },
};

/* What is looked for, and what should come first. */
typedef struct {
  char *text;
  char **on_call;
} Query;

static void
free_query (gpointer data)
{
  Query *query = data;

  g_free (query->text);
  g_strfreev (query->on_call);
  g_free (query);
}

static const char *
group_title (const char *kind)
{
  for (gsize i = 0; i < G_N_ELEMENTS (groups); i++)
    if (g_strcmp0 (groups[i].kind, kind) == 0)
      return _ (groups[i].title);
  return kind;
}

static const char *
group_of (const DkSearchHit *hit)
{
  return hit->is_guess ? GUESSED : hit->kind;
}

static void
clear_results (DkSearchBox *self)
{
  g_autoptr (GList) rows = gtk_container_get_children (GTK_CONTAINER (self->list));

  g_clear_handle_id (&self->rest_source, g_source_remove);
  g_clear_pointer (&self->rest, g_ptr_array_unref);
  for (GList *l = rows; l != NULL; l = l->next)
    gtk_widget_destroy (l->data);
}

static void
set_came_from (DkSearchBox *self, GtkWidget *widget)
{
  if (self->came_from != NULL)
    g_object_remove_weak_pointer (G_OBJECT (self->came_from), (gpointer *) &self->came_from);
  self->came_from = widget;
  if (widget != NULL)
    g_object_add_weak_pointer (G_OBJECT (widget), (gpointer *) &self->came_from);
}

static void
choose (DkSearchBox *self, GtkListBoxRow *row)
{
  g_autofree char *kind = g_strdup (g_object_get_data (G_OBJECT (row), "kind"));
  g_autofree char *id = g_strdup (g_object_get_data (G_OBJECT (row), "id"));

  gtk_popover_popdown (GTK_POPOVER (self->popover));
  gtk_entry_set_text (GTK_ENTRY (self->entry), "");
  g_signal_emit (self, chosen_signal, 0, kind, id);
}

/* "ON CALL · NUMBER CHANGED 12 Nov · mobile 919-555-0100". New string. */
static char *
snippet_words (const DkSearchHit *hit)
{
  g_autoptr (GString) words = g_string_new (NULL);

  if (hit->is_guess)
    g_string_append_printf (words, "%s · ", group_title (hit->kind));
  if (hit->for_leads)
    g_string_append (words, _ ("LEADS ONLY · "));
  if (hit->on_call)
    g_string_append (words, _ ("ON CALL · "));
  if (hit->number_changed_ms != 0) {
    g_autoptr (GDateTime) day = g_date_time_new_from_unix_local (hit->number_changed_ms / 1000);
    g_autofree char *text = g_date_time_format (day, "%-d %b");
    g_string_append_printf (words, _ ("NUMBER CHANGED %s · "), text);
  }
  if (hit->snippet != NULL)
    g_string_append (words, hit->snippet);
  return g_string_free (g_steal_pointer (&words), FALSE);
}

static GtkWidget *
new_row (const DkSearchHit *hit)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  g_autofree char *words = snippet_words (hit);
  GtkWidget *title = gtk_label_new (hit->title);
  GtkWidget *snippet = gtk_label_new (words);
  g_autofree char *name
      = g_strdup_printf ("%s: %s, %s", group_title (group_of (hit)), hit->title, words);

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_xalign (GTK_LABEL (snippet), 0);
  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
  gtk_label_set_ellipsize (GTK_LABEL (snippet), PANGO_ELLIPSIZE_END);
  gtk_style_context_add_class (gtk_widget_get_style_context (title), "strong");
  gtk_style_context_add_class (gtk_widget_get_style_context (snippet), "tabular");
  if (hit->number_changed_ms != 0)
    gtk_style_context_add_class (gtk_widget_get_style_context (snippet), "changed");
  gtk_container_add (GTK_CONTAINER (box), title);
  gtk_container_add (GTK_CONTAINER (box), snippet);
  gtk_container_add (GTK_CONTAINER (row), box);
  gtk_style_context_add_class (gtk_widget_get_style_context (row), "hit");
  g_object_set_data_full (G_OBJECT (row), "kind", g_strdup (hit->kind), g_free);
  g_object_set_data_full (G_OBJECT (row), "group", g_strdup (group_of (hit)), g_free);
  g_object_set_data_full (G_OBJECT (row), "id", g_strdup (hit->id), g_free);
  atk_object_set_name (gtk_widget_get_accessible (row), name);
  gtk_widget_show_all (row);
  gtk_widget_set_visible (snippet, *words != '\0');
  return row;
}

static void
set_header (GtkListBoxRow *row, GtkListBoxRow *before, gpointer data)
{
  const char *kind = g_object_get_data (G_OBJECT (row), "group");
  GtkWidget *label;

  if (before != NULL && g_strcmp0 (kind, g_object_get_data (G_OBJECT (before), "group")) == 0) {
    gtk_list_box_row_set_header (row, NULL);
    return;
  }
  label = gtk_label_new (group_title (kind));
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), "group-title");
  gtk_widget_show (label);
  gtk_list_box_row_set_header (row, label);
}

static gboolean
add_rest (gpointer data)
{
  DkSearchBox *self = data;
  g_autoptr (GPtrArray) rest = g_steal_pointer (&self->rest);

  self->rest_source = 0;
  for (guint i = 0; i < rest->len; i++)
    gtk_container_add (GTK_CONTAINER (self->list), new_row (rest->pdata[i]));
  return G_SOURCE_REMOVE;
}

/* Groups stand in the order of their best hit, so that the very best one is the first row; what was
 * only guessed comes last. New array, the hits borrowed from `hits`. */
static GPtrArray *
sort_hits (GPtrArray *hits)
{
  g_autoptr (GHashTable) done = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *sorted = g_ptr_array_new ();

  for (guint i = 0; i < hits->len; i++) {
    const char *group = group_of (hits->pdata[i]);
    if (!g_hash_table_add (done, (gpointer) group))
      continue;
    for (guint k = i; k < hits->len; k++)
      if (g_str_equal (group_of (hits->pdata[k]), group))
        g_ptr_array_add (sorted, hits->pdata[k]);
  }
  return sorted;
}

static gpointer
copy_hit (const DkSearchHit *hit)
{
  DkSearchHit *copy = g_memdup2 (hit, sizeof *hit);

  copy->kind = g_strdup (hit->kind);
  copy->id = g_strdup (hit->id);
  copy->title = g_strdup (hit->title);
  copy->snippet = g_strdup (hit->snippet);
  copy->source = g_strdup (hit->source);
  copy->imported_by = g_strdup (hit->imported_by);
  return copy;
}

static void
free_hit (gpointer data)
{
  DkSearchHit *hit = data;

  g_free (hit->kind);
  g_free (hit->id);
  g_free (hit->title);
  g_free (hit->snippet);
  g_free (hit->source);
  g_free (hit->imported_by);
  g_free (hit);
}

static void
add_hits (DkSearchBox *self, GPtrArray *hits)
{
  g_autoptr (GPtrArray) sorted = sort_hits (hits);

  for (guint i = 0; i < MIN (sorted->len, ROWS_AT_ONCE); i++)
    gtk_container_add (GTK_CONTAINER (self->list), new_row (sorted->pdata[i]));
  if (sorted->len <= ROWS_AT_ONCE)
    return;
  self->rest = g_ptr_array_new_with_free_func (free_hit);
  for (guint i = ROWS_AT_ONCE; i < sorted->len; i++)
    g_ptr_array_add (self->rest, copy_hit (sorted->pdata[i]));
}

/* Told where G_MESSAGES_DEBUG asks for it. */
static void
on_painted (GdkFrameClock *clock, DkSearchBox *self)
{
  if (self->key_us != 0)
    g_debug ("search: results painted %d ms after the key",
             (int) ((g_get_monotonic_time () - self->key_us) / 1000));
  self->key_us = 0;
  g_clear_signal_handler (&self->painted, clock);
  if (self->rest != NULL && self->rest_source == 0)
    self->rest_source = g_idle_add (add_rest, self);
}

static void
wait_for_paint (DkSearchBox *self)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (self->popover);

  if (clock != NULL && self->painted == 0)
    self->painted = g_signal_connect_object (clock, "after-paint", G_CALLBACK (on_painted), self,
                                             0);
  else if (clock == NULL && self->rest != NULL)
    self->rest_source = g_idle_add (add_rest, self);
}

static void
show_hits (gpointer owner, gpointer result, const GError *error)
{
  DkSearchBox *self = owner;
  g_autoptr (GPtrArray) hits = result;
  g_autofree char *words = NULL;
  GtkListBoxRow *first;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (*gtk_entry_get_text (GTK_ENTRY (self->entry)) == '\0')
    return;
  clear_results (self);
  if (error != NULL) {
    gtk_label_set_text (self->count, error->message);
    gtk_popover_popup (GTK_POPOVER (self->popover));
    return;
  }
  add_hits (self, hits);
  if (hits->len == 0)
    words = g_strdup (_ ("Nothing found. Try fewer letters, a number, or a unit."));
  else if (hits->len >= HITS_MAX)
    words = g_strdup_printf (_ ("The best %u. Type more to narrow."), hits->len);
  else
    words = g_strdup_printf (g_dngettext (NULL, "%u result", "%u results", hits->len), hits->len);
  gtk_label_set_text (self->count, words);
  first = gtk_list_box_get_row_at_index (self->list, 0);
  gtk_list_box_select_row (self->list, first);
  gtk_popover_popup (GTK_POPOVER (self->popover));
  wait_for_paint (self);
  if (self->open_first && first != NULL)
    choose (self, first);
  self->open_first = FALSE;
}

static gpointer
find_hits (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  const Query *query = data;
  DkStore *store = dk_kit_store (kit);
  const DkSearchWish wish = { .site = dk_store_identity (store)->site,
                              .on_call = (const char *const *) query->on_call,
                              .limit = HITS_MAX };

  g_autoptr (GPtrArray) hits = dk_search_with (store, query->text, &wish, cancellable, error);

  if (hits == NULL || !dk_lead_part_search (kit, query->text, hits, HITS_MAX, error))
    return NULL;
  return g_steal_pointer (&hits);
}

/* -> ids, NULL-terminated */
static gpointer
find_on_call (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) turns = dk_oncall_at (dk_kit_store (kit), NULL, 0, error);
  GPtrArray *ids;

  if (turns == NULL)
    return NULL;
  ids = g_ptr_array_new ();
  for (guint i = 0; i < turns->len; i++)
    g_ptr_array_add (ids, g_strdup (((const DkOnCall *) turns->pdata[i])->contact_id));
  g_ptr_array_add (ids, NULL);
  return g_ptr_array_free (ids, FALSE);
}

/* Without it the search does its work as well, only in another order. */
static void
take_on_call (gpointer owner, gpointer result, const GError *error)
{
  DkSearchBox *self = owner;

  if (error != NULL)
    return;
  g_strfreev (self->on_call);
  self->on_call = result;
}

static void
ask_on_call (DkSearchBox *self)
{
  gint64 now_us = g_get_monotonic_time ();

  if (self->on_call_us != 0 && now_us - self->on_call_us < ON_CALL_AGE_US)
    return;
  self->on_call_us = now_us;
  dk_kit_run (self, &(DkKitCall) { .work = find_on_call,
                                   .reply = take_on_call,
                                   .result_free = (GDestroyNotify) g_strfreev });
}

static void
on_changed (GtkEditable *editable, DkSearchBox *self)
{
  const char *text = gtk_entry_get_text (GTK_ENTRY (self->entry));
  g_autofree char *clean = g_strstrip (g_utf8_substring (text, 0, MIN (g_utf8_strlen (text, -1),
                                                                       DK_LIMIT_SEARCH_BYTES / 4)));
  Query *query;

  dk_kit_cancel (self->running);
  g_clear_object (&self->running);
  self->open_first = FALSE;
  if (*clean == '\0') {
    gtk_popover_popdown (GTK_POPOVER (self->popover));
    clear_results (self);
    return;
  }
  self->key_us = g_get_monotonic_time ();
  query = g_new0 (Query, 1);
  query->text = g_steal_pointer (&clean);
  query->on_call = g_strdupv (self->on_call);
  self->running = g_cancellable_new ();
  dk_kit_run (self, &(DkKitCall) { .work = find_hits,
                                   .reply = show_hits,
                                   .data = query,
                                   .data_free = free_query,
                                   .result_free = (GDestroyNotify) g_ptr_array_unref,
                                   .cancellable = self->running });
}

static void
on_activate (GtkEntry *entry, DkSearchBox *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->list);
  g_autofree char *text = g_strstrip (g_strdup (gtk_entry_get_text (entry)));

  if (dk_scan_looks_like_number (text)) {
    gtk_entry_set_text (entry, "");
    g_signal_emit (self, chosen_signal, 0, "number", text);
    return;
  }
  if (row == NULL)
    row = gtk_list_box_get_row_at_index (self->list, 0);
  if (row != NULL && gtk_widget_get_visible (self->popover))
    choose (self, row);
  else
    self->open_first = *gtk_entry_get_text (entry) != '\0';
}

static void
on_stop (GtkSearchEntry *entry, DkSearchBox *self)
{
  GtkWidget *back = self->came_from;

  gtk_entry_set_text (GTK_ENTRY (self->entry), "");
  gtk_popover_popdown (GTK_POPOVER (self->popover));
  if (back != NULL && gtk_widget_get_mapped (back))
    gtk_widget_grab_focus (back);
  else
    (void) gtk_widget_child_focus (gtk_widget_get_toplevel (self->entry), GTK_DIR_TAB_FORWARD);
  set_came_from (self, NULL);
}

static void
move_selection (DkSearchBox *self, int step)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->list);
  int i = row != NULL ? gtk_list_box_row_get_index (row) + step : 0;
  GtkListBoxRow *next = i >= 0 ? gtk_list_box_get_row_at_index (self->list, i) : NULL;

  if (next != NULL)
    gtk_list_box_select_row (self->list, next);
}

static gboolean
on_entry_key (GtkWidget *widget, GdkEventKey *event, DkSearchBox *self)
{
  if (!gtk_widget_get_visible (self->popover))
    return GDK_EVENT_PROPAGATE;
  if (event->keyval == GDK_KEY_Down || event->keyval == GDK_KEY_Up) {
    move_selection (self, event->keyval == GDK_KEY_Down ? 1 : -1);
    return GDK_EVENT_STOP;
  }
  return GDK_EVENT_PROPAGATE;
}

static gboolean
on_list_key (GtkWidget *widget, GdkEventKey *event, DkSearchBox *self)
{
  if (event->keyval != GDK_KEY_Escape)
    return GDK_EVENT_PROPAGATE;
  on_stop (GTK_SEARCH_ENTRY (self->entry), self);
  return GDK_EVENT_STOP;
}

static gboolean
on_entry_focus_in (GtkWidget *widget, GdkEvent *event, DkSearchBox *self)
{
  ask_on_call (self);
  return GDK_EVENT_PROPAGATE;
}

static gboolean
on_entry_focus_out (GtkWidget *widget, GdkEvent *event, DkSearchBox *self)
{
  GtkWidget *window = gtk_widget_get_toplevel (widget);
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (window));

  if (focus != NULL && focus != widget && !gtk_widget_is_ancestor (focus, self->popover))
    gtk_popover_popdown (GTK_POPOVER (self->popover));
  return GDK_EVENT_PROPAGATE;
}

static void
on_row_activated (GtkListBox *list, GtkListBoxRow *row, DkSearchBox *self)
{
  choose (self, row);
}

static void
dk_search_box_dispose (GObject *object)
{
  DkSearchBox *self = DK_SEARCH_BOX (object);

  dk_kit_cancel (self->running);
  g_clear_object (&self->running);
  g_clear_handle_id (&self->rest_source, g_source_remove);
  g_clear_pointer (&self->rest, g_ptr_array_unref);
  g_clear_pointer (&self->on_call, g_strfreev);
  set_came_from (self, NULL);
  G_OBJECT_CLASS (dk_search_box_parent_class)->dispose (object);
}

static void
dk_search_box_class_init (DkSearchBoxClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = dk_search_box_dispose;
  chosen_signal = g_signal_new ("chosen", DK_TYPE_SEARCH_BOX, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/downtimekit/ui/search-box.ui");
  gtk_widget_class_bind_template_child (widget_class, DkSearchBox, entry);
  gtk_widget_class_bind_template_child (widget_class, DkSearchBox, popover);
  gtk_widget_class_bind_template_child (widget_class, DkSearchBox, count);
  gtk_widget_class_bind_template_child (widget_class, DkSearchBox, list);
  gtk_widget_class_bind_template_callback (widget_class, on_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_activate);
  gtk_widget_class_bind_template_callback (widget_class, on_stop);
  gtk_widget_class_bind_template_callback (widget_class, on_entry_key);
  gtk_widget_class_bind_template_callback (widget_class, on_entry_focus_in);
  gtk_widget_class_bind_template_callback (widget_class, on_entry_focus_out);
  gtk_widget_class_bind_template_callback (widget_class, on_list_key);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
}

static void
dk_search_box_init (DkSearchBox *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_box_set_header_func (self->list, set_header, NULL, NULL);
}

void
dk_search_box_focus (DkSearchBox *self)
{
  GtkWidget *window = gtk_widget_get_toplevel (GTK_WIDGET (self));
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (window));

  if (focus != self->entry)
    set_came_from (self, focus);
  gtk_widget_grab_focus (self->entry);
}

void
dk_search_box_leave (DkSearchBox *self)
{
  GtkWidget *window = gtk_widget_get_toplevel (GTK_WIDGET (self));

  if (gtk_window_get_focus (GTK_WINDOW (window)) == self->entry)
    on_stop (GTK_SEARCH_ENTRY (self->entry), self);
}

gboolean
dk_search_box_take_key (DkSearchBox *self, GdkEvent *event)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (gtk_widget_get_toplevel (self->entry)));

  if (!gtk_search_entry_handle_event (GTK_SEARCH_ENTRY (self->entry), event))
    return FALSE;
  if (focus != self->entry)
    set_came_from (self, focus);
  gtk_entry_grab_focus_without_selecting (GTK_ENTRY (self->entry));
  gtk_editable_set_position (GTK_EDITABLE (self->entry), -1);
  return TRUE;
}

