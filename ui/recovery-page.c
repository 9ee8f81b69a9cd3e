/* SPDX-License-Identifier: MIT */
#include "ui/recovery-page.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/crypto/recovery.h"
#include "ui/kit-thread.h"
#include "ui/new-passphrase.h"
#include "ui/secret-buffer.h"

#define GROUPS 8
#define DIGITS 6
#define PROGRESS_STEP_MS 100

struct _DkRecoveryPage {
  GtkBox parent_instance;
  GtkWidget *fields;
  GtkGrid *groups;
  GtkEntry *reason;
  DkNewPassphrase *passphrase;
  GtkWidget *open;
  GtkProgressBar *progress;
  GtkLabel *message;
  GtkEntry *entries[GROUPS];
  GtkEntryBuffer *buffers[GROUPS];
  char *folder;
  guint timer;
};

G_DEFINE_FINAL_TYPE (DkRecoveryPage, dk_recovery_page, GTK_TYPE_BOX)

enum { UNLOCKED, BACK, N_SIGNALS };
static guint signals[N_SIGNALS];

typedef enum { GROUP_OPEN, GROUP_RIGHT, GROUP_WRONG } GroupState;

static GroupState
judge_group (DkRecoveryPage *self, int i)
{
  if (gtk_entry_buffer_get_length (self->buffers[i]) < DIGITS)
    return GROUP_OPEN;
  return dk_recovery_check_group (gtk_entry_buffer_get_text (self->buffers[i]), i + 1)
             ? GROUP_RIGHT
             : GROUP_WRONG;
}

static void
say (DkRecoveryPage *self, const char *text, gboolean is_error)
{
  GtkStyleContext *style = gtk_widget_get_style_context (GTK_WIDGET (self->message));

  gtk_label_set_text (self->message, text);
  if (is_error)
    gtk_style_context_add_class (style, "error");
  else
    gtk_style_context_remove_class (style, "error");
}

/* What is still missing, in words; NULL if nothing is. New string. */
static char *
find_missing (DkRecoveryPage *self, gboolean *is_wrong)
{
  g_autofree char *reason = g_strstrip (g_strdup (gtk_entry_get_text (self->reason)));
  const char *problem = dk_new_passphrase_problem (self->passphrase);

  *is_wrong = TRUE;
  for (int i = 0; i < GROUPS; i++)
    if (judge_group (self, i) == GROUP_WRONG)
      return g_strdup_printf (_ ("Group %d is not right. Compare it with the paper."), i + 1);
  *is_wrong = FALSE;
  for (int i = 0; i < GROUPS; i++)
    if (judge_group (self, i) == GROUP_OPEN)
      return g_strdup_printf (_ ("Type group %d of the paper: six digits."), i + 1);
  if (*reason == '\0')
    return g_strdup (_ ("The code is right so far. Say why it is used: that goes into the log."));
  return g_strdup (problem);
}

static void
show_standing (DkRecoveryPage *self)
{
  gboolean is_wrong;
  g_autofree char *missing = find_missing (self, &is_wrong);

  gtk_widget_set_sensitive (self->open, missing == NULL);
  say (self, missing != NULL ? missing : _ ("Everything is there."), is_wrong);
}

/* By an icon and a word, not by colour alone. */
static void
mark_group (DkRecoveryPage *self, int i)
{
  GroupState state = judge_group (self, i);

  gtk_entry_set_icon_from_icon_name (self->entries[i], GTK_ENTRY_ICON_SECONDARY,
                                     state == GROUP_RIGHT   ? "emblem-ok-symbolic"
                                     : state == GROUP_WRONG ? "dialog-error-symbolic"
                                                            : NULL);
  gtk_entry_set_icon_tooltip_text (self->entries[i], GTK_ENTRY_ICON_SECONDARY,
                                   state == GROUP_RIGHT   ? _ ("right")
                                   : state == GROUP_WRONG ? _ ("not right: compare with the paper")
                                                          : NULL);
}

static void
on_group_changed (GtkEditable *editable, DkRecoveryPage *self)
{
  int i = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (editable), "group"));

  mark_group (self, i);
  show_standing (self);
  if (judge_group (self, i) != GROUP_RIGHT
      || !gtk_widget_has_focus (GTK_WIDGET (self->entries[i])))
    return;
  if (i + 1 < GROUPS)
    gtk_widget_grab_focus (GTK_WIDGET (self->entries[i + 1]));
  else
    gtk_widget_grab_focus (GTK_WIDGET (self->reason));
}

/* Digits alone go in; a dash or a blank of the paper may be typed along. */
static void
on_group_insert (GtkEditable *editable, const char *text, int size, int *position, gpointer data)
{
  for (int i = 0; i < size; i++)
    if (!g_ascii_isdigit (text[i])) {
      g_signal_stop_emission_by_name (editable, "insert-text");
      return;
    }
}

static void
on_changed (GtkWidget *widget, DkRecoveryPage *self)
{
  show_standing (self);
}

static gboolean
pulse (gpointer data)
{
  gtk_progress_bar_pulse (DK_RECOVERY_PAGE (data)->progress);
  return G_SOURCE_CONTINUE;
}

static void
set_busy (DkRecoveryPage *self, gboolean busy)
{
  gtk_widget_set_sensitive (self->fields, !busy);
  gtk_widget_set_opacity (GTK_WIDGET (self->progress), busy ? 1 : 0);
  g_clear_handle_id (&self->timer, g_source_remove);
  if (busy)
    self->timer = g_timeout_add (PROGRESS_STEP_MS, pulse, self);
}

