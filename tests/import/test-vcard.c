/* SPDX-License-Identifier: MIT */
/* Goal: no number of a card is lost, whoever wrote it, and what is broken is told with its place.
 * Method: exports in the shape of five programs, whose TEL and EMAIL lines are counted by this test
 * itself; single cards for each rule; cards of our own writer read back. */
#include <string.h>

#include "app/base/file.h"
#include "app/content/pack-read.h"
#include "app/import/vcard.h"
#include "tests/support/support.h"

static DkImportList *
read_text (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  DkImportList *list = dk_vcard_read (bytes, "x.vcf", NULL, &error);

  g_assert_no_error (error);
  return list;
}

static const DkContact *
contact_at (const DkImportList *list, guint i)
{
  g_assert_cmpuint (list->records->len, >, i);
  return ((const DkImportRecord *) g_ptr_array_index (list->records, i))->contact;
}

static const DkContactNumber *
number_at (const DkContact *contact, guint i)
{
  g_assert_cmpuint (contact->numbers->len, >, i);
  return g_ptr_array_index (contact->numbers, i);
}

static void
assert_number (const DkContact *contact, const char *kind, const char *value)
{
  for (guint i = 0; i < contact->numbers->len; i++)
    if (strcmp (number_at (contact, i)->value, value) == 0) {
      g_assert_cmpstr (number_at (contact, i)->kind, ==, kind);
      return;
    }
  g_error ("%s is lost", value);
}

/* Numbers as the file has them: a line whose name, without its group, is TEL, X-MS-TEL or EMAIL. */
static guint
count_numbers (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\r\n", -1);
  guint count = 0;

  for (char **line = lines; *line != NULL; line++) {
    const char *dot = strchr (*line, '.');
    gboolean grouped = g_str_has_prefix (*line, "item") && dot != NULL;
    const char *name = grouped ? dot + 1 : *line;
    if (g_str_has_prefix (name, "TEL;") || g_str_has_prefix (name, "TEL:")
        || g_str_has_prefix (name, "X-MS-TEL;") || g_str_has_prefix (name, "EMAIL;")
        || g_str_has_prefix (name, "EMAIL:"))
      count++;
  }
  return count;
}

static void
check_record (const DkContact *contact)
{
  g_autoptr (json_t) json = dk_contact_to_json (contact);
  g_autoptr (GError) error = NULL;
  g_autoptr (DkContact) again = NULL;

  json_object_set_new (json, "id", json_string ("somebody"));
  again = dk_contact_from_json (json, &error);
  g_assert_no_error (error);
  g_assert_nonnull (again);
}

static guint
count_faxes_in_notes (const DkImportList *list)
{
  guint count = 0;

  for (guint i = 0; i < list->records->len; i++) {
    const char *note = contact_at (list, i)->note;
    count += note != NULL && strstr (note, "fax: ") != NULL;
  }
  return count;
}

static void
test_programs (void)
{
  static const struct {
    const char *name;
    guint cards;
    guint numbers;
    guint homes; /* of the numbers */
  } files[] = { { "outlook", 2, 14, 1 },
                { "iphone", 1, 11, 0 },
                { "google", 2, 10, 0 },
                { "evolution", 1, 11, 1 },
                { "thunderbird", 2, 10, 1 } };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *name = g_strdup_printf ("tests/data/vcards/%s.vcf", files[i].name);
    g_autofree char *path = dk_test_source_path (name);
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) bytes = dk_file_read (path, 1 << 20, &error);
    g_autofree char *text = NULL;
    g_autoptr (DkImportList) list = NULL;
    guint stored = 0;
    g_assert_no_error (error);
    text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
    g_assert_true (dk_vcard_is_one (bytes));
    list = dk_vcard_read (bytes, files[i].name, NULL, &error);
    g_assert_no_error (error);
    g_assert_cmpuint (list->rejected, ==, 0);
    g_assert_cmpuint (list->remarked, ==, 0);
    g_assert_cmpuint (list->records->len, ==, files[i].cards);
    for (guint k = 0; k < list->records->len; k++) {
      check_record (contact_at (list, k));
      stored += contact_at (list, k)->numbers->len;
    }
    g_test_message ("%s: %u numbers in, %u can be called (%u at home), %u faxes in notes",
                    files[i].name, count_numbers (text), stored, list->homes, list->faxes);
    g_assert_cmpuint (count_numbers (text), ==, files[i].numbers);
    g_assert_cmpuint (list->faxes, ==, 1);
    g_assert_cmpuint (count_faxes_in_notes (list), ==, list->faxes);
    g_assert_cmpuint (list->homes, ==, files[i].homes);
    g_assert_cmpuint (stored + list->faxes, ==, files[i].numbers);
    dk_import_list_drop_homes (list);
    g_assert_cmpuint (list->homes_dropped, ==, files[i].homes);
    g_assert_cmpuint (list->records->len, ==, files[i].cards);
  }
}

