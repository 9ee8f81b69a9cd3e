/* SPDX-License-Identifier: MIT */
#include "ui/person-dialog.h"

#include <glib/gi18n.h>

#include "app/base/clock.h"
#include "app/kit/people.h"
#include "ui/new-passphrase.h"
#include "ui/secret-buffer.h"
#include "ui/window.h"

struct _DkPersonDialog {
  GtkDialog parent_instance;
  GtkLabel *what;
  GtkWidget *name_label;
  GtkEntry *name;
  GtkWidget *role_label;
  GtkComboBoxText *role;
  GtkWidget *until_label;
  GtkEntry *until;
  GtkToggleButton *shared;
  GtkToggleButton *with_admin;
  DkNewPassphrase *passphrase;
  GtkEntry *own;
  GtkLabel *problem;
  GtkEntryBuffer *own_buffer;
  DkPeopleStep step;
  DkRole role_before;
  char *about;
  GWeakRef owner;
  void (*done) (GtkWidget *owner, DkPeopleOrder *order);
};

G_DEFINE_FINAL_TYPE (DkPersonDialog, dk_person_dialog, GTK_TYPE_DIALOG)

/* Which fields a step shows. */
enum { NAME = 1, ROLE = 2, UNTIL = 4, SHARED = 8, PASSPHRASE = 16, WITH_ADMIN = 32 };

static const struct {
  guint fields;
  const char *title;
  const char *what;
  const char *button;
} steps[] = {
  [DK_PEOPLE_ADD]
  = { NAME | ROLE | UNTIL | SHARED | PASSPHRASE, N_ ("Add a person"),
      N_ ("The person opens this kit with a passphrase of their own. Tell it to them in person, "
          "and let them change it (Menu, Change my passphrase)."),
      N_ ("_Add person") },
  [DK_PEOPLE_CHANGE]
  = { ROLE | UNTIL, N_ ("Change role or end"),
      N_ ("What the person stored stays. Where a role loses rights, the keys of the kit are "
          "renewed: the whole kit is written anew, which takes a moment. Who is front-line and "
          "gets more rights gets a new passphrase too: tell it to them in person."),
      N_ ("_Change role and end") },
  [DK_PEOPLE_RESET]
  = { PASSPHRASE, N_ ("Give a new passphrase"),
      N_ ("The passphrase of before opens nothing any more. First make sure who asks: call back on "
          "the number on file. Tell the new one in person."),
      N_ ("_Give new passphrase") },
  [DK_PEOPLE_REMOVE]
  = { 0, N_ ("Remove a person"),
      N_ ("The person can open this kit no more, and its keys are renewed: the whole kit is "
          "written anew, which takes a moment. Tickets and entries of the person stay. What was "
          "copied before, a backup or a stolen disk, still opens with the old passphrase."),
      N_ ("_Remove person and renew keys") },
  [DK_PEOPLE_OWN]
  = { PASSPHRASE, N_ ("Change my passphrase"),
      N_ ("The passphrase of before opens nothing any more. Nobody can read the new one; if it is "
          "lost, a lead or an administrator gives another one."),
      N_ ("_Change passphrase") },
  [DK_PEOPLE_ROTATE]
  = { WITH_ADMIN, N_ ("Make a new recovery code"),
      N_ ("The printed code of before opens nothing any more. The new one is shown once and "
          "printed for the sealed envelope: have a printer at hand. If the kit was opened with the "
          "code, its keys are renewed as well, which takes a moment."),
      N_ ("_Make new code") },
};

/* A role with more keys needs new ones, and a new passphrase with them. */
static gboolean
is_promoted (DkPersonDialog *self)
{
  const char *id = gtk_combo_box_get_active_id (GTK_COMBO_BOX (self->role));
  DkRole role;

  return self->step == DK_PEOPLE_CHANGE && id != NULL && dk_role_parse (id, &role)
         && dk_kit_needs_new_passphrase (self->role_before, role);
}

static gboolean
shows (DkPersonDialog *self, guint field)
{
  return (steps[self->step].fields & field) != 0 || (field == PASSPHRASE && is_promoted (self));
}

/* A day stands for its end: whoever works that day can still open the kit. */
static gboolean
read_until (DkPersonDialog *self, gint64 *until_ms)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_entry_get_text (self->until)));
  g_autoptr (GDateTime) end = NULL;
  int year;
  int month;
  int day;

  *until_ms = 0;
  if (*text == '\0')
    return TRUE;
  if (!g_regex_match_simple ("^\\d{4}-\\d{2}-\\d{2}$", text, 0, 0))
    return FALSE;
  year = (int) g_ascii_strtoll (text, NULL, 10);
  month = (int) g_ascii_strtoll (text + 5, NULL, 10);
  day = (int) g_ascii_strtoll (text + 8, NULL, 10);
  end = g_date_time_new_local (year, month, day, 23, 59, 59);
  if (end == NULL)
    return FALSE;
  *until_ms = g_date_time_to_unix (end) * 1000;
  return *until_ms > dk_clock_wall_ms ();
}

