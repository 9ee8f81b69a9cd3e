/* SPDX-License-Identifier: MIT */
#include "ui/runbooks-page.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/content/markdown.h"
#include "app/store/content-store.h"
#include "ui/card.h"
#include "ui/document-view.h"
#include "ui/rows-view.h"
#include "ui/ticket-work.h"

struct _DkRunbooksPage {
  DkPage parent_instance;
  GtkLabel *facts;
  DkRowsView *list;
  DkDocumentView *document;
  GtkWidget *card_scroller;
  GtkBox *card;
  char *wanted;
  char *shown;
  gboolean loaded;
};

G_DEFINE_FINAL_TYPE (DkRunbooksPage, dk_runbooks_page, DK_TYPE_PAGE)

typedef struct {
  char *key; /* "runbook:ID" or "service:ID" */
  char *title;
  gboolean is_service;
  gboolean overdue;
} Row;

/* What is drawn on the right, made off the main thread. */
typedef struct {
  char *key;
  char *facts;
  DkDocument *document;
} Sheet;

static void
free_row (gpointer data)
{
  Row *row = data;

  g_free (row->key);
  g_free (row->title);
  g_free (row);
}

static void
free_sheet (gpointer data)
{
  Sheet *sheet = data;

  g_free (sheet->key);
  g_free (sheet->facts);
  dk_document_free (sheet->document);
  g_free (sheet);
}

static const DkRowsColumn columns[] = {
  { N_ ("Title"), 200, TRUE },
  { N_ ("Kind"), 88, FALSE },
};

static char *
cell_text (gpointer data, guint column)
{
  const Row *row = data;

  if (column == 0)
    return g_strdup (row->title);
  if (row->is_service)
    return g_strdup (_ ("Service"));
  return g_strdup (row->overdue ? _ ("Review due") : _ ("Runbook"));
}

static const char *
row_key (gpointer row)
{
  return ((const Row *) row)->key;
}

static const DkRowsSpec spec = { columns, G_N_ELEMENTS (columns), cell_text, row_key, NULL };

static void
add_row (GPtrArray *rows, const char *kind, const char *id, const char *title, gboolean overdue)
{
  Row *row = g_new0 (Row, 1);

  row->key = g_strdup_printf ("%s:%s", kind, id);
  row->title = g_strdup (title);
  row->is_service = g_str_equal (kind, "service");
  row->overdue = overdue;
  g_ptr_array_add (rows, row);
}

static gpointer
list_rows (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  DkStore *store = dk_kit_store (kit);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (free_row);
  g_autoptr (GPtrArray) runbooks = dk_content_store_runbooks (store, error);
  g_autoptr (GPtrArray) services = NULL;
  gint64 now = dk_clock_wall_ms ();

  if (runbooks == NULL)
    return NULL;
  services = dk_content_store_services (store, error);
  if (services == NULL)
    return NULL;
  for (guint i = 0; i < runbooks->len; i++) {
    const DkRunbook *runbook = runbooks->pdata[i];
    add_row (rows, "runbook", runbook->id, runbook->title, dk_runbook_is_overdue (runbook, now));
  }
  for (guint i = 0; i < services->len; i++) {
    const DkService *service = services->pdata[i];
    add_row (rows, "service", service->id, service->name, FALSE);
  }
  return g_steal_pointer (&rows);
}

static void
add_text (DkDocument *document, const char *title, const char *text)
{
  if (text == NULL || *text == '\0')
    return;
  dk_block_add_span (dk_document_add_block (document, DK_BLOCK_HEADING, 3), title, DK_SPAN_PLAIN,
                     NULL, 0);
  dk_block_add_span (dk_document_add_block (document, DK_BLOCK_PARAGRAPH, 0), text, DK_SPAN_PLAIN,
                     NULL, 0);
}

static void
add_links (DkDocument *document, const char *title, const char *const *ids)
{
  if (ids == NULL || ids[0] == NULL)
    return;
  dk_block_add_span (dk_document_add_block (document, DK_BLOCK_HEADING, 3), title, DK_SPAN_PLAIN,
                     NULL, 0);
  for (guint i = 0; ids[i] != NULL; i++) {
    g_autofree char *target = g_strdup_printf ("service:%s", ids[i]);
    dk_block_add_span (dk_document_add_block (document, DK_BLOCK_ITEM, 1), ids[i], DK_SPAN_PLAIN,
                       target, 0);
  }
}

