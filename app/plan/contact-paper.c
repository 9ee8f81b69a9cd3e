/* SPDX-License-Identifier: MIT */
#include "app/plan/contact-paper.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/text.h"
#include "app/model/device.h"
#include "app/plan/correction.h"
#include "app/store/content-store.h"

#define DAY_MS ((gint64) 24 * 3600 * 1000)
#define DATE_CHARS 10u
#define NO_SITE "Without a site"
#define NO_PLACE "Without a location"

/* What lies over the lists, read once. */
typedef struct {
  GPtrArray *corrections;
  GPtrArray *changes;
} Marks;

static void
clear_marks (Marks *marks)
{
  g_clear_pointer (&marks->corrections, g_ptr_array_unref);
  g_clear_pointer (&marks->changes, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Marks, clear_marks)

static char *
day_text (gint64 ms)
{
  char *text = dk_time_format_local (ms);

  text[MIN (strlen (text), DATE_CHARS)] = '\0';
  return text;
}

static int
compare_texts (const char *a, const char *b)
{
  g_autofree char *folded_a = dk_text_fold (a != NULL ? a : "");
  g_autofree char *folded_b = dk_text_fold (b != NULL ? b : "");

  /* What has none comes last. */
  if ((*folded_a == '\0') != (*folded_b == '\0'))
    return *folded_a == '\0' ? 1 : -1;
  return strcmp (folded_a, folded_b);
}

static int
compare_contacts (gconstpointer a, gconstpointer b)
{
  const DkContact *one = *(const DkContact *const *) a;
  const DkContact *other = *(const DkContact *const *) b;
  int order = compare_texts (one->site, other->site);

  if (order == 0)
    order = compare_texts (one->name, other->name);
  return order != 0 ? order : g_strcmp0 (one->id, other->id);
}

static void
add_heading (DkDocument *document, const char *text)
{
  dk_document_add_text (document, DK_BLOCK_HEADING, 2, text);
}

static void
add_paragraph (DkDocument *document, const char *text)
{
  dk_document_add_text (document, DK_BLOCK_PARAGRAPH, 0, text);
}

static void
add_cell (DkBlock *row, guint cell, const char *text, DkSpanStyle style)
{
  dk_block_add_span (row, text != NULL ? text : "", style, NULL, cell);
}

static void
add_head (DkDocument *document, const char *const *titles, guint count)
{
  DkBlock *row = dk_document_add_block (document, DK_BLOCK_TABLE_ROW, 0);

  for (guint i = 0; i < count; i++)
    add_cell (row, i, titles[i], DK_SPAN_PLAIN);
}

/* "CORRECTED HERE", "CHANGED 2026-11-20"; NULL for a number like any other. New string. */
static char *
number_mark (const DkContact *contact, const DkContactNumber *number, const Marks *marks)
{
  gint64 changed;
  g_autofree char *day = NULL;

  if (dk_correction_of_number (marks->corrections, contact->id, number->value) != NULL)
    return g_strdup ("CORRECTED HERE");
  changed = dk_number_changes_find (marks->changes, contact->id, number->value);
  if (changed == 0)
    return NULL;
  day = day_text (changed);
  return g_strdup_printf ("CHANGED %s", day);
}

static char *
numbers_text (const DkContact *contact, const Marks *marks)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < contact->numbers->len; i++) {
    const DkContactNumber *number = g_ptr_array_index (contact->numbers, i);
    g_autofree char *mark = number_mark (contact, number, marks);
    g_string_append_printf (text, "%s%s %s%s%s%s%s", i > 0 ? "\n" : "",
                            number->kind != NULL ? number->kind : "", number->value,
                            g_strcmp0 (number->audience, "lead") == 0 ? " (lead only)" : "",
                            mark != NULL ? " (" : "", mark != NULL ? mark : "",
                            mark != NULL ? ")" : "");
  }
  return g_string_free (text, FALSE);
}

static char *
name_text (const DkContact *contact)
{
  const gint64 since = dk_contact_new_since (contact);
  g_autofree char *day = since > 0 ? day_text (since) : NULL;

  return g_strdup_printf ("%s%s%s%s%s", contact->name, day != NULL ? "  NEW " : "",
                          day != NULL ? day : "", contact->source != NULL ? "  IMPORTED" : "",
                          g_strcmp0 (contact->audience, "lead") == 0 ? "  (lead only)" : "");
}

