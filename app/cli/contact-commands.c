/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/text.h"
#include "app/cli/cli.h"
#include "app/cli/contact-show.h"
#include "app/cli/lead-content.h"
#include "app/cli/paper-print.h"
#include "app/import/contact-import.h"
#include "app/import/vcard.h"
#include "app/plan/contact-paper.h"
#include "app/plan/correction.h"
#include "app/plan/oncall.h"
#include "app/store/content-store.h"
#include "app/store/ledger.h"

/* Which contacts are listed; all must fit. */
typedef struct {
  const char *site;
  const char *team;
  gint64 tier;
  GHashTable *on_call; /* set of ids; NULL = whoever */
} Wish;

static gboolean
is_like (const char *text, const char *wanted)
{
  g_autofree char *a = NULL;
  g_autofree char *b = NULL;

  if (wanted == NULL)
    return TRUE;
  if (text == NULL)
    return FALSE;
  a = dk_text_fold (text);
  b = dk_text_fold (wanted);
  return strcmp (a, b) == 0;
}

static gboolean
is_wished (const DkContact *contact, const Wish *wish)
{
  return is_like (contact->site, wish->site) && is_like (contact->team, wish->team)
         && (wish->tier == 0 || contact->tier == wish->tier)
         && (wish->on_call == NULL || g_hash_table_contains (wish->on_call, contact->id));
}

static gboolean
has_filter (const Wish *wish)
{
  return wish->site != NULL || wish->team != NULL || wish->tier != 0 || wish->on_call != NULL;
}

static gboolean
read_wish (DkCli *cli, const DkArgs *args, Wish *wish, GError **error)
{
  g_autoptr (GPtrArray) turns = NULL;

  wish->site = dk_args_get (args, "site");
  wish->team = dk_args_get (args, "team");
  if (!dk_args_get_int (args, "tier", 1, 3, &wish->tier, error))
    return FALSE;
  if (!dk_args_has (args, "on-call"))
    return TRUE;
  turns = dk_oncall_at (dk_cli_store (cli), NULL, 0, error);
  if (turns == NULL)
    return FALSE;
  wish->on_call = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < turns->len; i++)
    g_hash_table_add (wish->on_call,
                      g_strdup (((const DkOnCall *) g_ptr_array_index (turns, i))->contact_id));
  return TRUE;
}

/* Contacts as they are shown: with what the desk knows better. New array. */
static GPtrArray *
load_contacts (DkCli *cli, guint limit, const GPtrArray *corrections, GError **error)
{
  GPtrArray *contacts = dk_cli_contacts (cli, limit, error);

  for (guint i = 0; contacts != NULL && corrections->len > 0 && i < contacts->len; i++)
    dk_correction_apply (g_ptr_array_index (contacts, i), corrections);
  return contacts;
}

/* TRUE if one of its numbers is as somebody of the desk corrected it. */
static gboolean
is_corrected (const DkContact *contact, const GPtrArray *corrections)
{
  for (guint i = 0; i < corrections->len; i++) {
    const DkCorrection *c = g_ptr_array_index (corrections, i);
    if (g_str_has_prefix (c->field, "number:") && strcmp (c->contact, contact->id) == 0)
      return TRUE;
  }
  return FALSE;
}

/* The latest day on which one of its numbers became new; NULL if none did. New string. */
static char *
changed_day (const DkContact *contact, GPtrArray *changes)
{
  gint64 latest = 0;
  char *day;

  for (guint i = 0; changes->len > 0 && i < contact->numbers->len; i++) {
    const DkContactNumber *number = g_ptr_array_index (contact->numbers, i);
    latest = MAX (latest, dk_number_changes_find (changes, contact->id, number->value));
  }
  day = latest > 0 ? dk_time_format_local (latest) : NULL;
  if (day != NULL)
    day[MIN (strlen (day), 10)] = '\0';
  return day;
}

/* The day since which it is there; NULL if for long. New string. */
static char *
new_day (const DkContact *contact)
{
  gint64 since = dk_contact_new_since (contact);
  char *day = since > 0 ? dk_time_format_local (since) : NULL;

  if (day != NULL)
    day[MIN (strlen (day), 10)] = '\0';
  return day;
}

