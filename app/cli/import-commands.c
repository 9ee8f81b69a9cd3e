/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/file.h"
#include "app/cli/cli.h"
#include "app/import/contact-import.h"
#include "app/import/ldap.h"
#include "app/import/table.h"
#include "app/import/vcard.h"
#include "app/store/own-contact.h"

#define SHOWN_MOST 20
#define JSON_MOST 10000

/* What is read from where. */
typedef struct {
  const char *given; /* file or address, borrowed */
  char *source;
  DkImportList *list;
  json_t *mapping; /* of a table; NULL */
} Input;

static void
input_clear (Input *input)
{
  g_free (input->source);
  dk_import_list_free (input->list);
  if (input->mapping != NULL)
    json_decref (input->mapping);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Input, input_clear)

/* "staff list.csv" gives "staff-list", "ldaps://dc1.example.org:636" "dc1.example.org". */
static char *
make_source (const char *given)
{
  g_autofree char *base
      = dk_ldap_is_url (given) ? g_strdup (strstr (given, "://") + 3) : g_path_get_basename (given);
  char *dot = dk_ldap_is_url (given) ? strchr (base, ':') : strrchr (base, '.');

  if (dot != NULL && dot != base)
    *dot = '\0';
  for (char *p = base; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("._-", *p) == NULL)
      *p = '-';
  if (strlen (base) > 64)
    base[64] = '\0';
  return g_steal_pointer (&base);
}

static DkTableMap *
choose_map (DkCli *cli, const DkArgs *args, const DkTable *table, const Input *input,
            GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (json_t) kept
      = cli->kit != NULL ? dk_own_contact_mapping (dk_cli_store (cli), input->source, &failed)
                         : NULL;
  g_autofree char *missing = NULL;
  g_autoptr (DkTableMap) map = NULL;

  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return NULL;
  }
  map = kept != NULL ? dk_table_map_from_json (kept, table, &missing, error)
                     : dk_table_map_guess (table);
  if (map == NULL)
    return NULL;
  if (missing != NULL)
    dk_cli_message ("The columns %s are not in this table any more; they were used the last time.",
                    missing);
  return dk_table_map_set (map, table, dk_args_all (args, "map"), error) ? g_steal_pointer (&map)
                                                                         : NULL;
}

static gboolean
read_table (DkCli *cli, const DkArgs *args, GBytes *bytes, const char *name, Input *input,
            GError **error)
{
  g_autoptr (DkTable) table = dk_table_new (bytes, name, error);
  g_autoptr (DkTableMap) map = table != NULL ? choose_map (cli, args, table, input, error) : NULL;

  if (map == NULL)
    return FALSE;
  input->mapping = dk_table_map_to_json (map, table);
  input->list = dk_table_read (table, map, NULL, error);
  return input->list != NULL;
}

static gboolean
read_file (DkCli *cli, const DkArgs *args, Input *input, GError **error)
{
  g_autofree char *name = g_path_get_basename (input->given);
  g_autoptr (GBytes) bytes = dk_file_read (input->given, DK_LIMIT_VCARD_BYTES, error);

  if (bytes == NULL)
    return FALSE;
  if (dk_vcard_is_one (bytes)) {
    if (dk_args_has (args, "map"))
      return dk_cli_usage (error, "--map is for tables; vCards say themselves what is what. "
                                  "Nothing was stored.");
    input->list = dk_vcard_read (bytes, name, NULL, error);
  } else if (!read_table (cli, args, bytes, name, input, error)) {
    return FALSE;
  }
  if (input->list == NULL)
    return FALSE;
  input->list->sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  return TRUE;
}

static gboolean
read_directory (const DkArgs *args, Input *input, GError **error)
{
  const char *bind = dk_args_get (args, "bind");
  const char *file = dk_args_get (args, "password-file");
  g_autoptr (DkSecret) password = NULL;
  DkLdapQuery query = { .url = input->given,
                        .base = dk_args_get (args, "base"),
                        .filter = dk_args_get (args, "filter"),
                        .bind = bind,
                        .ca_file = dk_args_get (args, "ca-file") };

  if (file != NULL && bind == NULL)
    return dk_cli_usage (error, "--password-file goes with --bind. Nothing was stored.");
  if (bind != NULL) {
    password = file != NULL ? dk_secret_new_from_file (file, error)
                            : dk_cli_ask ("Password for the directory: ", "password-file", error);
    if (password == NULL)
      return FALSE;
  }
  query.password = password;
  input->list = dk_ldap_read (&query, NULL, error);
  return input->list != NULL;
}

static void
say_remarks (DkCli *cli, const char *what, const GPtrArray *remarks, guint count)
{
  for (guint i = 0; i < remarks->len && i < SHOWN_MOST; i++) {
    const DkImportRemark *remark = g_ptr_array_index (remarks, i);
    dk_cli_say (cli, "  %s %s: %s%s%s", what, remark->place,
                remark->name != NULL ? remark->name : "", remark->name != NULL ? ". " : "",
                remark->reason);
  }
  if (count > SHOWN_MOST)
    dk_cli_say (cli, "  ... and %u more %s; --rejects F.csv writes all of them", count - SHOWN_MOST,
                what);
}

