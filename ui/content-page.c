/* SPDX-License-Identifier: MIT */
#include "ui/content-page.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/base/clock.h"
#include "ui/content-work.h"
#include "ui/document-view.h"
#include "ui/pack-run.h"
#include "ui/rows-view.h"

#define WAITING "waiting:"

struct _DkContentPage {
  DkPage parent_instance;
  GtkLabel *count;
  GtkWidget *choose;
  GtkWidget *fetch;
  GtkStack *body;
  GtkWidget *rest;
  GtkLabel *words;
  GtkWidget *list_box;
  DkRowsView *list;
  GtkWidget *none;
  GtkWidget *check;
  GtkWidget *remove;
  GtkToggleButton *replace;
  DkDocumentView *last;
  GtkWidget *working;
  GtkLabel *doing;
  GtkProgressBar *progress;
  GtkWidget *cancel;
  GtkWidget *found;
  GtkLabel *found_title;
  DkDocumentView *changes;
  GtkWidget *switch_to;
  GtkWidget *discard;
  char *file;    /* that waits and is being looked at; NULL = one that was chosen */
  gboolean busy; /* fetching or removing */
};

G_DEFINE_FINAL_TYPE (DkContentPage, dk_content_page, DK_TYPE_PAGE)

static const DkRowsColumn columns[] = {
  { N_ ("Pack"), 200, TRUE },
  { N_ ("Sequence"), 80, FALSE },
  { N_ ("Made"), 110, FALSE },
  { N_ ("Arrived"), 110, FALSE },
  { N_ ("From"), 180, TRUE },
};

static char *
time_text (gint64 ms)
{
  return ms != 0 ? dk_time_format_short (ms, dk_clock_wall_ms ()) : g_strdup ("?");
}

static char *
cell_text (gpointer data, guint column)
{
  const DkWaitingPack *pack = data;

  switch (column) {
  case 0:
    return g_strdup (pack->name != NULL ? pack->name : pack->file);
  case 1:
    return g_strdup_printf ("%" G_GINT64_FORMAT, pack->sequence);
  case 2:
    return time_text (pack->created_ms);
  case 3:
    return time_text (pack->fetched_ms);
  default:
    return g_strdup (pack->route != NULL ? pack->route : _ ("put there by hand"));
  }
}

static const char *
row_key (gpointer row)
{
  return ((const DkWaitingPack *) row)->file;
}

static const DkRowsSpec spec = { columns, G_N_ELEMENTS (columns), cell_text, row_key, NULL };

static void
show_possible (DkContentPage *self)
{
  gboolean rests = gtk_stack_get_visible_child (self->body) == self->rest;
  gboolean picked = dk_rows_view_get_selected (self->list) != NULL && rests && !self->busy;

  gtk_widget_set_sensitive (self->choose, rests && !self->busy);
  gtk_widget_set_sensitive (self->fetch, rests && !self->busy);
  gtk_widget_set_sensitive (self->check, picked);
  gtk_widget_set_sensitive (self->remove, picked);
}

static void
show_body (DkContentPage *self, GtkWidget *child, GtkWidget *focus)
{
  gtk_stack_set_visible_child (self->body, child);
  show_possible (self);
  gtk_widget_grab_focus (focus);
}

static void
show_waiting (gpointer owner, GPtrArray *packs, const GError *error)
{
  DkContentPage *self = owner;
  g_autofree char *text = NULL;
  g_autofree char *first = NULL;
  guint n;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  n = packs->len;
  first = n > 0 ? g_strdup (row_key (packs->pdata[0])) : NULL;
  dk_rows_view_take_rows (self->list, packs);
  if (first != NULL && dk_rows_view_get_selected (self->list) == NULL)
    (void) dk_rows_view_select (self->list, first);
  text = g_strdup_printf (g_dngettext (NULL, "%u pack waits", "%u packs wait", n), n);
  gtk_label_set_text (self->count, text);
  gtk_widget_set_visible (self->list_box, n > 0);
  gtk_widget_set_visible (self->none, n == 0);
  show_possible (self);
}