static void
say_contact (DkCli *cli, const DkContact *contact, const DkCliMarks *marks)
{
  g_autofree char *day = changed_day (contact, marks->changes);
  g_autofree char *origin = dk_contact_origin_words (contact);
  g_autofree char *since = new_day (contact);
  const DkContactNumber *first
      = contact->numbers->len > 0 ? g_ptr_array_index (contact->numbers, 0) : NULL;

  dk_cli_say (cli, "%-24s %s%s%s%s%s%s%s%s%s%s%s%s%s", contact->id, contact->name,
              first != NULL ? "  " : "", first != NULL ? first->kind : "",
              first != NULL ? " " : "", first != NULL ? first->value : "",
              dk_cli_is_for_leads (contact) ? "  (lead only)" : "",
              is_corrected (contact, marks->corrections) ? "  NUMBER CORRECTED HERE" : "",
              day != NULL ? "  NUMBER CHANGED " : "", day != NULL ? day : "",
              since != NULL ? "  NEW since " : "", since != NULL ? since : "",
              origin != NULL ? "  " : "", origin != NULL ? origin : "");
}

static gboolean
run_list (DkCli *cli, const DkArgs *args, GError **error)
{
  Wish wish = { 0 };
  gint64 limit = 0;
  g_autoptr (GHashTable) on_call = NULL;
  g_autoptr (GPtrArray) contacts = NULL;
  g_auto (DkCliMarks) marks = { NULL, NULL };
  json_t *list;

  if (!dk_args_get_int (args, "limit", 1, G_MAXINT32, &limit, error)
      || !read_wish (cli, args, &wish, error))
    return FALSE;
  on_call = wish.on_call;
  if (!dk_cli_marks_load (cli, NULL, &marks, error))
    return FALSE;
  contacts = load_contacts (cli, has_filter (&wish) ? G_MAXINT32 : (guint) limit,
                            marks.corrections, error);
  if (contacts == NULL)
    return FALSE;
  list = json_array ();
  for (guint i = 0; i < contacts->len; i++) {
    const DkContact *contact = g_ptr_array_index (contacts, i);
    if (!is_wished (contact, &wish) || (limit > 0 && json_array_size (list) >= (gsize) limit))
      continue;
    say_contact (cli, contact, &marks);
    json_array_append_new (list, dk_cli_contact_json (contact, &marks));
  }
  if (json_array_size (list) == 0 && has_filter (&wish) && !cli->quiet)
    dk_cli_say (cli, "Nobody in the contacts fits that.");
  dk_cli_take_document (cli, list);
  return TRUE;
}

static gboolean
run_correct (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *id = dk_args_word (args, 0);
  const char *field = dk_args_word (args, 1);
  const char *given = dk_args_word (args, 2);
  g_autofree char *value = dk_cli_read_value (cli, given, "The new value", error);
  g_autofree char *reason = value != NULL ? dk_cli_reason (args, error) : NULL;
  g_autofree char *ticket = NULL;

  if (reason == NULL)
    return FALSE;
  ticket = dk_correction_add (dk_cli_store (cli), id, field, dk_args_get (args, "was"),
                              *value != '\0' ? value : NULL, reason, error);
  if (ticket == NULL)
    return FALSE;
  dk_cli_say (cli, "%s", ticket);
  if (!cli->quiet)
    dk_cli_say (cli,
                "Shown from now on in this kit; reported to the owner with the next "
                "hand-over as %s.",
                ticket);
  dk_cli_take_document (cli,
                        json_pack ("{s:s, s:s, s:s, s:o}", "ticket", ticket, "contact", id, "field",
                                   field, "value", dk_json_string (*value != '\0' ? value : NULL)));
  return TRUE;
}

static gboolean
run_withdraw (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *ticket = dk_args_word (args, 0);
  g_autofree char *reason = dk_cli_reason (args, error);

  if (reason == NULL || !dk_correction_withdraw (dk_cli_store (cli), ticket, reason, error))
    return FALSE;
  if (!cli->quiet)
    dk_cli_say (cli,
                "What the lists say is shown again. The report %s stands: its owner reads it "
                "unless you amend it: dkit ticket amend.",
                ticket);
  dk_cli_take_document (cli,
                        json_pack ("{s:s, s:s}", "ticket", ticket, "state", "withdrawn"));
  return TRUE;
}