static DkImportList *
read_sample (const char *name)
{
  g_autofree char *file = g_strdup_printf ("tests/data/vcards/%s.vcf", name);
  g_autofree char *path = dk_test_source_path (file);
  g_autoptr (GBytes) bytes = dk_file_read (path, 1 << 20, NULL);
  DkImportList *list = dk_vcard_read (bytes, name, NULL, NULL);

  g_assert_nonnull (list);
  return list;
}

static void
test_outlook (void)
{
  g_autoptr (DkImportList) list = read_sample ("outlook");
  const DkContact *c = contact_at (list, 0);
  const DkImportRecord *record = g_ptr_array_index (list->records, 0);

  g_assert_cmpstr (c->name, ==, "Dr. Chidi Okafor");
  g_assert_cmpstr (c->team, ==, "Interface Engine");
  g_assert_cmpstr (c->site, ==, "Building C, 2.114");
  g_assert_cmpstr (record->manager, ==, "Test Manager");
  g_assert_cmpstr (number_at (c, 0)->value, ==, "+1 (919) 555-0101");
  assert_number (c, "mobile", "+1 (919) 555-0104");
  assert_number (c, "pager", "+1 (919) 555-0105");
  assert_number (c, "radio", "Channel 7");
  assert_number (c, "email", "chidi.okafor@north-valley.test");
  g_assert_nonnull (strstr (c->note, "Ruft zurück binnen 10 Minuten\nExtension 4410 at night"));
  g_assert_nonnull (strstr (c->note, "fax: +1 (919) 555-0107"));
  assert_number (c, "desk", "+1 (919) 555-0103 (home)");
  for (guint i = 0; i < c->numbers->len; i++)
    g_assert_null (strstr (number_at (c, i)->value, "555-0107"));
  g_assert_cmpstr (contact_at (list, 1)->name, ==, "Marisol Núñez");
  g_assert_cmpstr (contact_at (list, 1)->team, ==, "Pharmacy");
}

static void
test_labels (void)
{
  g_autoptr (DkImportList) list = read_sample ("iphone");
  const DkContact *c = contact_at (list, 0);

  g_assert_cmpstr (c->name, ==, "Åsa Lindqvist");
  g_assert_cmpstr (number_at (c, 0)->value, ==, "+1 919-555-0201");
  assert_number (c, "radio", "+1 919-555-0209");
  assert_number (c, "desk", "+1 919-555-0208");
  g_assert_nonnull (strstr (c->note, "Night desk: +1 919-555-0208"));
  g_assert_nonnull (strstr (c->note, "First call for bed moves, day and night; ask for the "
                                     "supervisor by role."));
}

static void
test_uris (void)
{
  g_autoptr (DkImportList) list = read_sample ("thunderbird");
  const DkContact *person = contact_at (list, 0);
  const DkContact *group = contact_at (list, 1);
  const DkImportRecord *record = g_ptr_array_index (list->records, 1);

  g_assert_cmpstr (number_at (person, 0)->value, ==, "+1 919 555 0502");
  g_assert_cmpstr (person->type, ==, "person");
  g_assert_cmpstr (person->timezone, ==, "America/New_York");
  g_assert_cmpstr (group->type, ==, "team");
  g_assert_cmpstr (number_at (group, 0)->value, ==, "+1-919-555-0510 ext. 77");
  g_assert_cmpstr (record->key, ==, "id:urn:uuid:0f4b1c62-7c5e-4d0a-9f5a-1f3a9c7d5502");
  g_assert_nonnull (strstr (group->note, "related: Duty manager of the carrier"));
}