static void
add_contact (DkDocument *document, const DkContact *contact, const Marks *marks)
{
  static const char *const links[] = { "", ", " };
  DkBlock *row = dk_document_add_block (document, DK_BLOCK_TABLE_ROW, 1);
  g_autofree char *name = name_text (contact);
  g_autofree char *numbers = numbers_text (contact, marks);
  const char *role = contact->role != NULL ? contact->role : "";
  const char *team = contact->team != NULL ? contact->team : "";
  g_autofree char *who = g_strconcat (role, links[*role != '\0' && *team != '\0'], team, NULL);

  add_cell (row, 0, name, DK_SPAN_STRONG);
  add_cell (row, 1, who, DK_SPAN_PLAIN);
  add_cell (row, 2, numbers, DK_SPAN_PLAIN);
  add_cell (row, 3, contact->hours, DK_SPAN_PLAIN);
}

DkDocument *
dk_contact_paper (DkStore *store, GPtrArray *contacts, GError **error)
{
  static const char *const titles[] = { "Name", "Role, team", "Numbers, in order", "Hours" };
  g_auto (Marks) marks = { NULL, NULL };
  const gint64 since = dk_clock_wall_ms () - DK_NUMBER_CHANGE_DAYS * DAY_MS;
  DkDocument *document;
  const char *site = NULL;

  if (contacts->len > DK_CONTACT_PAPER_MAX) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "That list has %u contacts: nobody finds a number in it. Nothing was printed; "
                 "choose a site or a team, at most %u contacts.",
                 contacts->len, DK_CONTACT_PAPER_MAX);
    return NULL;
  }
  marks.corrections = dk_correction_list (store, NULL, TRUE, error);
  marks.changes = marks.corrections != NULL
                      ? dk_content_store_number_changes (store, NULL, since, error)
                      : NULL;
  if (marks.changes == NULL)
    return NULL;
  document = dk_document_new ();
  add_paragraph (document, "Before you call a number marked CHANGED or NEW about access, call the "
                           "person back on a number that you know. Destroy older copies of this "
                           "list.");
  for (guint i = 0; i < contacts->len; i++)
    dk_correction_apply (g_ptr_array_index (contacts, i), marks.corrections);
  g_ptr_array_sort (contacts, compare_contacts);
  for (guint i = 0; i < contacts->len; i++) {
    const DkContact *contact = g_ptr_array_index (contacts, i);
    if (i == 0 || compare_texts (contact->site, site) != 0) {
      site = contact->site;
      add_heading (document, site != NULL && *site != '\0' ? site : NO_SITE);
      add_head (document, titles, G_N_ELEMENTS (titles));
    }
    add_contact (document, contact, &marks);
  }
  return document;
}

static int
compare_devices (gconstpointer a, gconstpointer b)
{
  const DkDevice *one = *(const DkDevice *const *) a;
  const DkDevice *other = *(const DkDevice *const *) b;
  int order = compare_texts (one->location, other->location);

  return order != 0 ? order : compare_texts (one->host, other->host);
}

DkDocument *
dk_device_paper (const GPtrArray *devices)
{
  static const char *const titles[] = { "Host", "Owner", "System", "Serial", "Recovery key ID" };
  DkDocument *document = dk_document_new ();
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  const char *place = NULL;

  for (guint i = 0; i < devices->len; i++)
    g_ptr_array_add (sorted, g_ptr_array_index (devices, i));
  g_ptr_array_sort (sorted, compare_devices);
  for (guint i = 0; i < sorted->len; i++) {
    const DkDevice *device = g_ptr_array_index (sorted, i);
    const char *cells[] = { device->host, device->owner, device->os, device->serial,
                            device->recovery_key_id };
    DkBlock *row;
    if (i == 0 || compare_texts (device->location, place) != 0) {
      place = device->location;
      add_heading (document, place != NULL && *place != '\0' ? place : NO_PLACE);
      add_head (document, titles, G_N_ELEMENTS (titles));
    }
    row = dk_document_add_block (document, DK_BLOCK_TABLE_ROW, 1);
    for (guint c = 0; c < G_N_ELEMENTS (cells); c++)
      add_cell (row, c, cells[c], c == 0 ? DK_SPAN_STRONG : DK_SPAN_PLAIN);
  }
  return document;
}
