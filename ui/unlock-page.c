/* SPDX-License-Identifier: MIT */
#include "ui/unlock-page.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/base/file.h"
#include "app/base/limits.h"
#include "app/base/text.h"
#include "ui/kit-thread.h"
#include "ui/secret-buffer.h"

#define PROGRESS_STEP_MS 100
#define FAILURES_BEFORE_PAUSE 3u
#define PAUSE_MAX_S 10u

struct _DkUnlockPage {
  GtkBox parent_instance;
  GtkLabel *station;
  GtkLabel *refused;
  GtkWidget *fields;
  GtkComboBoxText *user;
  GtkWidget *as_label;
  GtkEntry *as_name;
  GtkEntry *passphrase;
  GtkWidget *unlock;
  GtkWidget *recover;
  GtkProgressBar *progress;
  GtkLabel *message;
  GtkWidget *close;
  GtkLabel *folder_line;
  GtkEntryBuffer *buffer;
  char *folder;
  guint timer;
  guint failures;
};

G_DEFINE_FINAL_TYPE (DkUnlockPage, dk_unlock_page, GTK_TYPE_BOX)

enum { UNLOCKED, HELD, RECOVER, N_SIGNALS };
static guint signals[N_SIGNALS];

static char *
last_user_path (void)
{
  return g_build_filename (g_get_user_state_dir (), "downtime-kit", "last-user", NULL);
}

static gboolean
is_shared (const char *folder, const char *user)
{
  DkSlotKind kind;

  return dk_kit_slot_kind (folder, user, &kind, NULL) && kind == DK_SLOT_SHARED;
}

/* Which name to offer is a convenience: a failure to keep it is no reason to bother anybody. */
static void
keep_last_user (const char *name)
{
  g_autofree char *path = last_user_path ();
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  if (!dk_file_make_folder (folder, &error)
      || !dk_file_replace (path, name, strlen (name), DK_FILE_NOT_SYNCED, &error))
    g_debug ("last user: %s", error->message);
}