static Sheet *
make_service (DkStore *store, const char *id, GError **error)
{
  g_autoptr (DkService) service = dk_content_store_service (store, id, error);
  g_autoptr (GPtrArray) dependents = NULL;
  Sheet *sheet;

  if (service == NULL)
    return NULL;
  dependents = dk_content_store_dependents (store, id, error);
  if (dependents == NULL)
    return NULL;
  g_ptr_array_add (dependents, NULL);
  sheet = g_new0 (Sheet, 1);
  sheet->document = dk_document_new ();
  sheet->facts = g_strdup_printf (_ ("criticality %d"), service->criticality);
  dk_block_add_span (dk_document_add_block (sheet->document, DK_BLOCK_HEADING, 1), service->name,
                     DK_SPAN_PLAIN, NULL, 0);
  add_text (sheet->document, _ ("Say to callers"), service->say);
  add_text (sheet->document, _ ("Workaround"), service->workaround);
  add_text (sheet->document, _ ("Approved by"), service->workaround_approved_by);
  add_links (sheet->document, _ ("If this is down, these break"),
             (const char *const *) dependents->pdata);
  add_links (sheet->document, _ ("It needs"), (const char *const *) service->depends_on);
  add_text (sheet->document, _ ("Support group"), service->support_group);
  add_text (sheet->document, _ ("Vendor"), service->vendor);
  add_text (sheet->document, _ ("Contract"), service->contract);
  return sheet;
}

static Sheet *
make_runbook (DkStore *store, const char *id, GError **error)
{
  g_autoptr (DkRunbook) runbook = dk_content_store_runbook (store, id, error);
  g_autoptr (DkDocument) document = NULL;
  Sheet *sheet;

  if (runbook == NULL)
    return NULL;
  document = dk_markdown_parse (runbook->markdown, strlen (runbook->markdown), error);
  if (document == NULL)
    return NULL;
  sheet = g_new0 (Sheet, 1);
  dk_block_add_span (dk_document_add_block (document, DK_BLOCK_HEADING, 1), runbook->title,
                     DK_SPAN_PLAIN, NULL, 0);
  /* The title is not part of the text: the last block becomes the first. */
  g_ptr_array_insert (document->blocks, 0,
                      g_ptr_array_steal_index (document->blocks, document->blocks->len - 1));
  sheet->document = g_steal_pointer (&document);
  sheet->facts = g_strdup_printf (
      _ ("owner %s · reviewed %s%s"), runbook->owner != NULL ? runbook->owner : "?",
      runbook->reviewed != NULL ? runbook->reviewed : "?",
      dk_runbook_is_overdue (runbook, dk_clock_wall_ms ()) ? _ (" · REVIEW DUE") : "");
  return sheet;
}

static gpointer
make_sheet (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  DkStore *store = dk_kit_store (kit);
  const char *key = data;
  Sheet *sheet = g_str_has_prefix (key, "service:")
                     ? make_service (store, key + strlen ("service:"), error)
                     : make_runbook (store, key + strlen ("runbook:"), error);

  if (sheet != NULL)
    sheet->key = g_strdup (key);
  return sheet;
}

static void
show_sheet (gpointer owner, gpointer result, const GError *error)
{
  DkRunbooksPage *self = owner;
  Sheet *sheet = result;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  if (g_strcmp0 (sheet->key, self->shown) == 0) {
    gtk_label_set_text (self->facts, sheet->facts);
    dk_document_view_show (self->document, sheet->document);
  }
  free_sheet (sheet);
}

static void
load_sheet (DkRunbooksPage *self, const char *key)
{
  if (g_strcmp0 (self->shown, key) == 0)
    return;
  g_free (self->shown);
  self->shown = g_strdup (key);
  dk_card_clear (GTK_WIDGET (self->card));
  gtk_widget_hide (self->card_scroller);
  dk_kit_run (self, &(DkKitCall) { .work = make_sheet,
                                   .reply = show_sheet,
                                   .data = g_strdup (key),
                                   .data_free = g_free,
                                   .result_free = free_sheet });
}

static void
show_wanted (DkRunbooksPage *self)
{
  g_autofree char *key = g_steal_pointer (&self->wanted);

  if (key != NULL && !dk_rows_view_select (self->list, key))
    load_sheet (self, key);
}

