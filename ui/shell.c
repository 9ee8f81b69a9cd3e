/* SPDX-License-Identifier: MIT */
#include "ui/shell.h"

#include <glib/gi18n.h>

#include "ui/backup-run.h"
#include "ui/banner.h"
#include "ui/calls-page.h"
#include "ui/calltrees-page.h"
#include "ui/contacts-page.h"
#include "ui/content-page.h"
#include "ui/handover-page.h"
#include "ui/now-page.h"
#include "ui/number-opener.h"
#include "ui/oncall-page.h"
#include "ui/pack-run.h"
#include "ui/paper-page.h"
#include "ui/people-page.h"
#include "ui/print-page.h"
#include "ui/readiness-page.h"
#include "ui/runbooks-page.h"
#include "ui/scan.h"
#include "ui/search-box.h"
#include "ui/services-page.h"
#include "ui/shell-actions.h"
#include "ui/ticket-page.h"
#include "ui/tickets-page.h"
#include "ui/waiting-bar.h"

#define MESSAGE_SHOWN_S 10
#define REFRESH_EVERY_S 60

struct _DkShell {
  GtkBox parent_instance;
  DkBanner *banner;
  GtkListBox *sidebar;
  DkSearchBox *search;
  DkWaitingBar *waiting_bar;
  GtkInfoBar *message_bar;
  GtkLabel *message;
  GtkWidget *undo;
  GtkStack *stack;
  GtkLabel *status_station;
  GtkLabel *status_content;
  GtkLabel *status_waiting;
  GtkLabel *status_saved;
  GtkLabel *status_backup;
  GtkLabel *status_user;
  GtkLabel *badges[16];
  DkFacts *facts;
  DkScan *scan; /* of a hand scanner; NULL outside of a window */
  char *backup_said; /* what was told about backups last */
  guint message_timer;
  guint refresh_timer;
  guint messages_said; /* of those that the kit has for this unlock */
  DkPage *undo_page; /* weak */
  void (*undo_call) (DkPage *, gpointer);
  gpointer undo_data;
  GDestroyNotify undo_free;
};

G_DEFINE_FINAL_TYPE (DkShell, dk_shell, GTK_TYPE_BOX)

static guint facts_signal;

/* Pages in the order of the sidebar; a page without a title is reached from others. */
static const struct {
  const char *name;
  const char *title;
  const char *icon;
  GType (*type) (void);
} pages[] = {
  { "now", N_ ("Now"), "go-home-symbolic", dk_now_page_get_type },
  { "calls", N_ ("Calls"), "call-start-symbolic", dk_calls_page_get_type },
  { "tickets", N_ ("Tickets"), "view-list-symbolic", dk_tickets_page_get_type },
  { "contacts", N_ ("Contacts"), "avatar-default-symbolic", dk_contacts_page_get_type },
  { "oncall", N_ ("On call"), "alarm-symbolic", dk_oncall_page_get_type },
  { "runbooks", N_ ("Runbooks"), "accessories-dictionary-symbolic", dk_runbooks_page_get_type },
  { "services", N_ ("Services"), "network-server-symbolic", dk_services_page_get_type },
  { "print", N_ ("Print"), "printer-symbolic", dk_print_page_get_type },
  { "handover", N_ ("Hand-over"), "send-to-symbolic", dk_handover_page_get_type },
  { "readiness", N_ ("Readiness"), "security-medium-symbolic", dk_readiness_page_get_type },
  { "ticket", NULL, NULL, dk_ticket_page_get_type },
  { "calltrees", NULL, NULL, dk_calltrees_page_get_type },
  { "content", NULL, NULL, dk_content_page_get_type },
  { "paper", NULL, NULL, dk_paper_page_get_type },
  { "people", NULL, NULL, dk_people_page_get_type },
};

static int
find_page (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    if (g_str_equal (pages[i].name, name))
      return (int) i;
  return -1;
}

static void
drop_undo (DkShell *self)
{
  if (self->undo_page != NULL)
    g_object_remove_weak_pointer (G_OBJECT (self->undo_page), (gpointer *) &self->undo_page);
  self->undo_page = NULL;
  self->undo_call = NULL;
  if (self->undo_free != NULL && self->undo_data != NULL)
    self->undo_free (self->undo_data);
  self->undo_data = NULL;
  self->undo_free = NULL;
  gtk_widget_hide (self->undo);
}

