/* SPDX-License-Identifier: MIT */
/* Goal: a list of people comes in as the program wrote it: every encoding and dialect, columns by
 * their usual names, and a broken row costs that row alone.
 * Method: one table written in each encoding and dialect must give the same people; headers of six
 * programs; broken rows between good ones. */
#include <string.h>

#include "app/base/csv.h"
#include "app/import/device-table.h"
#include "app/import/ldap-private.h"
#include "app/import/table.h"
#include "tests/support/support.h"

static DkImportList *
read_bytes (const void *data, gsize size, const char *const *words, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (DkTable) table = dk_table_new (bytes, "x.csv", error);
  g_autoptr (DkTableMap) map = table != NULL ? dk_table_map_guess (table) : NULL;
  static const char *const none[] = { NULL };

  if (map == NULL || !dk_table_map_set (map, table, words != NULL ? words : none, error))
    return NULL;
  return dk_table_read (table, map, NULL, error);
}

static DkImportList *
read_text (const char *text)
{
  g_autoptr (GError) error = NULL;
  DkImportList *list = read_bytes (text, strlen (text), NULL, &error);

  g_assert_no_error (error);
  return list;
}

static const DkImportRecord *
record_at (const DkImportList *list, guint i)
{
  g_assert_cmpuint (list->records->len, >, i);
  return g_ptr_array_index (list->records, i);
}

/* "kind value|kind value": the numbers in the order to try. New string. */
static char *
numbers_of (const DkImportRecord *record)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < record->contact->numbers->len; i++) {
    const DkContactNumber *number = g_ptr_array_index (record->contact->numbers, i);
    g_string_append_printf (out, "%s%s %s", i > 0 ? "|" : "", number->kind, number->value);
  }
  return g_string_free (out, FALSE);
}

static void
assert_numbers (const DkImportList *list, guint i, const char *wanted)
{
  g_autofree char *numbers = numbers_of (record_at (list, i));

  g_assert_cmpstr (numbers, ==, wanted);
}