/* The desk may be a fax as well, and a number at home may be that of the office. */
static void
test_home_and_fax (void)
{
  g_autoptr (DkImportList) list
      = read_text ("BEGIN:VCARD\nVERSION:3.0\nFN:A\nTEL;TYPE=FAX:555-0100\n"
                   "TEL;TYPE=WORK:555-0100\nTEL;TYPE=HOME:555-0101\nTEL;TYPE=HOME:555-0102\n"
                   "TEL;TYPE=WORK:555-0102\nTEL;TYPE=HOME,CELL:555-0103\n"
                   "item1.TEL;TYPE=HOME:555-0104\nitem1.X-ABLabel:Summer house\nEND:VCARD\n"
                   "BEGIN:VCARD\nVERSION:3.0\nFN:B\nTEL;TYPE=HOME:555-0105\nEND:VCARD\n"
                   "BEGIN:VCARD\nVERSION:3.0\nFN:C\nTEL;TYPE=FAX:555-0106\nEND:VCARD\n");
  const DkContact *a = contact_at (list, 0);
  const char *const left[] = { "555-0100", "555-0102", "555-0103" };

  g_assert_cmpuint (list->records->len, ==, 2);
  g_assert_cmpuint (list->rejected, ==, 1);
  g_assert_cmpstr (a->note, ==, "fax: 555-0100");
  g_assert_cmpuint (a->numbers->len, ==, 5);
  assert_number (a, "desk", "555-0101 (home)");
  assert_number (a, "desk", "555-0104 (home)");
  g_assert_cmpuint (list->homes, ==, 3);
  dk_import_list_tell_numbers (list);
  g_assert_nonnull (strstr (g_ptr_array_index (list->notes, 1), "3 home numbers are taken"));
  dk_import_list_drop_homes (list);
  g_assert_cmpuint (list->records->len, ==, 1);
  g_assert_cmpuint (list->rejected, ==, 2);
  g_assert_cmpuint (a->numbers->len, ==, G_N_ELEMENTS (left));
  for (guint i = 0; i < G_N_ELEMENTS (left); i++)
    g_assert_cmpstr (number_at (a, i)->value, ==, left[i]);
}

static void
test_broken_cards (void)
{
  g_autoptr (DkImportList) list = read_text (
      "BEGIN:VCARD\nVERSION:3.0\nFN:Cut Off\nTEL:555-0100\n"
      "BEGIN:VCARD\nVERSION:3.0\nFN:Whole One\nTEL:555-0101\nEND:VCARD\n"
      "BEGIN:VCARD\nVERSION:3.0\nTEL:555-0102\nEND:VCARD\n"
      "BEGIN:VCARD\nVERSION:3.0\nFN:No Number\nEND:VCARD\n"
      "BEGIN:VCARD\nVERSION:3.0\nFN:Key\nTEL:555-0103\n"
      "NOTE:111111-222222-333333-444444-555555-666666-111111-222222\nEND:VCARD\n"
      "BEGIN:VCARD\nVERSION:3.0\nFN:Not Dialled\nTEL:ask at the desk\nTEL:555-0104\nEND:VCARD\n"
      "BEGIN:VCARD\nFN:At The End\nTEL:555-0105\n");
  static const char *const places[] = { "x.vcf:1", "x.vcf:10", "x.vcf:14", "x.vcf:18", "x.vcf:30" };

  g_assert_cmpuint (list->records->len, ==, 2);
  g_assert_cmpstr (contact_at (list, 0)->name, ==, "Whole One");
  g_assert_cmpstr (contact_at (list, 1)->note, ==, "desk: ask at the desk");
  g_assert_cmpuint (list->rejected, ==, G_N_ELEMENTS (places));
  for (guint i = 0; i < G_N_ELEMENTS (places); i++) {
    const DkImportRemark *reject = g_ptr_array_index (list->rejects, i);
    g_assert_cmpstr (reject->place, ==, places[i]);
    g_assert_null (strstr (reject->reason, "111111"));
  }
}

static void
test_agent (void)
{
  g_autoptr (DkImportList) list
      = read_text ("BEGIN:VCARD\nVERSION:2.1\nFN:Boss\nTEL:555-0100\nAGENT:\nBEGIN:VCARD\n"
                   "VERSION:2.1\nFN:Assistant\nTEL:555-0199\nEND:VCARD\nTEL;CELL:555-0101\n"
                   "END:VCARD\n"
                   "BEGIN:VCARD\nVERSION:3.0\nFN:Boss Two\nAGENT:BEGIN:VCARD\\nFN:Inner\\n"
                   "TEL:555-0198\\nEND:VCARD\\n\nTEL:555-0102\nEND:VCARD\n");

  g_assert_cmpuint (list->records->len, ==, 2);
  g_assert_cmpuint (list->rejected, ==, 0);
  g_assert_cmpuint (contact_at (list, 0)->numbers->len, ==, 2);
  g_assert_cmpuint (contact_at (list, 1)->numbers->len, ==, 1);
}