static void
hide_message (DkShell *self)
{
  g_clear_handle_id (&self->message_timer, g_source_remove);
  drop_undo (self);
  gtk_widget_hide (GTK_WIDGET (self->message_bar));
}

static gboolean
message_is_over (gpointer data)
{
  DkShell *self = data;

  self->message_timer = 0;
  hide_message (self);
  return G_SOURCE_REMOVE;
}

void
dk_shell_say (DkShell *self, GtkMessageType type, const char *text)
{
  hide_message (self);
  gtk_info_bar_set_message_type (self->message_bar, type);
  gtk_label_set_text (self->message, text);
  gtk_widget_show (GTK_WIDGET (self->message_bar));
  if (type == GTK_MESSAGE_INFO)
    self->message_timer = g_timeout_add_seconds (MESSAGE_SHOWN_S, message_is_over, self);
}

void
dk_shell_say_with_undo (DkShell *self, const char *text, DkPage *page,
                        void (*undo) (DkPage *, gpointer), gpointer data, GDestroyNotify data_free)
{
  dk_shell_say (self, GTK_MESSAGE_INFO, text);
  self->undo_page = page;
  g_object_add_weak_pointer (G_OBJECT (page), (gpointer *) &self->undo_page);
  self->undo_call = undo;
  self->undo_data = data;
  self->undo_free = data_free;
  gtk_widget_show (self->undo);
}

static void
on_undo (GtkButton *button, DkShell *self)
{
  DkPage *page = self->undo_page;
  void (*call) (DkPage *, gpointer) = self->undo_call;
  gpointer data = g_steal_pointer (&self->undo_data);
  GDestroyNotify data_free = self->undo_free;

  hide_message (self);
  if (page != NULL && call != NULL)
    call (page, data);
  if (data_free != NULL)
    data_free (data);
}

static void
on_message_response (GtkInfoBar *bar, int response, DkShell *self)
{
  hide_message (self);
}

static void
set_badge (DkShell *self, const char *page, guint n, const char *words)
{
  int i = find_page (page);
  g_autofree char *text = n > 0 ? g_strdup_printf ("%u", n) : g_strdup ("");
  g_autofree char *spoken = g_strdup_printf ("%u %s", n, words);

  gtk_label_set_text (self->badges[i], text);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self->badges[i])), spoken);
}

/* What the unlock found, and what was found since, is said once, in one message. */
static void
say_new_messages (DkShell *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = self->messages_said; i < self->facts->messages->len; i++)
    g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "",
                            (char *) self->facts->messages->pdata[i]);
  self->messages_said = self->facts->messages->len;
  if (text->len > 0)
    dk_shell_say (self, GTK_MESSAGE_WARNING, text->str);
}

/* What a role cannot use is absent rather than grey. */
static void
show_rows_of_role (DkShell *self)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->sidebar, find_page ("handover"));

  gtk_widget_set_visible (GTK_WIDGET (row), self->facts->may_send);
}

static void
show_facts (gpointer owner, gpointer result, const GError *error)
{
  DkShell *self = owner;
  gint64 now = dk_clock_wall_ms ();
  g_autofree char *station = NULL;
  g_autofree char *content = NULL;
  g_autofree char *waiting = NULL;
  g_autofree char *user = NULL;

  if (error != NULL) {
    dk_shell_say (self, GTK_MESSAGE_ERROR, error->message);
    return;
  }
  dk_facts_free (self->facts);
  self->facts = result;
  station = g_strdup_printf ("%s %s", self->facts->station, self->facts->site);
  content = dk_facts_content_age (self->facts, now);
  waiting = g_strdup_printf (_ ("%u not handed over"), self->facts->counts.not_handed_over);
  user = g_strdup_printf ("%s, %s", self->facts->user,
                          self->facts->role != NULL ? self->facts->role : "?");
  gtk_label_set_text (self->status_station, station);
  gtk_label_set_text (self->status_content, content);
  gtk_label_set_text (self->status_waiting, waiting);
  gtk_label_set_text (self->status_user, user);
  dk_banner_show_facts (self->banner, self->facts);
  set_badge (self, "calls", self->facts->counts.calls, _ ("calls"));
  set_badge (self, "tickets", self->facts->counts.open, _ ("open tickets"));
  set_badge (self, "handover", self->facts->counts.waiting, _ ("waiting for hand-over"));
  show_rows_of_role (self);
  say_new_messages (self);
  g_signal_emit (self, facts_signal, 0);
  if (dk_shell_current_page (self) != NULL)
    dk_page_refresh (dk_shell_current_page (self));
}