static void
test_encodings (void)
{
  static const char *const text = "Name;Telefon;E-Mail\r\nJürgen Groß;+49 30 555 0100;j@x.test\r\n"
                                  "\"Łucja; Zażółć\";+48 22 555 0101;l@x.test\r\n";
  static const char *const names[] = { "UTF-8", "UTF-16LE", "UTF-16BE" };
  static const char *const boms[] = { "\xef\xbb\xbf", "\xff\xfe", "\xfe\xff" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    for (guint with_bom = 0; with_bom < 2; with_bom++) {
      gsize size = 0;
      g_autofree char *encoded = g_convert (text, -1, names[i], "UTF-8", NULL, &size, NULL);
      g_autoptr (GString) file = g_string_new_len (boms[i], with_bom ? (i == 0 ? 3 : 2) : 0);
      g_autoptr (DkImportList) list = NULL;
      g_string_append_len (file, encoded, (gssize) size);
      list = read_bytes (file->str, file->len, NULL, NULL);
      g_assert_nonnull (list);
      g_assert_cmpuint (list->records->len, ==, 2);
      g_assert_cmpstr (record_at (list, 0)->contact->name, ==, "Jürgen Groß");
      g_assert_cmpstr (record_at (list, 1)->contact->name, ==, "Łucja; Zażółć");
      g_assert_nonnull (strstr (g_ptr_array_index (list->notes, 0), names[i]));
    }
}

static void
test_windows_1252 (void)
{
  g_autoptr (DkImportList) list
      = read_text ("Name,Phone\nJ\xfcrgen Gro\xdf \x96 B\xfcro,555-0100\n");
  g_autoptr (DkImportList) mixed
      = read_text ("Name,Phone\nJürgen Groß,555-0100\nJ\xfcrgen,555-0101\nÅsa Öberg,555-0102\n");

  g_assert_cmpstr (record_at (list, 0)->contact->name, ==, "Jürgen Groß – Büro");
  g_assert_nonnull (strstr (g_ptr_array_index (list->notes, 0), "Windows-1252"));
  g_assert_cmpuint (mixed->records->len, ==, 2);
  g_assert_cmpuint (mixed->rejected, ==, 1);
  g_assert_cmpstr (record_at (mixed, 1)->contact->name, ==, "Åsa Öberg");
}

static void
test_dialects (void)
{
  static const char signs[] = ",;\t|";
  static const char *const ends[] = { "\n", "\r\n", "\r" };

  for (guint i = 0; i < strlen (signs); i++)
    for (guint k = 0; k < G_N_ELEMENTS (ends); k++)
      for (guint told = 0; told < 2; told++) {
        g_autoptr (GString) text = g_string_new (NULL);
        g_autoptr (DkImportList) list = NULL;
        if (told)
          g_string_append_printf (text, "sep=%c%s", signs[i], ends[k]);
        g_string_append_printf (text, "Name%cMobile%cNotes%s", signs[i], signs[i], ends[k]);
        g_string_append_printf (text, "\"A \"\"B\"\" %c C\"%c555-0100%c\"two%slines\"%s", signs[i],
                                signs[i], signs[i], ends[k], ends[k]);
        g_string_append_printf (text, "D%c555-0101%c", signs[i], signs[i]);
        list = read_text (text->str);
        g_assert_cmpuint (list->records->len, ==, 2);
        if (signs[i] != '\t')
          g_assert_cmpint (record_at (list, 0)->contact->name[6], ==, signs[i]);
        g_assert_nonnull (strstr (record_at (list, 0)->contact->note, "lines"));
        assert_numbers (list, 1, "mobile 555-0101");
      }
}

static void
test_broken_rows (void)
{
  g_autoptr (DkImportList) list = read_text ("Name,Phone,Title\n"
                                             "A,555-0100,x\n"
                                             "\"B,555-0101,x\n"
                                             "C,555-0102,x\n"
                                             "D,555-0103,x,y,z\n"
                                             "E,555-0104\n"
                                             "\"F\" junk,555-0105,x\n"
                                             "G,\"555-0106\",x\n"
                                             ",555-0107,x\n"
                                             "H,,x\n"
                                             "I,555-0108,x\n");
  static const char *const places[] = { "x.csv:3", "x.csv:5", "x.csv:7", "x.csv:9", "x.csv:10" };

  g_assert_cmpuint (list->records->len, ==, 5);
  g_assert_cmpuint (list->rejected, ==, G_N_ELEMENTS (places));
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    g_assert_cmpstr (((DkImportRemark *) g_ptr_array_index (list->rejects, i))->place, ==,
                     places[i]);
}

static void
test_outlook (void)
{
  g_autoptr (DkImportList) list = read_text (
      "\"Title\",\"First Name\",\"Middle Name\",\"Last Name\",\"Suffix\",\"Company\","
      "\"Department\","
      "\"Job Title\",\"Business Fax\",\"Business Phone\",\"Business Phone 2\",\"Home Phone\","
      "\"Mobile Phone\",\"Pager\",\"E-mail Address\",\"E-mail Type\",\"E-mail Display Name\","
      "\"Manager's Name\",\"Office Location\"\r\n"
      "\"\",\"Chidi\",\"\",\"Okafor\",\"\",\"NVH\",\"Interfaces\",\"Lead\",\"555-0109\","
      "\"555-0100\","
      "\"555-0101\",\"555-0108\",\"555-0102\",\"555-0103\",\"c@x.test\",\"SMTP\",\"Okafor (c)\","
      "\"Test Manager\",\"C 2.114\"\r\n");

  g_assert_cmpstr (record_at (list, 0)->contact->name, ==, "Chidi Okafor");
  g_assert_cmpstr (record_at (list, 0)->contact->role, ==, "Lead");
  g_assert_cmpstr (record_at (list, 0)->contact->team, ==, "Interfaces");
  g_assert_cmpstr (record_at (list, 0)->contact->site, ==, "C 2.114");
  assert_numbers (list, 0,
                  "desk 555-0100|desk 555-0101|mobile 555-0102|pager 555-0103|"
                  "desk 555-0108 (home)|email c@x.test");
  g_assert_cmpstr (record_at (list, 0)->contact->note, ==, "fax: 555-0109");
}

static void
test_google (void)
{
  g_autoptr (DkImportList) list = read_text (
      "First Name,Middle Name,Last Name,Organization Name,Organization Title,"
      "Organization Department,Notes,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,"
      "Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,Phone 3 - Label,Phone 3 - Value\n"
      "Blood,,Bank,NVH,Issue desk,Laboratory,,* myContacts,* Work,b@x.test,Work,"
      "555-0100 ::: 555-0101,Mobile,555-0102,Issue window,555-0103\n");

  g_assert_cmpstr (record_at (list, 0)->contact->name, ==, "Blood Bank");
  assert_numbers (list, 0,
                  "desk 555-0100|desk 555-0101|mobile 555-0102|desk 555-0103|email b@x.test");
  g_assert_cmpstr (record_at (list, 0)->contact->note, ==, "Issue window: 555-0103");
}

static void
test_active_directory (void)
{
  g_autoptr (DkImportList) list = read_text (
      "DN,objectClass,cn,title,physicalDeliveryOfficeName,telephoneNumber,displayName,"
      "otherTelephone,department,objectGUID,sAMAccountName,userAccountControl,manager,mail,"
      "ipPhone\n"
      "\"CN=Brandt,OU=Staff,DC=nvh,DC=test\",user,Brandt,Technician,B 114,555-0100,Jürgen Brandt,"
      "555-0101;555-0102,Biomed,X'0a0b',jbrandt,512,\"CN=Boss,OU=Staff,DC=nvh,DC=test\",j@x.test,"
      "4410\n"
      "\"CN=Gone,OU=Staff,DC=nvh,DC=test\",user,Gone,,,555-0103,Gone Person,,,X'0a0c',gone,514,,,\n"
      "\"CN=PC7,OU=PCs,DC=nvh,DC=test\",computer,PC7,,,,PC7,,,X'0a0d',PC7$,4096,,,\n");

  g_assert_cmpuint (list->records->len, ==, 2);
  g_assert_cmpuint (list->rejected, ==, 1);
  g_assert_cmpstr (record_at (list, 0)->key, ==, "id:X'0a0b'");
  g_assert_cmpstr (record_at (list, 0)->contact->login, ==, "jbrandt");
  g_assert_cmpstr (record_at (list, 0)->contact->name, ==, "Jürgen Brandt");
  g_assert_cmpstr (record_at (list, 0)->manager, ==, "CN=Boss,OU=Staff,DC=nvh,DC=test");
  g_assert_cmpstr (record_at (list, 0)->reference, ==, "CN=Brandt,OU=Staff,DC=nvh,DC=test");
  g_assert_false (record_at (list, 0)->disabled);
  g_assert_true (record_at (list, 1)->disabled);
  assert_numbers (list, 0, "desk 555-0100|desk 4410|desk 555-0101|desk 555-0102|email j@x.test");
}

static void
test_german_and_french (void)
{
  g_autoptr (DkImportList) german
      = read_text ("Name;Vorname;Funktion;Abteilung;Telefon;Handy;Büro\n"
                   "Groß;Jürgen;Technik;Medizintechnik;030 555 0100;0171 5550101;B 114\n");
  g_autoptr (DkImportList) french
      = read_text ("Nom;Prénom;Fonction;Portable\nDupré;Zoë;Garde;06 55 50 01 02\n");

  g_assert_cmpstr (record_at (german, 0)->contact->name, ==, "Jürgen Groß");
  g_assert_cmpstr (record_at (german, 0)->contact->team, ==, "Medizintechnik");
  assert_numbers (german, 0, "desk 030 555 0100|mobile 0171 5550101");
  g_assert_cmpstr (record_at (french, 0)->contact->name, ==, "Zoë Dupré");
  assert_numbers (french, 0, "mobile 06 55 50 01 02");
}

static void
test_extensions (void)
{
  g_autoptr (DkImportList) list
      = read_text ("Name,Phone,Mobile\nA,ext. 50911,555-0101 x12\nB,Durchwahl 4410,p123\n");

  assert_numbers (list, 0, "desk ext. 50911|mobile 555-0101 x12");
  assert_numbers (list, 1, "desk Durchwahl 4410");
  g_assert_cmpstr (record_at (list, 1)->contact->note, ==, "mobile: p123");
}

static void
test_map (void)
{
  static const char *const words[]
      = { "name=Wer", "number1:mobile=Womit", "number2:desk=wo mit 2", "team=Wohin", NULL };
  static const char *const unknown[] = { "shoe=Wer", NULL };
  static const char *const absent[] = { "name=Nobody", NULL };
  const char *text = "Wer,Wo mit 2,Womit,Wohin\nA,555-0100,555-0101,T\n";
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (DkTable) table = dk_table_new (bytes, "x.csv", NULL);
  g_autoptr (DkTableMap) map = dk_table_map_guess (table);
  g_autoptr (DkTableMap) kept = NULL;
  g_autoptr (json_t) json = NULL;
  g_autoptr (DkImportList) list = NULL;

  g_assert_null (dk_table_read (table, map, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "\"Womit\""));
  g_clear_error (&error);
  g_assert_false (dk_table_map_set (map, table, unknown, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_USAGE);
  g_clear_error (&error);
  g_assert_false (dk_table_map_set (map, table, absent, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (dk_table_map_set (map, table, words, &error));
  json = dk_table_map_to_json (map, table);
  kept = dk_table_map_from_json (json, table, NULL, &error);
  g_assert_no_error (error);
  list = dk_table_read (table, kept, NULL, &error);
  g_assert_no_error (error);
  assert_numbers (list, 0, "mobile 555-0101|desk 555-0100");
  g_assert_cmpstr (record_at (list, 0)->contact->team, ==, "T");
}

static void
test_own_export (void)
{
  g_autoptr (DkCsv) csv = dk_csv_new ();
  static const char *const cells[]
      = { "id", "name", "number1_kind", "number1", "number2_kind", "number2", NULL };
  static const char *const row[]
      = { "a-b", "=HYPERLINK(1)", "desk", "+1 555 0100", "radio", "-7", NULL };
  g_autoptr (DkImportList) list = NULL;

  for (guint i = 0; cells[i] != NULL; i++)
    dk_csv_add (csv, cells[i]);
  dk_csv_end_row (csv);
  for (guint i = 0; row[i] != NULL; i++)
    dk_csv_add (csv, row[i]);
  dk_csv_end_row (csv);
  g_assert_nonnull (strstr (dk_csv_get (csv, NULL), "'+1"));
  list = read_text (dk_csv_get (csv, NULL));
  g_assert_cmpstr (record_at (list, 0)->contact->id, ==, "a-b");
  g_assert_cmpstr (record_at (list, 0)->contact->name, ==, "=HYPERLINK(1)");
  assert_numbers (list, 0, "desk +1 555 0100|radio -7");
}

static void
test_words_of_columns (void)
{
  g_autoptr (DkImportList) list
      = read_text ("Name,Phone,Hours,Time zone,Tier\n"
                   "A,555-0100,Mon-Fri 08:00-17:00,Europe/Berlin,2\n"
                   "B,555-0101,whenever,CET or so,9\n"
                   "C,see the list,,,\n"
                   "D,111111-222222-333333-444444-555555-666666-111111-222222,,,\n");

  g_assert_cmpuint (list->records->len, ==, 2);
  g_assert_cmpstr (record_at (list, 0)->contact->hours, ==, "Mon-Fri 08:00-17:00");
  g_assert_cmpint (record_at (list, 0)->contact->tier, ==, 2);
  g_assert_null (record_at (list, 1)->contact->hours);
  g_assert_cmpstr (record_at (list, 1)->contact->note, ==,
                   "tier: 9\nhours: whenever\ntimezone: CET or so");
  g_assert_cmpuint (list->remarked, ==, 4);
  g_assert_cmpuint (list->rejected, ==, 2);
}

static void
test_dialling (void)
{
  static const char *const good[] = { "4410",         "+1 (919) 555-0100", "030/555 01-00",
                                      "555-0100 x12", "+49 30 555 ext. 7", "00 49 30 555",
                                      "*67 555 0100", "+1 919 555 0100",   "555–0100",
                                      "12,,34#" };
  static const char *const bad[]
      = { "", "-", "ask", "7", "555-CALL", "see 4410", "1234567890123456789012345" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    if (!dk_import_can_dial (good[i]))
      g_error ("\"%s\" can be dialled", good[i]);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    if (dk_import_can_dial (bad[i]))
      g_error ("\"%s\" cannot be dialled", bad[i]);
}

static void
test_devices (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (dk_device_field_of_column ("Device name"), ==, DK_DEVICE_HOST);
  g_assert_cmpint (dk_device_field_of_column ("dNSHostName"), ==, DK_DEVICE_HOST);
  g_assert_cmpint (dk_device_field_of_column ("Computer Name"), ==, DK_DEVICE_HOST);
  g_assert_cmpint (dk_device_field_of_column ("Primary user display name"), ==, DK_DEVICE_OWNER);
  g_assert_cmpint (dk_device_field_of_column ("Full Name"), ==, DK_DEVICE_OWNER);
  g_assert_cmpint (dk_device_field_of_column ("OS version"), ==, DK_DEVICE_OS_VERSION);
  g_assert_cmpint (dk_device_field_of_column ("Serial number"), ==, DK_DEVICE_SERIAL);
  g_assert_cmpint (dk_device_field_of_column ("BitLocker Key ID"), ==, DK_DEVICE_RECOVERY_KEY_ID);
  g_assert_cmpint (dk_device_field_of_column ("Free disk"), ==, DK_DEVICE_OTHER);
  g_assert_true (dk_device_check_cell ("4F3A-...-id", "d.csv:2:3", &error));
  g_assert_false (dk_device_check_cell ("111111-222222-333333-444444-555555-666666-111111-222222",
                                        "d.csv:2:3", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_true (g_str_has_prefix (error->message, "d.csv:2:3: "));
  g_assert_null (strstr (error->message, "111111"));
}

/* A directory gives one class after the other, and the one that says most comes last. */
static void
test_classes_of_a_directory (void)
{
  static const struct {
    const char *classes[6];
    guint people;
  } known[] = { { { "top", "person", "organizationalPerson", "user", NULL }, 1 },
                { { "top", "person", "organizationalPerson", "user", "computer", NULL }, 0 },
                { { "top", "group", NULL }, 0 },
                { { "inetOrgPerson", "top", NULL }, 1 } };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++) {
    g_autoptr (DkImportList) list = dk_import_list_new ("directory");
    g_autoptr (DkDraft) draft = dk_draft_new ();
    for (guint k = 0; known[i].classes[k] != NULL; k++)
      g_assert_true (dk_ldap_take_value (draft, "objectClass", known[i].classes[k],
                                         strlen (known[i].classes[k])));
    g_assert_true (dk_ldap_take_value (draft, "displayName", "Ada One", 7));
    g_assert_true (dk_ldap_take_value (draft, "mobile", "555-0100", 8));
    dk_draft_finish (draft, list, "cn=x");
    g_assert_cmpuint (list->records->len, ==, known[i].people);
    g_assert_cmpuint (list->rejected, ==, 1 - known[i].people);
  }
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/import/table/finds-the-encoding", test_encodings);
  g_test_add_func ("/import/table/reads-windows-1252-and-mixed-files", test_windows_1252);
  g_test_add_func ("/import/table/finds-the-dialect", test_dialects);
  g_test_add_func ("/import/table/a-broken-row-costs-that-row-alone", test_broken_rows);
  g_test_add_func ("/import/table/knows-outlook", test_outlook);
  g_test_add_func ("/import/table/knows-google-contacts", test_google);
  g_test_add_func ("/import/table/knows-active-directory", test_active_directory);
  g_test_add_func ("/import/table/knows-classes-of-a-directory", test_classes_of_a_directory);
  g_test_add_func ("/import/table/knows-german-and-french-lists", test_german_and_french);
  g_test_add_func ("/import/table/an-extension-is-a-number", test_extensions);
  g_test_add_func ("/import/table/columns-can-be-mapped-and-remembered", test_map);
  g_test_add_func ("/import/table/reads-back-our-own-export", test_own_export);
  g_test_add_func ("/import/table/keeps-what-it-cannot-reckon-with", test_words_of_columns);
  g_test_add_func ("/import/table/knows-what-can-be-dialled", test_dialling);
  g_test_add_func ("/import/devices/knows-columns-and-refuses-keys", test_devices);
  return dk_test_run ();
}