static char *
read_last_user (void)
{
  g_autofree char *path = last_user_path ();
  g_autoptr (GBytes) bytes = dk_file_read (path, DK_LIMIT_NAME_BYTES, NULL);

  if (bytes == NULL)
    return NULL;
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
show_message (DkUnlockPage *self, const char *text, gboolean is_error)
{
  GtkStyleContext *style = gtk_widget_get_style_context (GTK_WIDGET (self->message));

  gtk_label_set_text (self->message, text);
  if (is_error)
    gtk_style_context_add_class (style, "error");
  else
    gtk_style_context_remove_class (style, "error");
}

static void
set_busy (DkUnlockPage *self, gboolean busy)
{
  gtk_widget_set_sensitive (self->fields, !busy);
  gtk_widget_set_opacity (GTK_WIDGET (self->progress), busy ? 1 : 0);
  g_clear_handle_id (&self->timer, g_source_remove);
}

/* How long the key takes is not known before it is there, so the bar tells that work goes on and
 * claims no fraction. */
static gboolean
pulse (gpointer data)
{
  gtk_progress_bar_pulse (DK_UNLOCK_PAGE (data)->progress);
  return G_SOURCE_CONTINUE;
}

static gboolean
end_pause (gpointer data)
{
  DkUnlockPage *self = data;

  self->timer = 0;
  gtk_widget_set_sensitive (self->fields, TRUE);
  dk_unlock_page_focus (self);
  return G_SOURCE_REMOVE;
}

static void
on_refused (DkUnlockPage *self, const GError *error)
{
  guint pause_s = 0;

  set_busy (self, FALSE);
  show_message (self, error->message, TRUE);
  if (g_error_matches (error, DK_ERROR, DK_ERROR_DENIED))
    self->failures++;
  if (self->failures > FAILURES_BEFORE_PAUSE)
    pause_s = MIN (2 * (self->failures - FAILURES_BEFORE_PAUSE), PAUSE_MAX_S);
  if (pause_s > 0) {
    gtk_widget_set_sensitive (self->fields, FALSE);
    self->timer = g_timeout_add_seconds (pause_s, end_pause, self);
  } else {
    dk_unlock_page_focus (self);
  }
  if (g_error_matches (error, DK_ERROR, DK_ERROR_BUSY))
    g_signal_emit (self, signals[HELD], 0);
}

static void
on_opened (gpointer owner, gpointer result, const GError *error)
{
  DkUnlockPage *self = owner;
  g_autofree char *user = gtk_combo_box_text_get_active_text (self->user);

  if (error != NULL) {
    on_refused (self, error);
    return;
  }
  set_busy (self, FALSE);
  gtk_entry_buffer_delete_text (self->buffer, 0, -1);
  keep_last_user (user);
  g_signal_emit (self, signals[UNLOCKED], 0);
}

static DkUnlockOrder *
new_order (DkUnlockPage *self, const char *user)
{
  DkUnlockOrder *order = g_new0 (DkUnlockOrder, 1);

  order->folder = g_strdup (self->folder);
  order->user = g_strdup (user);
  if (gtk_widget_get_visible (GTK_WIDGET (self->as_name)))
    order->as_name = g_strstrip (g_strdup (gtk_entry_get_text (self->as_name)));
  order->passphrase = dk_secret_buffer_copy (DK_SECRET_BUFFER (self->buffer));
  return order;
}

/* What is still missing, in words, with the focus where it goes; NULL if nothing is. */
static const char *
ask_for_more (DkUnlockPage *self, const char *user)
{
  g_autofree char *as_name = g_strstrip (g_strdup (gtk_entry_get_text (self->as_name)));

  if (user == NULL) {
    gtk_widget_grab_focus (GTK_WIDGET (self->user));
    return _ ("Choose your name first.");
  }
  if (gtk_widget_get_visible (GTK_WIDGET (self->as_name)) && *as_name == '\0') {
    gtk_widget_grab_focus (GTK_WIDGET (self->as_name));
    return _ ("Several people use this one. Type your own name: it goes into the log.");
  }
  if (gtk_entry_buffer_get_length (self->buffer) > 0)
    return NULL;
  dk_unlock_page_focus (self);
  return _ ("Type the passphrase of this person, then press Enter.");
}

static void
start_unlock (DkUnlockPage *self)
{
  g_autofree char *user = gtk_combo_box_text_get_active_text (self->user);
  const char *missing = ask_for_more (self, user);

  if (missing != NULL) {
    show_message (self, missing, FALSE);
    return;
  }
  set_busy (self, TRUE);
  show_message (self, _ ("Deriving the key from the passphrase. This takes about a second."),
                FALSE);
  self->timer = g_timeout_add (PROGRESS_STEP_MS, pulse, self);
  dk_kit_thread_open (G_OBJECT (self), new_order (self, user), on_opened);
}

static void
on_unlock (GtkEntry *entry, DkUnlockPage *self)
{
  start_unlock (self);
}

static void
on_unlock_clicked (GtkButton *button, DkUnlockPage *self)
{
  start_unlock (self);
}

/* A slot that several people share asks who sits there. */
static void
on_user_changed (GtkComboBox *combo, DkUnlockPage *self)
{
  g_autofree char *user = gtk_combo_box_text_get_active_text (self->user);
  gboolean shared = user != NULL && is_shared (self->folder, user);

  gtk_widget_set_visible (self->as_label, shared);
  gtk_widget_set_visible (GTK_WIDGET (self->as_name), shared);
}

static gboolean
focus_later (gpointer data)
{
  dk_unlock_page_focus (data);
  return G_SOURCE_REMOVE;
}

/* Only when a name was chosen in the list: the arrow keys go on through the names. The list closes
 * before the choice is told. */
static void
on_list_closed (GtkComboBox *combo, GParamSpec *property, DkUnlockPage *self)
{
  gboolean shown;

  g_object_get (combo, "popup-shown", &shown, NULL);
  if (!shown)
    (void) g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, focus_later, g_object_ref (self),
                            g_object_unref);
}

static void
on_recover (GtkButton *button, DkUnlockPage *self)
{
  g_signal_emit (self, signals[RECOVER], 0);
}

static void
on_close (GtkButton *button, DkUnlockPage *self)
{
  gtk_window_close (GTK_WINDOW (gtk_widget_get_toplevel (GTK_WIDGET (self))));
}

/* There is nothing to unlock: the one thing left to do is to close. */
static void
give_up (DkUnlockPage *self, const char *text)
{
  show_message (self, text, TRUE);
  gtk_widget_set_sensitive (self->fields, FALSE);
  gtk_widget_hide (self->recover);
  gtk_widget_show (self->close);
}