static GBytes *
make_cards (const GPtrArray *contacts, int version)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < contacts->len; i++) {
    g_autofree char *card = dk_vcard_write (g_ptr_array_index (contacts, i), version);
    g_string_append (out, card);
  }
  return g_string_free_to_bytes (out);
}

static gboolean
note_export (DkStore *store, const char *format, guint count, const char *reason, GError **error)
{
  g_autoptr (json_t) body = json_object ();

  dk_json_set_text (body, "format", format);
  dk_json_set_text (body, "reason", reason);
  json_object_set_new (body, "contacts", json_integer (count));
  return dk_ledger_note (store, "export", "contacts", body, error);
}

/* "csv", "vcard-3" or "vcard-4" by the name of the file and --format. NULL with the error set. */
static const char *
choose_format (const DkArgs *args, const char *path, GError **error)
{
  static const char *const formats[] = { "csv", "vcard-3", "vcard-4", NULL };
  const char *given = dk_args_get (args, "format");
  g_autofree char *lower = g_ascii_strdown (path, -1);

  if (given == NULL && g_str_has_suffix (lower, ".csv"))
    return formats[0];
  if (given == NULL && (g_str_has_suffix (lower, ".vcf") || g_str_has_suffix (lower, ".vcard")))
    return formats[1];
  for (guint i = 0; given != NULL && formats[i] != NULL; i++)
    if (strcmp (formats[i], given) == 0)
      return formats[i];
  (void) dk_cli_usage (error, "Name a file that ends in .csv or .vcf, or say --format csv, vcard-3 "
                              "or vcard-4. Nothing was exported.");
  return NULL;
}

/* Neither format has a place of its own for where a contact comes from. */
static void
add_origin (DkContact *contact)
{
  g_autofree char *origin = dk_contact_origin_words (contact);
  g_autofree char *note = contact->note;

  contact->note = note != NULL && origin != NULL ? g_strdup_printf ("%s\n%s", note, origin)
                                                 : g_strdup (origin != NULL ? origin : note);
}

/* Lead-only contacts stay: what is written here is in clear. */
static gboolean
run_export (DkCli *cli, const DkArgs *args, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  const char *output = dk_cli_output (args, DK_OUTPUT_CONTACTS, error);
  const char *format = output != NULL ? choose_format (args, output, error) : NULL;
  g_autofree char *reason = format != NULL ? dk_cli_reason (args, error) : NULL;
  g_autoptr (GPtrArray) contacts = NULL;
  g_autoptr (GPtrArray) corrections = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (reason == NULL || !dk_store_may (store, DK_STORE_EXPORT, error)
      || !dk_store_may (store, DK_STORE_PRINT_VAULT, error))
    return FALSE;
  contacts = dk_content_store_contacts (store, G_MAXINT32, error);
  corrections = contacts != NULL ? dk_correction_list (store, NULL, TRUE, error) : NULL;
  if (corrections == NULL)
    return FALSE;
  for (guint i = 0; i < contacts->len; i++) {
    dk_correction_apply (g_ptr_array_index (contacts, i), corrections);
    add_origin (g_ptr_array_index (contacts, i));
  }
  bytes = strcmp (format, "csv") == 0 ? dk_contacts_to_csv (contacts)
                                      : make_cards (contacts, format[6] == '4' ? 4 : 3);
  if (!note_export (store, format, contacts->len, reason, error)
      || !dk_cli_write_file (output, DK_OUTPUT_CONTACTS, bytes, error))
    return FALSE;
  dk_cli_say (cli,
              "%u contact%s in %s, in clear: it is as good as the kit to whoever gets it. "
              "What is for leads alone is not in it.",
              contacts->len, contacts->len == 1 ? " is" : "s are", output);
  dk_cli_take_document (cli, json_pack ("{s:s, s:s, s:i}", "file", output, "format", format,
                                        "contacts", (int) contacts->len));
  return TRUE;
}