static void
assert_refused (const void *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (DkImportList) list = dk_vcard_read (bytes, "x.vcf", NULL, &error);

  g_assert_null (list);
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
}

static void
test_other_files (void)
{
  g_autofree char *wide = NULL;
  gsize size = 0;
  const char *card
      = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ärztin Eins\r\nTEL:555-0100\r\nEND:VCARD\r\n";
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (DkImportList) list = NULL;
  g_autoptr (DkImportList) old = NULL;

  assert_refused ("", 0);
  assert_refused ("name,phone\nA,1\n", 15);
  assert_refused ("\0\1\2\3\0\0\0\0\4\5\6", 11);
  wide = g_convert (card, -1, "UTF-16LE", "UTF-8", NULL, &size, NULL);
  bytes = g_bytes_new (wide, size);
  g_assert_true (dk_vcard_is_one (bytes));
  list = dk_vcard_read (bytes, "wide.vcf", NULL, NULL);
  g_assert_cmpstr (contact_at (list, 0)->name, ==, "Ärztin Eins");
  old = read_text ("BEGIN:VCARD\nFN:J\xfcrgen\nTEL:555-0100\nEND:VCARD\n");
  g_assert_cmpstr (contact_at (old, 0)->name, ==, "Jürgen");
}

static void
test_written (void)
{
  g_autoptr (DkContact) contact = dk_contact_new ();

  contact->id = g_strdup ("charge-nurse");
  contact->name = g_strdup ("Charge Nurse, Größe; \\ Überwachung");
  contact->role = g_strdup ("Charge nurse");
  contact->team = g_strdup ("Ward 4; East");
  contact->type = g_strdup ("team");
  contact->site = g_strdup ("CARY");
  contact->tier = 2;
  contact->hours = g_strdup ("Mon-Fri 08:00-17:00");
  contact->timezone = g_strdup ("Europe/Berlin");
  contact->note = g_strdup ("First line, with a comma\nSecond line that is long enough to be "
                            "folded more than once, ä ö ü ß, until it ends");
  contact->audience = g_strdup ("all");
  dk_contact_add_number (contact, "desk", "+1 919 555 0100");
  dk_contact_add_number (contact, "mobile", "+1 919 555 0101");
  dk_contact_add_number (contact, "desk", "+1 919 555 0109 (home)");
  dk_contact_add_number (contact, "pager", "5550102");
  dk_contact_add_number (contact, "radio", "Channel 2");
  dk_contact_add_number (contact, "runner", "Post B, lobby");
  dk_contact_add_number (contact, "email", "ward4@north-valley.test");
  for (int version = 3; version <= 4; version++) {
    g_autofree char *card = dk_vcard_write (contact, version);
    g_auto (GStrv) lines = g_strsplit (card, "\r\n", -1);
    g_autoptr (DkImportList) list = read_text (card);
    const DkContact *again = contact_at (list, 0);
    for (char **line = lines; *line != NULL; line++)
      g_assert_cmpuint (strlen (*line), <=, 75);
    g_assert_cmpstr (again->name, ==, contact->name);
    g_assert_cmpstr (again->note, ==, contact->note);
    g_assert_cmpstr (again->team, ==, contact->team);
    g_assert_cmpstr (again->hours, ==, contact->hours);
    g_assert_cmpint (again->tier, ==, 2);
    g_assert_cmpuint (again->numbers->len, ==, contact->numbers->len);
    for (guint i = 0; i < contact->numbers->len; i++)
      assert_number (again, number_at (contact, i)->kind, number_at (contact, i)->value);
  }
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/import/vcard/five-programs-lose-no-number", test_programs);
  g_test_add_func ("/import/vcard/reads-outlook-2.1", test_outlook);
  g_test_add_func ("/import/vcard/reads-labels-of-groups", test_labels);
  g_test_add_func ("/import/vcard/reads-uris-and-preferences-of-4.0", test_uris);
  g_test_add_func ("/import/vcard/marks-home-numbers-and-calls-no-fax", test_home_and_fax);
  g_test_add_func ("/import/vcard/tells-broken-cards-with-their-place", test_broken_cards);
  g_test_add_func ("/import/vcard/passes-over-cards-within-cards", test_agent);
  g_test_add_func ("/import/vcard/refuses-what-is-no-vcard", test_other_files);
  g_test_add_func ("/import/vcard/reads-back-what-it-writes", test_written);
  return dk_test_run ();
}