/* What is still missing, in words; NULL if nothing is. */
static const char *
find_problem (DkPersonDialog *self)
{
  g_autofree char *name = g_strstrip (g_strdup (gtk_entry_get_text (self->name)));
  gint64 until_ms;

  if (shows (self, NAME) && *name == '\0')
    return _ ("Type the name of the person.");
  if (shows (self, UNTIL) && !read_until (self, &until_ms))
    return _ ("The end is a day to come, as in 2027-01-31, or empty.");
  if (shows (self, PASSPHRASE) && dk_new_passphrase_problem (self->passphrase) != NULL)
    return dk_new_passphrase_problem (self->passphrase);
  if (gtk_entry_buffer_get_length (self->own_buffer) == 0)
    return _ ("Type your own passphrase, so that it is certain that it is you.");
  return NULL;
}

static void
show_problem (DkPersonDialog *self)
{
  const char *problem = find_problem (self);

  gtk_label_set_text (self->problem, problem != NULL ? problem : "");
  gtk_dialog_set_response_sensitive (GTK_DIALOG (self), GTK_RESPONSE_OK, problem == NULL);
}

static void
on_changed (GtkWidget *widget, DkPersonDialog *self)
{
  show_problem (self);
}

static void
on_role (GtkComboBox *role, DkPersonDialog *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->passphrase), shows (self, PASSPHRASE));
  show_problem (self);
}

/* Several people use a shared slot, so it can only be one of the front line. */
static void
on_shared (GtkToggleButton *button, DkPersonDialog *self)
{
  gboolean shared = gtk_toggle_button_get_active (button);

  if (shared)
    (void) gtk_combo_box_set_active_id (GTK_COMBO_BOX (self->role), "frontline");
  gtk_widget_set_sensitive (GTK_WIDGET (self->role), !shared);
}

static void
on_activate (GtkWidget *widget, DkPersonDialog *self)
{
  if (find_problem (self) == NULL)
    gtk_dialog_response (GTK_DIALOG (self), GTK_RESPONSE_OK);
}

static DkPeopleOrder *
new_order (DkPersonDialog *self)
{
  DkPeopleOrder *order = g_new0 (DkPeopleOrder, 1);
  const char *role = gtk_combo_box_get_active_id (GTK_COMBO_BOX (self->role));

  order->step = self->step;
  order->name = shows (self, NAME) ? g_strstrip (g_strdup (gtk_entry_get_text (self->name)))
                                   : g_strdup (self->about);
  if (role == NULL || !dk_role_parse (role, &order->role))
    order->role = DK_ROLE_FRONTLINE;
  (void) read_until (self, &order->valid_until_ms);
  order->shared = gtk_toggle_button_get_active (self->shared);
  order->with_admin = gtk_toggle_button_get_active (self->with_admin);
  if (shows (self, PASSPHRASE))
    order->passphrase = dk_new_passphrase_copy (self->passphrase);
  order->own = dk_secret_buffer_copy (DK_SECRET_BUFFER (self->own_buffer));
  return order;
}

static void
dk_person_dialog_response (GtkDialog *dialog, int response)
{
  DkPersonDialog *self = DK_PERSON_DIALOG (dialog);
  g_autoptr (GtkWidget) owner = g_weak_ref_get (&self->owner);

  gtk_widget_hide (GTK_WIDGET (self));
  if (response == GTK_RESPONSE_OK && owner != NULL && find_problem (self) == NULL)
    self->done (owner, new_order (self));
  gtk_widget_destroy (GTK_WIDGET (self));
}

static void
dk_person_dialog_finalize (GObject *object)
{
  DkPersonDialog *self = DK_PERSON_DIALOG (object);

  g_weak_ref_clear (&self->owner);
  g_clear_object (&self->own_buffer);
  g_free (self->about);
  G_OBJECT_CLASS (dk_person_dialog_parent_class)->finalize (object);
}