/* Which column was taken for what: a swapped one is seen here, before anything is stored. */
static void
say_mapping (DkCli *cli, const json_t *mapping)
{
  g_autoptr (GString) line = g_string_new (NULL);
  gsize i;
  json_t *column;

  json_array_foreach (mapping, i, column)
    g_string_append_printf (line, "%s%s=\"%s\"", line->len > 0 ? ", " : "",
                            dk_json_get_text (column, "target"),
                            dk_json_get_text (column, "column"));
  if (line->len > 0)
    dk_cli_say (cli, "Columns: %s", line->str);
}

static void
say_items (DkCli *cli, const DkContactImport *import)
{
  const GPtrArray *items = dk_contact_import_items (import);
  guint shown = 0;

  for (guint i = 0; i < items->len && shown < SHOWN_MOST; i++) {
    const DkImportItem *item = g_ptr_array_index (items, i);
    if (item->detail == NULL && item->state != DK_IMPORT_ADDED)
      continue;
    shown++;
    dk_cli_say (cli, "  %s %s%s%s",
                item->state == DK_IMPORT_UPDATED ? "update"
                : item->state == DK_IMPORT_ADDED ? "new"
                                                 : "note",
                item->record->contact->name, item->detail != NULL ? ": " : "",
                item->detail != NULL ? item->detail : "");
  }
}

static void
say_missing (DkCli *cli, const DkContactImport *import, gboolean removed)
{
  const GPtrArray *missing = dk_contact_import_missing (import);

  if (missing->len == 0)
    return;
  dk_cli_say (cli, "%u are not in the source any more%s", missing->len,
              removed ? ", and go from the kit:" : "; they stay unless --remove-missing is given:");
  for (guint i = 0; i < missing->len && i < SHOWN_MOST; i++) {
    const DkImportMissing *gone = g_ptr_array_index (missing, i);
    dk_cli_say (cli, "  %s  %s", gone->id, gone->name);
  }
}

static void
say_namesakes (DkCli *cli, const DkContactImport *import)
{
  const GPtrArray *namesakes = dk_contact_import_namesakes (import);
  g_autoptr (GString) names = g_string_new (NULL);

  if (namesakes->len == 0)
    return;
  for (guint i = 0; i < namesakes->len && i < SHOWN_MOST; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "",
                            (const char *) g_ptr_array_index (namesakes, i));
  dk_cli_say (cli, "%u %s the name of somebody in the pack: %s%s", namesakes->len,
              namesakes->len == 1 ? "has" : "have", names->str,
              namesakes->len > SHOWN_MOST ? " and more" : "");
  dk_cli_say (cli, "  Nothing but the name is the same: make sure whom you call. They are shown as "
                   "imported, not signed.");
}

static void
say_all (DkCli *cli, const DkContactImport *import, const json_t *mapping,
         gboolean remove_missing)
{
  const DkImportList *list = dk_contact_import_list (import);

  for (guint i = 0; i < list->notes->len; i++)
    dk_cli_say (cli, "%s", (const char *) g_ptr_array_index (list->notes, i));
  dk_cli_say (cli,
              "%u new, %u changed, %u as before, %u also in the pack, %u switched off, %u double, "
              "%u rejected",
              dk_contact_import_count (import, DK_IMPORT_ADDED),
              dk_contact_import_count (import, DK_IMPORT_UPDATED),
              dk_contact_import_count (import, DK_IMPORT_UNCHANGED),
              dk_contact_import_count (import, DK_IMPORT_IN_PACK),
              dk_contact_import_count (import, DK_IMPORT_DISABLED),
              dk_contact_import_count (import, DK_IMPORT_DUPLICATE), list->rejected);
  say_mapping (cli, mapping);
  say_items (cli, import);
  say_remarks (cli, "rejected", list->rejects, list->rejected);
  say_remarks (cli, "remark", list->remarks, list->remarked);
  say_namesakes (cli, import);
  say_missing (cli, import, remove_missing);
}

static gboolean
write_rejects (const DkArgs *args, const DkContactImport *import, GError **error)
{
  const char *path = dk_args_get (args, "rejects");
  g_autoptr (GBytes) bytes = NULL;

  if (path == NULL)
    return TRUE;
  bytes = dk_contact_import_rejects (import);
  return dk_cli_write_file (path, DK_OUTPUT_REJECTS, bytes, error);
}

static gboolean
write_into (const DkArgs *args, const DkContactImport *import, GError **error)
{
  g_autoptr (GBytes) bytes = dk_contact_import_to_csv (import);

  return dk_cli_write_file (dk_args_get (args, "into"), DK_OUTPUT_CONTACTS, bytes, error);
}