static void
show_view (gpointer owner, gpointer result, const GError *error)
{
  DkContentPage *self = owner;
  DkContentView *view = result;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  gtk_label_set_text (self->words, view->words);
  if (view->changes == NULL) {
    view->changes = dk_document_new ();
    dk_block_add_span (dk_document_add_block (view->changes, DK_BLOCK_PARAGRAPH, 0),
                       _ ("That is not known: there was no pack before it."), DK_SPAN_PLAIN, NULL,
                       0);
  }
  dk_document_view_show (self->last, view->changes);
  dk_content_view_free (view);
}

static void
dk_content_page_refresh (DkPage *page)
{
  dk_kit_run (page, &(DkKitCall) { .work = dk_content_work_view,
                                   .reply = show_view,
                                   .result_free = dk_content_view_free });
  dk_content_list_waiting (G_OBJECT (page), show_waiting);
}

static void
on_progress (gpointer owner, guint64 done, guint64 total)
{
  DkContentPage *self = owner;

  gtk_label_set_text (self->doing, _ ("The pack is signed by somebody whom this kit trusts. It is "
                                      "read and compared."));
  if (total > 0)
    gtk_progress_bar_set_fraction (self->progress, (double) done / (double) total);
  else
    gtk_progress_bar_pulse (self->progress);
}

static void
end_run (DkContentPage *self)
{
  show_body (self, self->rest, GTK_WIDGET (self->list));
  dk_content_page_refresh (DK_PAGE (self));
}

static void
on_ready (gpointer owner, const DkPackFacts *facts, const json_t *changes, gboolean already)
{
  DkContentPage *self = owner;
  g_autoptr (DkDocument) document = dk_content_changes_document (changes);
  g_autofree char *made = NULL;
  g_autofree char *title = NULL;

  if (already) {
    dk_pack_run_apply (); /* what waits of it is put away */
    return;
  }
  made = dk_time_format_age (MAX (dk_clock_wall_ms () - facts->created_ms, 0));
  title = g_strdup_printf (_ ("“%s” %" G_GINT64_FORMAT " of %s, made %s ago, would change:"),
                           facts->name, facts->sequence,
                           facts->organisation != NULL ? facts->organisation : "?", made);
  gtk_label_set_text (self->found_title, title);
  dk_document_view_show (self->changes, document);
  gtk_widget_set_visible (self->discard, self->file != NULL);
  show_body (self, self->found, GTK_WIDGET (self->changes));
}

static void
on_applied (gpointer owner, const DkPackApplied *applied)
{
  DkContentPage *self = owner;
  g_autofree char *text = NULL;

  if (applied->already)
    text = g_strdup (_ ("This pack is in force already. Nothing was changed."));
  else
    text = g_strdup_printf (_ ("“%s” %" G_GINT64_FORMAT " is in force. Numbers that it changed are "
                               "marked for 14 days; what it changed stands below."),
                            applied->facts->name, applied->facts->sequence);
  end_run (self);
  dk_page_say (DK_PAGE (self), GTK_MESSAGE_INFO, text);
  if (!applied->already && applied->contacts * 2 < applied->contacts_before)
    dk_page_say (DK_PAGE (self), GTK_MESSAGE_WARNING,
                 _ ("More than half of the contacts are gone with this pack. Ask who published it "
                    "if that is meant."));
}

static void
on_failed (gpointer owner, const GError *error)
{
  DkContentPage *self = owner;

  end_run (self);
  (void) dk_page_failed (DK_PAGE (self), error);
}

static const DkPackRunWatch watch = { on_progress, on_ready, on_applied, on_failed };