static void
load_facts (DkShell *self)
{
  dk_kit_run (self, &(DkKitCall) { .work = dk_facts_load,
                                   .reply = show_facts,
                                   .result_free = (GDestroyNotify) dk_facts_free });
}

static void
on_store_changed (gpointer data)
{
  DkShell *self = data;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *clock = g_date_time_format (now, "%H:%M:%S");
  g_autofree char *text = g_strdup_printf (_ ("saved %s"), clock);

  gtk_label_set_text (self->status_saved, text);
  if (gtk_widget_get_visible (GTK_WIDGET (self->waiting_bar)))
    dk_waiting_bar_refresh (self->waiting_bar);
  load_facts (self);
}

static void
on_backup_begun (gpointer owner)
{
  gtk_label_set_text (DK_SHELL (owner)->status_backup, _ ("backup is being made"));
}

static void
on_backup_done (gpointer owner, guint files, const GPtrArray *messages)
{
  DkShell *self = owner;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *clock = g_date_time_format (now, "%H:%M");
  g_autofree char *text = g_strdup_printf (_ ("backed up %s"), clock);
  g_autoptr (GString) said = g_string_new (NULL);

  if (files > 0)
    gtk_label_set_text (self->status_backup, text);
  else if (messages->len > 0)
    gtk_label_set_text (self->status_backup, _ ("no backup"));
  for (guint i = 0; i < messages->len; i++)
    g_string_append_printf (said, "%s%s", i > 0 ? "\n" : "", (char *) messages->pdata[i]);
  /* Said once: it is tried again every minute. */
  if (said->len > 0 && g_strcmp0 (said->str, self->backup_said) != 0)
    dk_shell_say (self, GTK_MESSAGE_WARNING, said->str);
  g_free (self->backup_said);
  self->backup_said = g_strdup (said->str);
}

static void
look_for_backup (DkShell *self)
{
  const char *mode = self->facts != NULL ? self->facts->mode : NULL;
  gboolean outage = g_strcmp0 (mode, "downtime") == 0 || g_strcmp0 (mode, "degraded") == 0;

  dk_backup_run_start (G_OBJECT (self), outage ? DK_BACKUP_IN_OUTAGE : DK_BACKUP_WHILE_OPEN,
                       on_backup_begun, on_backup_done);
}

static gboolean
refresh_ages (gpointer data)
{
  load_facts (data);
  dk_waiting_bar_refresh (DK_SHELL (data)->waiting_bar);
  look_for_backup (data);
  return G_SOURCE_CONTINUE;
}

static void
add_sidebar_row (DkShell *self, gsize i)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *badge = gtk_label_new ("");
  g_autofree char *tip = i < 9 ? g_strdup_printf ("Alt+%d", (int) i + 1) : g_strdup ("Ctrl+E");

  gtk_container_add (GTK_CONTAINER (box),
                     gtk_image_new_from_icon_name (pages[i].icon, GTK_ICON_SIZE_MENU));
  gtk_container_add (GTK_CONTAINER (box), gtk_label_new (_ (pages[i].title)));
  gtk_box_pack_end (GTK_BOX (box), badge, FALSE, FALSE, 0);
  gtk_style_context_add_class (gtk_widget_get_style_context (badge), "badge");
  gtk_container_add (GTK_CONTAINER (row), box);
  gtk_widget_set_tooltip_text (row, tip);
  atk_object_set_name (gtk_widget_get_accessible (row), _ (pages[i].title));
  g_object_set_data (G_OBJECT (row), "page", (gpointer) pages[i].name);
  self->badges[i] = GTK_LABEL (badge);
  gtk_widget_show_all (row);
  gtk_container_add (GTK_CONTAINER (self->sidebar), row);
}

static void
on_waiting_chosen (DkWaitingBar *bar, const char *file, DkShell *self)
{
  g_autofree char *id = g_strdup_printf ("waiting:%s", file);

  dk_shell_go (self, "content", id);
}

static void
on_row_selected (GtkListBox *list, GtkListBoxRow *row, DkShell *self)
{
  if (row != NULL)
    dk_shell_go (self, g_object_get_data (G_OBJECT (row), "page"), NULL);
}

