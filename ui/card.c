/* SPDX-License-Identifier: MIT */
#include "ui/card.h"

#include <glib/gi18n.h>

GtkWidget *
dk_card_add_words (GtkWidget *box, const char *text, const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_set_can_focus (label, FALSE);
  if (class != NULL)
    gtk_style_context_add_class (gtk_widget_get_style_context (label), class);
  gtk_container_add (GTK_CONTAINER (box), label);
  return label;
}

static void
add_fact (GtkWidget *box, const char *title, const char *text)
{
  if (text == NULL || *text == '\0')
    return;
  (void) dk_card_add_words (box, title, "field-label");
  (void) dk_card_add_words (box, text, NULL);
}

static GtkWidget *
new_card (const char *title)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);

  gtk_style_context_add_class (gtk_widget_get_style_context (box), "card");
  (void) dk_card_add_words (box, title, "card-title");
  return box;
}

GtkWidget *
dk_card_new_contact (const DkContact *contact)
{
  GtkWidget *box = new_card (contact->name);
  GtkWidget *grid = gtk_grid_new ();
  g_autofree char *place = g_strjoin (
      " · ", contact->role != NULL ? contact->role : "", contact->team != NULL ? contact->team : "",
      contact->site != NULL ? contact->site : "", NULL);

  (void) dk_card_add_words (box, place, NULL);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 3);
  for (guint i = 0; i < contact->numbers->len; i++) {
    const DkContactNumber *number = contact->numbers->pdata[i];
    GtkWidget *kind = gtk_label_new (number->kind);
    GtkWidget *value = gtk_label_new (number->value);
    gtk_label_set_xalign (GTK_LABEL (kind), 0);
    gtk_label_set_xalign (GTK_LABEL (value), 0);
    gtk_label_set_selectable (GTK_LABEL (value), TRUE);
    gtk_widget_set_can_focus (value, FALSE);
    gtk_label_set_ellipsize (GTK_LABEL (value), PANGO_ELLIPSIZE_END);
    gtk_style_context_add_class (gtk_widget_get_style_context (kind), "field-label");
    gtk_style_context_add_class (gtk_widget_get_style_context (value), "number");
    gtk_grid_attach (GTK_GRID (grid), kind, 0, (int) i, 1, 1);
    gtk_grid_attach (GTK_GRID (grid), value, 1, (int) i, 1, 1);
  }
  gtk_container_add (GTK_CONTAINER (box), grid);
  add_fact (box, _ ("Hours"), contact->hours);
  add_fact (box, _ ("Languages"), contact->languages);
  add_fact (box, _ ("Note"), contact->note);
  gtk_widget_show_all (box);
  return box;
}

const char *
dk_criticality_words (int criticality)
{
  static const char *const levels[]
      = { N_ ("not rated"), N_ ("1: patient care stops"), N_ ("2: care is slowed"),
          N_ ("3: office work stops"), N_ ("4: convenience") };

  return _ (levels[criticality >= 1 && criticality <= 4 ? criticality : 0]);
}

GtkWidget *
dk_card_new_service (const DkService *service)
{
  GtkWidget *box = new_card (service->name);

  add_fact (box, _ ("Say to callers"), service->say);
  add_fact (box, _ ("Workaround"), service->workaround);
  add_fact (box, _ ("How critical"), dk_criticality_words (service->criticality));
  add_fact (box, _ ("Support group"), service->support_group);
  add_fact (box, _ ("Vendor"), service->vendor);
  add_fact (box, _ ("Contract"), service->contract);
  gtk_widget_show_all (box);
  return box;
}

GtkWidget *
dk_card_new_row (const json_t *row)
{
  const char *name = dk_json_get_text (row, "name");
  GtkWidget *box = new_card (name != NULL ? name : dk_json_get_text (row, "id"));
  const char *key;
  json_t *value;

  json_object_foreach ((json_t *) (guintptr) row, key, value)
    if (!g_str_equal (key, "name") && !g_str_equal (key, "id"))
      add_fact (box, key, json_string_value (value));
  gtk_widget_show_all (box);
  return box;
}

char *
dk_card_numbers_line (const DkContact *contact, guint count_max)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < MIN (contact->numbers->len, count_max); i++) {
    const DkContactNumber *number = contact->numbers->pdata[i];
    g_string_append_printf (text, "%s%s %s", i > 0 ? "  ·  " : "", number->kind, number->value);
  }
  return g_string_free (text, FALSE);
}

void
dk_card_clear (GtkWidget *container)
{
  g_autoptr (GList) children = gtk_container_get_children (GTK_CONTAINER (container));

  for (GList *l = children; l != NULL; l = l->next)
    gtk_widget_destroy (l->data);
}