static void
dk_person_dialog_class_init (DkPersonDialogClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = dk_person_dialog_finalize;
  GTK_DIALOG_CLASS (class)->response = dk_person_dialog_response;
  g_type_ensure (DK_TYPE_NEW_PASSPHRASE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/downtimekit/ui/person-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, DkPersonDialog, what);
  gtk_widget_class_bind_template_child (widget_class, DkPersonDialog, name_label);
  gtk_widget_class_bind_template_child (widget_class, DkPersonDialog, name);
  gtk_widget_class_bind_template_child (widget_class, DkPersonDialog, role_label);
  gtk_widget_class_bind_template_child (widget_class, DkPersonDialog, role);
  gtk_widget_class_bind_template_child (widget_class, DkPersonDialog, until_label);
  gtk_widget_class_bind_template_child (widget_class, DkPersonDialog, until);
  gtk_widget_class_bind_template_child (widget_class, DkPersonDialog, shared);
  gtk_widget_class_bind_template_child (widget_class, DkPersonDialog, with_admin);
  gtk_widget_class_bind_template_child (widget_class, DkPersonDialog, passphrase);
  gtk_widget_class_bind_template_child (widget_class, DkPersonDialog, own);
  gtk_widget_class_bind_template_child (widget_class, DkPersonDialog, problem);
  gtk_widget_class_bind_template_callback (widget_class, on_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_shared);
  gtk_widget_class_bind_template_callback (widget_class, on_role);
  gtk_widget_class_bind_template_callback (widget_class, on_activate);
}

static void
dk_person_dialog_init (DkPersonDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_weak_ref_init (&self->owner, NULL);
  self->own_buffer = dk_secret_buffer_new ();
  gtk_entry_set_buffer (self->own, self->own_buffer);
}

static void
show_fields (DkPersonDialog *self)
{
  gtk_widget_set_visible (self->name_label, shows (self, NAME));
  gtk_widget_set_visible (GTK_WIDGET (self->name), shows (self, NAME));
  gtk_widget_set_visible (self->role_label, shows (self, ROLE));
  gtk_widget_set_visible (GTK_WIDGET (self->role), shows (self, ROLE));
  gtk_widget_set_visible (self->until_label, shows (self, UNTIL));
  gtk_widget_set_visible (GTK_WIDGET (self->until), shows (self, UNTIL));
  gtk_widget_set_visible (GTK_WIDGET (self->shared), shows (self, SHARED));
  gtk_widget_set_visible (GTK_WIDGET (self->with_admin), shows (self, WITH_ADMIN));
  gtk_widget_set_visible (GTK_WIDGET (self->passphrase), shows (self, PASSPHRASE));
}

static void
show_row (DkPersonDialog *self, const DkPersonRow *row)
{
  g_autoptr (GDateTime) end = NULL;
  g_autofree char *until = NULL;
  g_autofree char *title = g_strdup_printf ("%s: %s", _ (steps[self->step].title), row->name);

  self->about = g_strdup (row->name);
  self->role_before = row->role;
  gtk_window_set_title (GTK_WINDOW (self), title);
  (void) gtk_combo_box_set_active_id (GTK_COMBO_BOX (self->role), dk_role_name (row->role));
  if (row->valid_until_ms == 0)
    return;
  end = g_date_time_new_from_unix_local (row->valid_until_ms / 1000);
  until = g_date_time_format (end, "%Y-%m-%d");
  gtk_entry_set_text (self->until, until);
}

void
dk_person_dialog_ask (GtkWidget *owner, DkPeopleStep step, const DkPersonRow *row,
                      void (*done) (GtkWidget *owner, DkPeopleOrder *order))
{
  GtkWidget *button;
  DkPersonDialog *self
      = g_object_new (DK_TYPE_PERSON_DIALOG, "title", _ (steps[step].title), NULL);

  dk_window_adopt (GTK_WINDOW (self), owner);
  g_weak_ref_set (&self->owner, owner);
  self->done = done;
  self->step = step;
  gtk_label_set_text (self->what, _ (steps[step].what));
  (void) gtk_combo_box_set_active_id (GTK_COMBO_BOX (self->role), "frontline");
  if (row != NULL)
    show_row (self, row);
  show_fields (self);
  (void) gtk_dialog_add_button (GTK_DIALOG (self), _ ("_Back"), GTK_RESPONSE_CANCEL);
  button = gtk_dialog_add_button (GTK_DIALOG (self), _ (steps[step].button), GTK_RESPONSE_OK);
  gtk_style_context_add_class (gtk_widget_get_style_context (button),
                               step == DK_PEOPLE_REMOVE ? "grave" : "suggested-action");
  gtk_dialog_set_default_response (GTK_DIALOG (self), GTK_RESPONSE_OK);
  show_problem (self);
  gtk_window_present (GTK_WINDOW (self));
}