static void
begin_check (DkContentPage *self, const char *path, const char *file)
{
  g_autofree char *kept = g_strdup (file);

  if (!dk_pack_run_open (G_OBJECT (self), path, kept, gtk_toggle_button_get_active (self->replace),
                         &watch)) {
    dk_page_say (DK_PAGE (self), GTK_MESSAGE_INFO,
                 _ ("Another pack is being looked at. Switch to it, or give it up first."));
    return;
  }
  g_free (self->file);
  self->file = g_steal_pointer (&kept);
  gtk_progress_bar_set_fraction (self->progress, 0);
  gtk_label_set_text (self->doing, _ ("Signatures and seals are being checked."));
  show_body (self, self->working, self->cancel);
}

static void
check_picked (DkContentPage *self)
{
  const DkWaitingPack *pack = dk_rows_view_get_selected (self->list);

  if (pack != NULL && !self->busy)
    begin_check (self, NULL, pack->file);
}

static void
on_check (GtkButton *button, DkContentPage *self)
{
  check_picked (self);
}

static void
on_row_activated (GtkTreeView *view, GtkTreePath *path, GtkTreeViewColumn *column,
                  DkContentPage *self)
{
  check_picked (self);
}

static void
on_picked (DkRowsView *list, DkContentPage *self)
{
  show_possible (self);
}

static void
on_errand_done (gpointer owner, const char *words, const GError *error)
{
  DkContentPage *self = owner;

  self->busy = FALSE;
  show_possible (self);
  if (!dk_page_failed (DK_PAGE (self), error))
    dk_page_say (DK_PAGE (self), GTK_MESSAGE_INFO, words);
  dk_content_page_refresh (DK_PAGE (self));
}

static void
on_fetch (GtkButton *button, DkContentPage *self)
{
  self->busy = TRUE;
  gtk_label_set_text (self->count, _ ("being fetched"));
  show_possible (self);
  dk_content_fetch (G_OBJECT (self), on_errand_done);
}

static void
remove_file (DkContentPage *self, const char *file)
{
  self->busy = TRUE;
  show_possible (self);
  dk_content_discard (G_OBJECT (self), file, on_errand_done);
}

static void
on_remove (GtkButton *button, DkContentPage *self)
{
  const DkWaitingPack *pack = dk_rows_view_get_selected (self->list);

  if (pack != NULL)
    remove_file (self, pack->file);
}

static void
on_cancel (GtkButton *button, DkContentPage *self)
{
  dk_pack_run_cancel ();
  end_run (self);
  dk_page_say (DK_PAGE (self), GTK_MESSAGE_INFO, _ ("Given up. What is in force stays."));
}

static void
on_switch (GtkButton *button, DkContentPage *self)
{
  gtk_widget_set_sensitive (self->switch_to, FALSE);
  dk_pack_run_apply ();
  gtk_widget_set_sensitive (self->switch_to, TRUE);
}

static void
on_not_now (GtkButton *button, DkContentPage *self)
{
  dk_pack_run_cancel ();
  end_run (self);
}

static void
on_discard (GtkButton *button, DkContentPage *self)
{
  g_autofree char *file = g_strdup (self->file);

  on_not_now (button, self);
  if (file != NULL)
    remove_file (self, file);
}

static void
on_file_chosen (GtkDialog *dialog, int response, DkContentPage *self)
{
  g_autofree char *path = gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (dialog));

  gtk_widget_destroy (GTK_WIDGET (dialog));
  if (response == GTK_RESPONSE_ACCEPT && path != NULL)
    begin_check (self, path, NULL);
}