static void
on_chosen (DkSearchBox *search, const char *kind, const char *id, DkShell *self)
{
  g_autofree char *key = NULL;

  if (g_strcmp0 (kind, "contact") == 0) {
    dk_shell_go (self, "contacts", id);
  } else if (g_strcmp0 (kind, "device") == 0) {
    key = g_strdup_printf ("device:%s", id);
    dk_shell_go (self, "contacts", key);
  } else if (g_strcmp0 (kind, "number") == 0) {
    dk_number_open (self, id);
  } else if (g_strcmp0 (kind, "ticket") == 0) {
    dk_shell_go (self, "ticket", id);
  } else if (g_strcmp0 (kind, "service") == 0) {
    dk_shell_go (self, "services", id);
  } else if (g_strcmp0 (kind, "call-tree") == 0) {
    key = g_strdup_printf ("tree:%s", id);
    dk_shell_go (self, "calltrees", key);
  } else {
    key = g_strdup_printf ("%s:%s", kind, id);
    dk_shell_go (self, "runbooks", key);
  }
}

void
dk_shell_go (DkShell *self, const char *page, const char *id)
{
  int i = find_page (page);
  GtkWidget *widget = gtk_stack_get_child_by_name (self->stack, page);
  GtkListBoxRow *row;

  g_assert (i >= 0);
  if (g_str_equal (page, "handover") && self->facts != NULL && !self->facts->may_send)
    return;
  if (widget == NULL) {
    widget = g_object_new (pages[i].type (), "visible", TRUE, NULL);
    gtk_stack_add_named (self->stack, widget, page);
  }
  row = pages[i].title != NULL ? gtk_list_box_get_row_at_index (self->sidebar, i) : NULL;
  g_signal_handlers_block_by_func (self->sidebar, on_row_selected, self);
  if (row != NULL)
    gtk_list_box_select_row (self->sidebar, row);
  else
    gtk_list_box_unselect_all (self->sidebar);
  g_signal_handlers_unblock_by_func (self->sidebar, on_row_selected, self);
  if (self->message_timer != 0 && self->undo_call == NULL)
    hide_message (self);
  gtk_stack_set_visible_child (self->stack, widget);
  dk_page_refresh (DK_PAGE (widget));
  if (id != NULL)
    dk_page_open (DK_PAGE (widget), id);
  dk_page_enter (DK_PAGE (widget));
  dk_shell_update_actions (self);
}

DkPage *
dk_shell_current_page (DkShell *self)
{
  GtkWidget *page = gtk_stack_get_visible_child (self->stack);

  return page != NULL ? DK_PAGE (page) : NULL;
}

void
dk_shell_focus_search (DkShell *self)
{
  dk_search_box_focus (self->search);
}

const DkFacts *
dk_shell_facts (DkShell *self)
{
  return self->facts;
}

void
dk_shell_update_actions (DkShell *self)
{
  GtkWidget *window = gtk_widget_get_toplevel (GTK_WIDGET (self));

  if (G_IS_ACTION_MAP (window) && dk_shell_current_page (self) != NULL)
    dk_shell_actions_update (G_ACTION_MAP (window), dk_shell_current_page (self));
}

void
dk_shell_seal (DkShell *self)
{
  g_autoptr (GList) children = gtk_container_get_children (GTK_CONTAINER (self->stack));

  for (GList *l = children; l != NULL; l = l->next)
    dk_page_seal (DK_PAGE (l->data));
}

static gboolean
focus_takes_text (GtkWidget *focus)
{
  return focus != NULL && (GTK_IS_EDITABLE (focus) || GTK_IS_TEXT_VIEW (focus)
                           || GTK_IS_COMBO_BOX (focus)
                           || g_object_get_data (G_OBJECT (focus), DK_TAKES_LETTERS) != NULL);
}

static gboolean
on_window_key (GtkWidget *window, GdkEventKey *event, DkShell *self)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (window));
  const guint modifiers = GDK_CONTROL_MASK | GDK_MOD1_MASK | GDK_SUPER_MASK;
  gunichar typed = gdk_keyval_to_unicode (event->keyval);

  if (focus_takes_text (focus) || (event->state & modifiers) != 0 || !g_unichar_isgraph (typed))
    return GDK_EVENT_PROPAGATE;
  return dk_search_box_take_key (self->search, (GdkEvent *) event);
}