/* Those of the wish; with --lead with what is for leads alone. New array. */
static GPtrArray *
choose_contacts (DkCli *cli, const DkArgs *args, const Wish *wish, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  g_autoptr (GPtrArray) contacts = dk_args_has (args, "lead")
                                       ? dk_cli_contacts (cli, G_MAXINT32, error)
                                       : dk_content_store_contacts (store, G_MAXINT32, error);
  GPtrArray *chosen;

  if (contacts == NULL)
    return NULL;
  chosen = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_contact_free);
  for (guint i = 0; i < contacts->len; i++) {
    gpointer *place = &g_ptr_array_index (contacts, i);
    if (is_wished (*place, wish))
      g_ptr_array_add (chosen, g_steal_pointer (place));
  }
  if (chosen->len > 0)
    return chosen;
  g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
               "Nobody in the contacts fits that. Nothing was printed; see dkit contact list.");
  g_ptr_array_unref (chosen);
  return NULL;
}

static char *
list_title (const Wish *wish)
{
  return g_strdup_printf ("Phone list%s%s%s%s%s", wish->site != NULL ? ", site " : "",
                          wish->site != NULL ? wish->site : "", wish->team != NULL ? ", " : "",
                          wish->team != NULL ? wish->team : "",
                          wish->on_call != NULL ? ", on call now" : "");
}

static gboolean
run_print (DkCli *cli, const DkArgs *args, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  g_autofree char *reason = dk_cli_reason (args, error);
  Wish wish = { 0 };
  g_autoptr (GHashTable) on_call = NULL;
  g_autoptr (GPtrArray) contacts = NULL;
  g_autoptr (DkDocument) list = NULL;
  g_autofree char *title = NULL;

  if (reason == NULL || !dk_store_may (store, DK_STORE_EXPORT, error)
      || !dk_store_may (store, DK_STORE_PRINT_VAULT, error) || !read_wish (cli, args, &wish, error))
    return FALSE;
  on_call = wish.on_call;
  contacts = choose_contacts (cli, args, &wish, error);
  list = contacts != NULL ? dk_contact_paper (store, contacts, error) : NULL;
  if (list == NULL)
    return FALSE;
  title = list_title (&wish);
  return dk_cli_document_print (cli, args, title, list, "contacts", "contacts", error);
}

const DkCommand DK_CLI_CONTACT_COMMANDS[] = {
  { "contact list", "[--site S] [--team T] [--tier N] [--on-call] [--limit N]",
    "all contacts by name, or those that fit", "site team tier on-call limit", 0, 0,
    DK_CLI_NEEDS_KIT, run_list },
  { "contact show", "ID",
    "one contact with all numbers, in the order to try\n\n"
    "Numbers that changed within 14 days are marked, and so is what the desk has corrected.",
    "", 1, 1, DK_CLI_NEEDS_KIT, dk_cli_contact_show },
  { "contact correct", "ID FIELD VALUE --reason T [--was OLD]",
    "what this desk knows better than the lists\n\n"
    "FIELD is number:KIND (desk mobile pager radio runner email), name, role, team, site, hours,\n"
    "timezone, languages or note; an empty VALUE takes it away, --was names one of several\n"
    "numbers.\n"
    "It is shown at once, survives new packs and imports, and goes to the owner with the next\n"
    "hand-over. The number of that report is printed first.",
    "reason was", 3, 3, DK_CLI_NEEDS_KIT, run_correct },
  { "contact withdraw", "TICKET --reason T",
    "take back a correction, by the number of its report\n\n"
    "The report stands, as all that was said.",
    "reason", 1, 1, DK_CLI_NEEDS_KIT, run_withdraw },
  { "contact export", "-o F.csv|F.vcf [--format csv|vcard-3|vcard-4] --reason T",
    "write all contacts to a file, in clear; leads and above\n\n"
    "A .vcf is vCard 3.0. The reason is recorded. What is for leads alone is never in it.",
    "output format reason", 0, 0, DK_CLI_NEEDS_KIT, run_export },
  { "contact print", "[--site S] [--team T] [--tier N] [--on-call] [--lead] -o F.pdf --reason T",
    "a phone list on paper, by site and name; leads and above\n\n"
    "--lead prints what is for leads alone as well. The reason is recorded. --paper a4|letter.",
    "site team tier on-call lead output paper reason", 0, 0, DK_CLI_NEEDS_KIT, run_print },
  { 0 },
};