/* The mapping is remembered with what came in by it, not with a preview. */
static gboolean
store_import (DkCli *cli, const DkArgs *args, const Input *input, DkContactImport *import,
              GError **error)
{
  DkStore *store = dk_cli_store (cli);
  g_autoptr (GError) failed = NULL;
  g_autoptr (json_t) before = NULL;

  if (!dk_contact_import_store (import, dk_args_has (args, "remove-missing"), NULL, error))
    return FALSE;
  if (input->mapping == NULL)
    return TRUE;
  before = dk_own_contact_mapping (store, input->source, &failed);
  if (before != NULL && json_equal (before, input->mapping))
    return TRUE;
  return dk_own_contact_set_mapping (store, input->source, input->mapping, error);
}

static gboolean
report (DkCli *cli, const DkArgs *args, const Input *input, const DkContactImport *import,
        gboolean stored, GError **error)
{
  guint rejected = dk_contact_import_list (import)->rejected;
  json_t *json = dk_contact_import_to_json (import, JSON_MOST);

  json_object_set_new (json, "stored", json_boolean (stored));
  json_object_set_new (json, "file", dk_json_string (dk_args_get (args, "into")));
  json_object_set_new (json, "mapping",
                       input->mapping != NULL ? json_incref (input->mapping) : json_null ());
  say_all (cli, import, input->mapping, dk_args_has (args, "remove-missing"));
  if (dk_args_has (args, "into"))
    dk_cli_say (cli, "Written to %s. Nothing was stored in a kit.", dk_args_get (args, "into"));
  else
    dk_cli_say (cli, stored ? "Stored." : "Nothing was stored: this is a preview.");
  dk_cli_take_document (cli, json);
  if (dk_args_has (args, "preview") || rejected == 0)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_PARTIAL,
               "%u of the source were not taken, each with its place above. All others %s.",
               rejected, stored ? "are stored" : "are in the file");
  return FALSE;
}

/* Refuses early what could only fail after a long read. */
static gboolean
check_outputs (const DkArgs *args, GError **error)
{
  const char *rejects = dk_args_get (args, "rejects");
  const char *into = dk_args_get (args, "into");

  if (into != NULL && (dk_args_has (args, "preview") || dk_args_has (args, "remove-missing")))
    return dk_cli_usage (error, "--into writes a file and stores nothing: it goes with neither "
                                "--preview nor --remove-missing. Nothing was done.");
  return (rejects == NULL || dk_output_check (rejects, DK_OUTPUT_REJECTS, error))
         && (into == NULL || dk_output_check (into, DK_OUTPUT_CONTACTS, error));
}

static gboolean
run_import (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *source = dk_args_get (args, "source");
  gboolean into = dk_args_has (args, "into");
  gboolean store = !into && !dk_args_has (args, "preview");
  g_auto (Input) input = { .given = dk_args_word (args, 0) };
  g_autoptr (DkContactImport) import = NULL;

  if (!check_outputs (args, error) || (!into && !dk_cli_open_kit (cli, error))
      || (store && !dk_contact_import_may (dk_cli_store (cli), error)))
    return FALSE;
  input.source = source != NULL ? g_strdup (source) : make_source (input.given);
  if (!(dk_ldap_is_url (input.given) ? read_directory (args, &input, error)
                                     : read_file (cli, args, &input, error)))
    return FALSE;
  if (dk_args_has (args, "without-home"))
    dk_import_list_drop_homes (input.list);
  import = dk_contact_import_new (into ? NULL : dk_cli_store (cli), g_steal_pointer (&input.list),
                                  input.source, error);
  if (import == NULL || !dk_contact_import_compare (import, NULL, error)
      || !write_rejects (args, import, error) || (into && !write_into (args, import, error))
      || (store && !store_import (cli, args, &input, import, error)))
    return FALSE;
  return report (cli, args, &input, import, store, error);
}

const DkCommand DK_CLI_IMPORT_COMMANDS[] = {
  { "contact import",
    "FILE|ldaps://HOST [--source NAME] [--map TARGET=COLUMN...] [--preview] [--rejects F.csv]"
    " [--remove-missing] [--without-home] [--into F.csv]",
    "take contacts of another program into the kit; leads and above\n\n"
    "FILE is a table (CSV of Excel, Outlook, Google, Active Directory) or vCards. --preview, for\n"
    "any role, shows what would happen and stores nothing. The same source again updates and\n"
    "never doubles; who is gone from it is listed, and goes only with --remove-missing. Who is\n"
    "in the pack already is not stored. --map names columns that are not known by themselves, as\n"
    "in --map name=\"Display Name\" --map number1:mobile=\"Mobile Phone\"; it is remembered for\n"
    "the source. Home numbers are taken and marked \"(home)\", unless --without-home is given.\n"
    "Fax numbers stand in the note. --rejects writes the rows that were not taken, --into a table\n"
    "for the folder of a pack, without a kit.\n\n"
    "A directory is ldaps://HOST, or ldap://HOST with StartTLS: [--base DN] [--filter F]\n"
    "[--bind NAME --password-file F] [--ca-file F].",
    "source map preview rejects remove-missing without-home into base filter bind password-file"
    " ca-file",
    1, 1, 0, run_import },
  { 0 },
};