/* The first letter may have gone into the search, where no field had the focus. */
static void
on_scanned (gpointer data, const char *text)
{
  DkShell *self = data;

  dk_search_box_leave (self->search);
  dk_number_open (self, text);
}

static void
on_hierarchy_changed (GtkWidget *widget, GtkWidget *before, gpointer data)
{
  DkShell *self = DK_SHELL (widget);
  GtkWidget *window = gtk_widget_get_toplevel (widget);

  g_clear_pointer (&self->scan, dk_scan_free);
  if (GTK_IS_WINDOW (window))
    self->scan = dk_scan_new (GTK_WINDOW (window),
                              &(DkScanReply) { .scanned = on_scanned, .data = self });
  if (GTK_IS_WINDOW (before))
    g_signal_handlers_disconnect_by_func (before, on_window_key, widget);
  if (GTK_IS_WINDOW (window))
    g_signal_connect_object (window, "key-press-event", G_CALLBACK (on_window_key), widget, 0);
}

static void
dk_shell_dispose (GObject *object)
{
  DkShell *self = DK_SHELL (object);

  dk_kit_thread_watch (NULL, NULL);
  g_clear_handle_id (&self->message_timer, g_source_remove);
  g_clear_handle_id (&self->refresh_timer, g_source_remove);
  g_clear_pointer (&self->scan, dk_scan_free);
  if (self->undo != NULL)
    drop_undo (self);
  self->undo = NULL;
  g_clear_pointer (&self->facts, dk_facts_free);
  g_clear_pointer (&self->backup_said, g_free);
  G_OBJECT_CLASS (dk_shell_parent_class)->dispose (object);
}

static void
dk_shell_class_init (DkShellClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = dk_shell_dispose;
  facts_signal = g_signal_new ("facts-changed", DK_TYPE_SHELL, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                               NULL, G_TYPE_NONE, 0);
  g_type_ensure (DK_TYPE_BANNER);
  g_type_ensure (DK_TYPE_SEARCH_BOX);
  g_type_ensure (DK_TYPE_WAITING_BAR);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/downtimekit/ui/shell.ui");
  gtk_widget_class_bind_template_child (widget_class, DkShell, banner);
  gtk_widget_class_bind_template_child (widget_class, DkShell, sidebar);
  gtk_widget_class_bind_template_child (widget_class, DkShell, search);
  gtk_widget_class_bind_template_child (widget_class, DkShell, waiting_bar);
  gtk_widget_class_bind_template_child (widget_class, DkShell, message_bar);
  gtk_widget_class_bind_template_child (widget_class, DkShell, message);
  gtk_widget_class_bind_template_child (widget_class, DkShell, undo);
  gtk_widget_class_bind_template_child (widget_class, DkShell, stack);
  gtk_widget_class_bind_template_child (widget_class, DkShell, status_station);
  gtk_widget_class_bind_template_child (widget_class, DkShell, status_content);
  gtk_widget_class_bind_template_child (widget_class, DkShell, status_waiting);
  gtk_widget_class_bind_template_child (widget_class, DkShell, status_saved);
  gtk_widget_class_bind_template_child (widget_class, DkShell, status_backup);
  gtk_widget_class_bind_template_child (widget_class, DkShell, status_user);
  gtk_widget_class_bind_template_callback (widget_class, on_row_selected);
  gtk_widget_class_bind_template_callback (widget_class, on_waiting_chosen);
  gtk_widget_class_bind_template_callback (widget_class, on_chosen);
  gtk_widget_class_bind_template_callback (widget_class, on_undo);
  gtk_widget_class_bind_template_callback (widget_class, on_message_response);
}

static void
dk_shell_init (DkShell *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    if (pages[i].title != NULL)
      add_sidebar_row (self, i);
  g_signal_connect (self, "hierarchy-changed", G_CALLBACK (on_hierarchy_changed), NULL);
  dk_kit_thread_watch (on_store_changed, self);
  self->refresh_timer = g_timeout_add_seconds (REFRESH_EVERY_S, refresh_ages, self);
  load_facts (self);
  dk_waiting_bar_refresh (self->waiting_bar);
  dk_pack_run_tidy ();
  look_for_backup (self);
}

GtkWidget *
dk_shell_new (void)
{
  return g_object_new (DK_TYPE_SHELL, NULL);
}