static void
show_rows (gpointer owner, gpointer result, const GError *error)
{
  DkRunbooksPage *self = owner;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  self->loaded = TRUE;
  dk_rows_view_take_rows (self->list, result);
  if (dk_rows_view_count (self->list) == 0)
    gtk_label_set_text (self->facts, _ ("No runbooks yet: they come with a content pack."));
  show_wanted (self);
}

static void
dk_runbooks_page_refresh (DkPage *page)
{
  if (!DK_RUNBOOKS_PAGE (page)->loaded)
    dk_kit_run (page, &(DkKitCall) { .work = list_rows,
                                     .reply = show_rows,
                                     .result_free = (GDestroyNotify) g_ptr_array_unref });
}

static void
dk_runbooks_page_open (DkPage *page, const char *id)
{
  DkRunbooksPage *self = DK_RUNBOOKS_PAGE (page);

  g_free (self->wanted);
  self->wanted = g_strdup (id);
  if (self->loaded)
    show_wanted (self);
}

static void
dk_runbooks_page_enter (DkPage *page)
{
  gtk_widget_grab_focus (GTK_WIDGET (DK_RUNBOOKS_PAGE (page)->list));
}

static void
on_picked (DkRowsView *list, DkRunbooksPage *self)
{
  const Row *row = dk_rows_view_get_selected (list);

  if (row != NULL)
    load_sheet (self, row->key);
}

static void
on_row_activated (GtkTreeView *view, GtkTreePath *path, GtkTreeViewColumn *column,
                  DkRunbooksPage *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->document));
}

static void
show_card (gpointer owner, gpointer result, const GError *error)
{
  DkRunbooksPage *self = owner;
  g_autoptr (DkContact) contact = result;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  dk_card_clear (GTK_WIDGET (self->card));
  gtk_container_add (GTK_CONTAINER (self->card), dk_card_new_contact (contact));
  gtk_widget_show (self->card_scroller);
}

static void
on_link (DkDocumentView *document, const char *target, DkRunbooksPage *self)
{
  if (g_str_has_prefix (target, "contact:")) {
    dk_kit_run (self, &(DkKitCall) { .work = dk_ticket_work_contact,
                                     .reply = show_card,
                                     .data = g_strdup (target + strlen ("contact:")),
                                     .data_free = g_free,
                                     .result_free = (GDestroyNotify) dk_contact_free });
  } else if (g_str_has_prefix (target, "runbook:") || g_str_has_prefix (target, "service:")) {
    dk_runbooks_page_open (DK_PAGE (self), target);
  } else {
    g_autofree char *text = g_strdup_printf (
        _ ("%s is outside of this kit and may not be reachable now. Nothing was opened."), target);
    dk_page_say (DK_PAGE (self), GTK_MESSAGE_INFO, text);
  }
}

static void
dk_runbooks_page_finalize (GObject *object)
{
  g_free (DK_RUNBOOKS_PAGE (object)->wanted);
  g_free (DK_RUNBOOKS_PAGE (object)->shown);
  G_OBJECT_CLASS (dk_runbooks_page_parent_class)->finalize (object);
}

static void
dk_runbooks_page_class_init (DkRunbooksPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  DkPageClass *page_class = DK_PAGE_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = dk_runbooks_page_finalize;
  page_class->refresh = dk_runbooks_page_refresh;
  page_class->open = dk_runbooks_page_open;
  page_class->enter = dk_runbooks_page_enter;
  g_type_ensure (DK_TYPE_ROWS_VIEW);
  g_type_ensure (DK_TYPE_DOCUMENT_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/downtimekit/ui/runbooks-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DkRunbooksPage, facts);
  gtk_widget_class_bind_template_child (widget_class, DkRunbooksPage, list);
  gtk_widget_class_bind_template_child (widget_class, DkRunbooksPage, document);
  gtk_widget_class_bind_template_child (widget_class, DkRunbooksPage, card_scroller);
  gtk_widget_class_bind_template_child (widget_class, DkRunbooksPage, card);
  gtk_widget_class_bind_template_callback (widget_class, on_picked);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_link);
}

static void
dk_runbooks_page_init (DkRunbooksPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  dk_rows_view_set_spec (self->list, &spec);
}