static void
dk_unlock_page_dispose (GObject *object)
{
  DkUnlockPage *self = DK_UNLOCK_PAGE (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_pointer (&self->folder, g_free);
  g_clear_object (&self->buffer);
  G_OBJECT_CLASS (dk_unlock_page_parent_class)->dispose (object);
}

static void
dk_unlock_page_class_init (DkUnlockPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = dk_unlock_page_dispose;
  signals[UNLOCKED] = g_signal_new ("unlocked", DK_TYPE_UNLOCK_PAGE, G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 0);
  signals[HELD] = g_signal_new ("held", DK_TYPE_UNLOCK_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 0);
  signals[RECOVER] = g_signal_new ("recover", DK_TYPE_UNLOCK_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/downtimekit/ui/unlock-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DkUnlockPage, station);
  gtk_widget_class_bind_template_child (widget_class, DkUnlockPage, refused);
  gtk_widget_class_bind_template_child (widget_class, DkUnlockPage, fields);
  gtk_widget_class_bind_template_child (widget_class, DkUnlockPage, user);
  gtk_widget_class_bind_template_child (widget_class, DkUnlockPage, passphrase);
  gtk_widget_class_bind_template_child (widget_class, DkUnlockPage, as_label);
  gtk_widget_class_bind_template_child (widget_class, DkUnlockPage, as_name);
  gtk_widget_class_bind_template_child (widget_class, DkUnlockPage, recover);
  gtk_widget_class_bind_template_child (widget_class, DkUnlockPage, unlock);
  gtk_widget_class_bind_template_child (widget_class, DkUnlockPage, progress);
  gtk_widget_class_bind_template_child (widget_class, DkUnlockPage, message);
  gtk_widget_class_bind_template_child (widget_class, DkUnlockPage, close);
  gtk_widget_class_bind_template_child (widget_class, DkUnlockPage, folder_line);
  gtk_widget_class_bind_template_callback (widget_class, on_unlock);
  gtk_widget_class_bind_template_callback (widget_class, on_unlock_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_user_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_list_closed);
  gtk_widget_class_bind_template_callback (widget_class, on_recover);
  gtk_widget_class_bind_template_callback (widget_class, on_close);
}

static void
dk_unlock_page_init (DkUnlockPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->buffer = dk_secret_buffer_new ();
  gtk_entry_set_buffer (self->passphrase, self->buffer);
}

static void
show_people (DkUnlockPage *self, const char *user, gboolean ask_user)
{
  g_autofree char *last = user != NULL ? g_strdup (user) : read_last_user ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) people = dk_kit_people (self->folder, &error);

  if (people == NULL) {
    give_up (self, error->message);
    return;
  }
  for (guint i = 0; i < people->len; i++) {
    gtk_combo_box_text_append_text (self->user, people->pdata[i]);
    if (!ask_user && (i == 0 || g_strcmp0 (people->pdata[i], last) == 0))
      gtk_combo_box_set_active (GTK_COMBO_BOX (self->user), (int) i);
  }
  if (ask_user)
    show_message (self, _ ("Choose your name, then type your passphrase. What was being typed "
                           "before is kept as a draft."),
                  FALSE);
}

static void
show_station (DkUnlockPage *self)
{
  json_t *facts = dk_kit_locked_facts (self->folder, NULL);
  const char *station = dk_json_get_text (facts, "station");
  const char *site = dk_json_get_text (facts, "site");
  g_autofree char *place = g_strdup_printf (_ ("Kit: %s"), self->folder);
  g_autofree char *line = NULL;
  g_autofree char *safe = NULL;

  if (station != NULL)
    line = g_strdup_printf (_ ("Station %s, site %s"), station, site != NULL ? site : "?");
  else
    line = g_strdup (_ ("This kit does not tell its station while it is locked."));
  safe = dk_text_printable (line, FALSE);
  gtk_label_set_text (self->station, safe);
  gtk_label_set_text (self->folder_line, place);
  json_decref (facts);
}

GtkWidget *
dk_unlock_page_new (const char *folder, const char *user, gboolean ask_user)
{
  DkUnlockPage *self = g_object_new (DK_TYPE_UNLOCK_PAGE, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  self->folder = g_strdup (folder);
  if (dk_kit_exists (folder)) {
    show_station (self);
    show_people (self, user, ask_user);
  } else if (!dk_kit_check_there (folder, &error)
             && g_error_matches (error, DK_ERROR, DK_ERROR_DAMAGED)) {
    gtk_label_set_text (self->station, _ ("The kit file is missing"));
    give_up (self, error->message);
  } else {
    text = g_strdup_printf (
        _ ("There is no kit in %s. Nothing was changed. Make one with “dkit init”, "
           "try the sample with “dkit demo”, or name another folder with --kit."),
        folder);
    gtk_label_set_text (self->station, _ ("No kit here"));
    give_up (self, text);
  }
  return GTK_WIDGET (self);
}

char *
dk_unlock_page_get_user (DkUnlockPage *self)
{
  return gtk_combo_box_text_get_active_text (self->user);
}

void
dk_unlock_page_tell_refused (DkUnlockPage *self, const char *refused)
{
  g_autofree char *text = g_strdup_printf (
      _ ("When the kit was locked, something could not be finished: %s\n\nEverything stored before "
         "is safe. Unlock the kit and look whether the last words are there; type them again if "
         "they are not."),
      refused);

  gtk_label_set_text (self->refused, text);
  gtk_widget_show (GTK_WIDGET (self->refused));
}

void
dk_unlock_page_focus (DkUnlockPage *self)
{
  if (gtk_widget_get_visible (self->close)) {
    gtk_widget_grab_focus (self->close);
    return;
  }
  if (gtk_combo_box_get_active (GTK_COMBO_BOX (self->user)) < 0) {
    gtk_widget_grab_focus (GTK_WIDGET (self->user));
    return;
  }
  if (gtk_widget_get_visible (GTK_WIDGET (self->as_name))
      && *gtk_entry_get_text (self->as_name) == '\0') {
    gtk_widget_grab_focus (GTK_WIDGET (self->as_name));
    return;
  }
  gtk_widget_grab_focus (GTK_WIDGET (self->passphrase));
  gtk_editable_select_region (GTK_EDITABLE (self->passphrase), 0, -1);
}
