/* SPDX-License-Identifier: MIT */
#include "ui/search-box.h"

#include <glib/gi18n.h>

#include "app/base/limits.h"
#include "app/store/search.h"
#include "ui/kit-thread.h"

#define HITS_MAX 40u

struct _DkSearchBox {
  GtkBox parent_instance;
  GtkWidget *entry;
  GtkWidget *popover;
  GtkLabel *count;
  GtkListBox *list;
  GCancellable *running;
  GtkWidget *came_from; /* weak: what had the focus before the field */
  gboolean open_first;  /* Enter was pressed before the results came */
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
  { "ticket", N_ ("Tickets and calls") },
};

static const char *
group_title (const char *kind)
{
  for (gsize i = 0; i < G_N_ELEMENTS (groups); i++)
    if (g_strcmp0 (groups[i].kind, kind) == 0)
      return _ (groups[i].title);
  return kind;
}

static void
clear_results (DkSearchBox *self)
{
  g_autoptr (GList) rows = gtk_container_get_children (GTK_CONTAINER (self->list));

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

static GtkWidget *
new_row (const DkSearchHit *hit)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *title = gtk_label_new (hit->title);
  GtkWidget *snippet = gtk_label_new (hit->snippet);
  g_autofree char *name = g_strdup_printf ("%s: %s, %s", group_title (hit->kind), hit->title,
                                           hit->snippet != NULL ? hit->snippet : "");

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_xalign (GTK_LABEL (snippet), 0);
  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
  gtk_label_set_ellipsize (GTK_LABEL (snippet), PANGO_ELLIPSIZE_END);
  gtk_style_context_add_class (gtk_widget_get_style_context (title), "strong");
  gtk_style_context_add_class (gtk_widget_get_style_context (snippet), "tabular");
  gtk_container_add (GTK_CONTAINER (box), title);
  gtk_container_add (GTK_CONTAINER (box), snippet);
  gtk_container_add (GTK_CONTAINER (row), box);
  gtk_style_context_add_class (gtk_widget_get_style_context (row), "hit");
  g_object_set_data_full (G_OBJECT (row), "kind", g_strdup (hit->kind), g_free);
  g_object_set_data_full (G_OBJECT (row), "id", g_strdup (hit->id), g_free);
  atk_object_set_name (gtk_widget_get_accessible (row), name);
  gtk_widget_show_all (row);
  gtk_widget_set_visible (snippet, hit->snippet != NULL && *hit->snippet != '\0');
  return row;
}

static void
set_header (GtkListBoxRow *row, GtkListBoxRow *before, gpointer data)
{
  const char *kind = g_object_get_data (G_OBJECT (row), "kind");
  GtkWidget *label;

  if (before != NULL && g_strcmp0 (kind, g_object_get_data (G_OBJECT (before), "kind")) == 0) {
    gtk_list_box_row_set_header (row, NULL);
    return;
  }
  label = gtk_label_new (group_title (kind));
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), "group-title");
  gtk_widget_show (label);
  gtk_list_box_row_set_header (row, label);
}

/* Groups stand in the order of their best hit, so that the very best one is the first row. */
static void
add_hits (DkSearchBox *self, GPtrArray *hits)
{
  g_autoptr (GHashTable) done = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < hits->len; i++) {
    const char *kind = ((DkSearchHit *) hits->pdata[i])->kind;
    if (!g_hash_table_add (done, (gpointer) kind))
      continue;
    for (guint k = i; k < hits->len; k++)
      if (g_str_equal (((DkSearchHit *) hits->pdata[k])->kind, kind))
        gtk_container_add (GTK_CONTAINER (self->list), new_row (hits->pdata[k]));
  }
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
  if (self->open_first && first != NULL)
    choose (self, first);
  self->open_first = FALSE;
}

static gpointer
find_hits (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  return dk_search (dk_kit_store (kit), data, HITS_MAX, cancellable, error);
}

static void
on_changed (GtkEditable *editable, DkSearchBox *self)
{
  const char *text = gtk_entry_get_text (GTK_ENTRY (self->entry));
  g_autofree char *clean = g_strstrip (g_utf8_substring (text, 0, MIN (g_utf8_strlen (text, -1),
                                                                       DK_LIMIT_SEARCH_BYTES / 4)));

  dk_kit_cancel (self->running);
  g_clear_object (&self->running);
  self->open_first = FALSE;
  if (*clean == '\0') {
    gtk_popover_popdown (GTK_POPOVER (self->popover));
    clear_results (self);
    return;
  }
  self->running = g_cancellable_new ();
  dk_kit_run (self, &(DkKitCall) { .work = find_hits,
                                   .reply = show_hits,
                                   .data = g_steal_pointer (&clean),
                                   .data_free = g_free,
                                   .result_free = (GDestroyNotify) g_ptr_array_unref,
                                   .cancellable = self->running });
}

static void
on_activate (GtkEntry *entry, DkSearchBox *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->list);

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