static void
on_opened (gpointer owner, gpointer result, const GError *error)
{
  DkRecoveryPage *self = owner;

  set_busy (self, FALSE);
  if (error != NULL) {
    say (self, error->message, TRUE);
    return;
  }
  for (int i = 0; i < GROUPS; i++)
    (void) gtk_entry_buffer_delete_text (self->buffers[i], 0, -1);
  g_signal_emit (self, signals[UNLOCKED], 0);
}

static DkSecret *
join_groups (DkRecoveryPage *self)
{
  DkSecret *code = dk_secret_new (GROUPS * (DIGITS + 1));
  char *text = (char *) dk_secret_get_mutable (code);

  for (int i = 0; i < GROUPS; i++) {
    memcpy (text + i * (DIGITS + 1), gtk_entry_buffer_get_text (self->buffers[i]), DIGITS);
    text[i * (DIGITS + 1) + DIGITS] = i + 1 < GROUPS ? '-' : '\0';
  }
  return code;
}

static void
start (DkRecoveryPage *self)
{
  DkUnlockOrder *order;

  if (!gtk_widget_get_sensitive (self->open))
    return;
  order = g_new0 (DkUnlockOrder, 1);
  order->folder = g_strdup (self->folder);
  order->reason = g_strstrip (g_strdup (gtk_entry_get_text (self->reason)));
  order->passphrase = dk_new_passphrase_copy (self->passphrase);
  order->code = join_groups (self);
  set_busy (self, TRUE);
  say (self, _ ("Opening. Two keys are derived: this takes some seconds."), FALSE);
  dk_kit_thread_open (G_OBJECT (self), order, on_opened);
}

static void
on_open (GtkButton *button, DkRecoveryPage *self)
{
  start (self);
}

static void
on_activate (GtkWidget *widget, DkRecoveryPage *self)
{
  start (self);
}

static void
on_back (GtkButton *button, DkRecoveryPage *self)
{
  g_signal_emit (self, signals[BACK], 0);
}

static void
dk_recovery_page_dispose (GObject *object)
{
  DkRecoveryPage *self = DK_RECOVERY_PAGE (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_pointer (&self->folder, g_free);
  for (int i = 0; i < GROUPS; i++)
    g_clear_object (&self->buffers[i]);
  G_OBJECT_CLASS (dk_recovery_page_parent_class)->dispose (object);
}

static void
dk_recovery_page_class_init (DkRecoveryPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = dk_recovery_page_dispose;
  signals[UNLOCKED] = g_signal_new ("unlocked", DK_TYPE_RECOVERY_PAGE, G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 0);
  signals[BACK] = g_signal_new ("back", DK_TYPE_RECOVERY_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 0);
  g_type_ensure (DK_TYPE_NEW_PASSPHRASE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/downtimekit/ui/recovery-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DkRecoveryPage, fields);
  gtk_widget_class_bind_template_child (widget_class, DkRecoveryPage, groups);
  gtk_widget_class_bind_template_child (widget_class, DkRecoveryPage, reason);
  gtk_widget_class_bind_template_child (widget_class, DkRecoveryPage, passphrase);
  gtk_widget_class_bind_template_child (widget_class, DkRecoveryPage, open);
  gtk_widget_class_bind_template_child (widget_class, DkRecoveryPage, progress);
  gtk_widget_class_bind_template_child (widget_class, DkRecoveryPage, message);
  gtk_widget_class_bind_template_callback (widget_class, on_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_activate);
  gtk_widget_class_bind_template_callback (widget_class, on_open);
  gtk_widget_class_bind_template_callback (widget_class, on_back);
}

static void
add_group (DkRecoveryPage *self, int i)
{
  GtkWidget *entry = gtk_entry_new ();
  g_autofree char *name = g_strdup_printf (_ ("Group %d"), i + 1);
  GtkWidget *label = gtk_label_new (name);

  self->entries[i] = GTK_ENTRY (entry);
  self->buffers[i] = dk_secret_buffer_new ();
  gtk_entry_set_buffer (GTK_ENTRY (entry), self->buffers[i]);
  gtk_entry_set_width_chars (GTK_ENTRY (entry), DIGITS + 3);
  gtk_entry_set_max_length (GTK_ENTRY (entry), DIGITS);
  gtk_entry_set_input_purpose (GTK_ENTRY (entry), GTK_INPUT_PURPOSE_DIGITS);
  gtk_style_context_add_class (gtk_widget_get_style_context (entry), "number");
  gtk_style_context_add_class (gtk_widget_get_style_context (label), "field-label");
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  g_object_set_data (G_OBJECT (entry), "group", GINT_TO_POINTER (i));
  atk_object_set_name (gtk_widget_get_accessible (entry), name);
  g_signal_connect (entry, "insert-text", G_CALLBACK (on_group_insert), NULL);
  g_signal_connect (entry, "changed", G_CALLBACK (on_group_changed), self);
  gtk_grid_attach (self->groups, label, i % 4, i / 4 * 2, 1, 1);
  gtk_grid_attach (self->groups, entry, i % 4, i / 4 * 2 + 1, 1, 1);
}

static void
dk_recovery_page_init (DkRecoveryPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  for (int i = 0; i < GROUPS; i++)
    add_group (self, i);
  gtk_widget_show_all (GTK_WIDGET (self->groups));
  show_standing (self);
}

GtkWidget *
dk_recovery_page_new (const char *folder)
{
  DkRecoveryPage *self = g_object_new (DK_TYPE_RECOVERY_PAGE, NULL);

  self->folder = g_strdup (folder);
  return GTK_WIDGET (self);
}

void
dk_recovery_page_focus (DkRecoveryPage *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->entries[0]));
}
