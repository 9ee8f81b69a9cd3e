/* SPDX-License-Identifier: MIT */
#include "ui/new-passphrase.h"

#include <glib/gi18n.h>

#include "ui/secret-buffer.h"

/* Nothing but length is asked for: rules about digits and capitals make passphrases that are
 * written down. */
#define CHARACTERS_MIN 8u

struct _DkNewPassphrase {
  GtkBox parent_instance;
  GtkEntry *first;
  GtkEntry *again;
  GtkEntryBuffer *first_buffer;
  GtkEntryBuffer *again_buffer;
};

G_DEFINE_FINAL_TYPE (DkNewPassphrase, dk_new_passphrase, GTK_TYPE_BOX)

enum { CHANGED, ACTIVATE, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
on_changed (GtkEditable *editable, DkNewPassphrase *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
on_first_activate (GtkEntry *entry, DkNewPassphrase *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->again));
}

static void
on_again_activate (GtkEntry *entry, DkNewPassphrase *self)
{
  g_signal_emit (self, signals[ACTIVATE], 0);
}

static void
dk_new_passphrase_dispose (GObject *object)
{
  DkNewPassphrase *self = DK_NEW_PASSPHRASE (object);

  g_clear_object (&self->first_buffer);
  g_clear_object (&self->again_buffer);
  G_OBJECT_CLASS (dk_new_passphrase_parent_class)->dispose (object);
}

static void
dk_new_passphrase_class_init (DkNewPassphraseClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = dk_new_passphrase_dispose;
  signals[CHANGED] = g_signal_new ("changed", DK_TYPE_NEW_PASSPHRASE, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
  signals[ACTIVATE] = g_signal_new ("activate", DK_TYPE_NEW_PASSPHRASE, G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/downtimekit/ui/new-passphrase.ui");
  gtk_widget_class_bind_template_child (widget_class, DkNewPassphrase, first);
  gtk_widget_class_bind_template_child (widget_class, DkNewPassphrase, again);
  gtk_widget_class_bind_template_callback (widget_class, on_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_first_activate);
  gtk_widget_class_bind_template_callback (widget_class, on_again_activate);
}

static void
dk_new_passphrase_init (DkNewPassphrase *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->first_buffer = dk_secret_buffer_new ();
  self->again_buffer = dk_secret_buffer_new ();
  gtk_entry_set_buffer (self->first, self->first_buffer);
  gtk_entry_set_buffer (self->again, self->again_buffer);
}

const char *
dk_new_passphrase_problem (DkNewPassphrase *self)
{
  g_autoptr (DkSecret) first = dk_secret_buffer_copy (DK_SECRET_BUFFER (self->first_buffer));
  g_autoptr (DkSecret) again = dk_secret_buffer_copy (DK_SECRET_BUFFER (self->again_buffer));

  if (gtk_entry_buffer_get_length (self->first_buffer) < CHARACTERS_MIN)
    return _ ("The passphrase needs 8 characters or more; four random words are good.");
  if (!dk_secret_equal (first, again))
    return _ ("The two passphrases differ. Type the second one again.");
  return NULL;
}

DkSecret *
dk_new_passphrase_copy (DkNewPassphrase *self)
{
  return dk_secret_buffer_copy (DK_SECRET_BUFFER (self->first_buffer));
}

void
dk_new_passphrase_focus (DkNewPassphrase *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->first));
}