static void
on_choose (GtkButton *button, DkContentPage *self)
{
  GtkWidget *dialog = gtk_file_chooser_dialog_new (
      _ ("A pack for this kit"), GTK_WINDOW (gtk_widget_get_toplevel (GTK_WIDGET (self))),
      GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Back"), GTK_RESPONSE_CANCEL, _ ("_Check this pack"),
      GTK_RESPONSE_ACCEPT, NULL);
  GtkFileFilter *filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _ ("Packs (*.dkpack)"));
  gtk_file_filter_add_pattern (filter, "*.dkpack");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_ACCEPT);
  gtk_window_set_modal (GTK_WINDOW (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_file_chosen), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
dk_content_page_open (DkPage *page, const char *id)
{
  DkContentPage *self = DK_CONTENT_PAGE (page);

  if (g_str_has_prefix (id, WAITING)
      && gtk_stack_get_visible_child (self->body) == self->rest)
    begin_check (self, NULL, id + strlen (WAITING));
}

static void
dk_content_page_enter (DkPage *page)
{
  DkContentPage *self = DK_CONTENT_PAGE (page);

  if (gtk_stack_get_visible_child (self->body) == self->rest)
    gtk_widget_grab_focus (dk_rows_view_count (self->list) > 0 ? GTK_WIDGET (self->list)
                                                               : self->choose);
}

static void
dk_content_page_seal (DkPage *page)
{
  dk_pack_run_cancel ();
}

static void
dk_content_page_finalize (GObject *object)
{
  g_free (DK_CONTENT_PAGE (object)->file);
  G_OBJECT_CLASS (dk_content_page_parent_class)->finalize (object);
}

static void
bind_children (GtkWidgetClass *class)
{
  gtk_widget_class_bind_template_child (class, DkContentPage, count);
  gtk_widget_class_bind_template_child (class, DkContentPage, choose);
  gtk_widget_class_bind_template_child (class, DkContentPage, fetch);
  gtk_widget_class_bind_template_child (class, DkContentPage, body);
  gtk_widget_class_bind_template_child (class, DkContentPage, rest);
  gtk_widget_class_bind_template_child (class, DkContentPage, words);
  gtk_widget_class_bind_template_child (class, DkContentPage, list_box);
  gtk_widget_class_bind_template_child (class, DkContentPage, list);
  gtk_widget_class_bind_template_child (class, DkContentPage, none);
  gtk_widget_class_bind_template_child (class, DkContentPage, check);
  gtk_widget_class_bind_template_child (class, DkContentPage, remove);
  gtk_widget_class_bind_template_child (class, DkContentPage, replace);
  gtk_widget_class_bind_template_child (class, DkContentPage, last);
  gtk_widget_class_bind_template_child (class, DkContentPage, working);
  gtk_widget_class_bind_template_child (class, DkContentPage, doing);
  gtk_widget_class_bind_template_child (class, DkContentPage, progress);
  gtk_widget_class_bind_template_child (class, DkContentPage, cancel);
  gtk_widget_class_bind_template_child (class, DkContentPage, found);
  gtk_widget_class_bind_template_child (class, DkContentPage, found_title);
  gtk_widget_class_bind_template_child (class, DkContentPage, changes);
  gtk_widget_class_bind_template_child (class, DkContentPage, switch_to);
  gtk_widget_class_bind_template_child (class, DkContentPage, discard);
}

static void
dk_content_page_class_init (DkContentPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  DkPageClass *page_class = DK_PAGE_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = dk_content_page_finalize;
  page_class->refresh = dk_content_page_refresh;
  page_class->open = dk_content_page_open;
  page_class->enter = dk_content_page_enter;
  page_class->seal = dk_content_page_seal;
  g_type_ensure (DK_TYPE_ROWS_VIEW);
  g_type_ensure (DK_TYPE_DOCUMENT_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/downtimekit/ui/content-page.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, on_choose);
  gtk_widget_class_bind_template_callback (widget_class, on_fetch);
  gtk_widget_class_bind_template_callback (widget_class, on_picked);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_check);
  gtk_widget_class_bind_template_callback (widget_class, on_remove);
  gtk_widget_class_bind_template_callback (widget_class, on_cancel);
  gtk_widget_class_bind_template_callback (widget_class, on_switch);
  gtk_widget_class_bind_template_callback (widget_class, on_not_now);
  gtk_widget_class_bind_template_callback (widget_class, on_discard);
}

static void
dk_content_page_init (DkContentPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  dk_rows_view_set_spec (self->list, &spec);
  show_possible (self);
}
