/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/clock.h"
#include "app/kit/kit-private.h"
#include "app/kit/recovery.h"

#define GROUPS 8
#define GROUPS_IN_A_ROW 4
#define GROUP_DIGITS 6
#define DATE_CHARS 19

static void
add_heading (DkDocument *document, const char *text)
{
  dk_document_add_text (document, DK_BLOCK_HEADING, 2, text);
}

static void
add_text (DkDocument *document, const char *text)
{
  dk_document_add_text (document, DK_BLOCK_PARAGRAPH, 0, text);
}

static void
add_step (DkDocument *document, guint number, const char *text)
{
  DkBlock *block = dk_document_add_block (document, DK_BLOCK_ITEM, 1);

  block->marker = g_strdup_printf ("%u.", number);
  dk_block_add_span (block, text, DK_SPAN_PLAIN, NULL, 0);
}

static void
add_box (DkDocument *document, const char *text)
{
  dk_document_add_text (document, DK_BLOCK_TASK, 1, text);
}

static void
add_row (DkDocument *document, gboolean is_head, DkSpanStyle style, const char *const *cells,
         guint count)
{
  DkBlock *block = dk_document_add_block (document, DK_BLOCK_TABLE_ROW, is_head ? 0 : 1);

  for (guint i = 0; i < count; i++)
    dk_block_add_span (block, cells[i], style, NULL, i);
}

/* Positions above the groups, since each group is right in its own place alone. */
static void
add_code (DkDocument *document, const DkSecret *code)
{
  const char *text = (const char *) dk_secret_get (code);

  for (guint row = 0; row < GROUPS / GROUPS_IN_A_ROW; row++) {
    char heads[GROUPS_IN_A_ROW][16];
    char groups[GROUPS_IN_A_ROW][GROUP_DIGITS + 1];
    const char *head_cells[GROUPS_IN_A_ROW];
    const char *group_cells[GROUPS_IN_A_ROW];

    for (guint i = 0; i < GROUPS_IN_A_ROW; i++) {
      guint group = row * GROUPS_IN_A_ROW + i;
      g_snprintf (heads[i], sizeof heads[i], "Group %u", group + 1);
      g_strlcpy (groups[i], text + group * (GROUP_DIGITS + 1), sizeof groups[i]);
      head_cells[i] = heads[i];
      group_cells[i] = groups[i];
    }
    add_row (document, TRUE, DK_SPAN_PLAIN, head_cells, GROUPS_IN_A_ROW);
    add_row (document, FALSE, DK_SPAN_LARGE, group_cells, GROUPS_IN_A_ROW);
    dk_secret_wipe (groups, sizeof groups);
  }
}

static char *
envelope_number (DkKit *kit)
{
  return g_strdup_printf ("%s-%u", dk_store_identity (kit->store)->station,
                          dk_kit_recovery_number (kit));
}

/* Two envelopes that lie side by side must tell which one is valid. New string. */
static char *
replaced_text (DkKit *kit, const char *made)
{
  const char *station = dk_store_identity (kit->store)->station;
  guint number = dk_kit_recovery_number (kit);

  if (number < 2)
    return NULL;
  return g_strdup_printf ("Replaces envelope %s-%u since %s: destroy that one, its code opens "
                          "nothing any more.",
                          station, number - 1, made);
}

static gboolean
find_role (DkKit *kit, DkRole *role)
{
  for (guint i = 0; i < dk_directory_count (kit->directory); i++) {
    DkSlotInfo info;
    dk_directory_info (kit->directory, i, &info);
    if (info.kind == DK_SLOT_RECOVERY) {
      *role = info.role;
      return TRUE;
    }
  }
  return FALSE;
}

static void
add_facts (DkKit *kit, DkDocument *document, DkRole role)
{
  const DkStoreIdentity *identity = dk_store_identity (kit->store);
  g_autofree char *envelope = envelope_number (kit);
  g_autofree char *now = dk_time_format_local (dk_clock_wall_ms ());
  g_autofree char *epoch = g_strdup_printf ("%u", dk_directory_key_epoch (kit->directory));
  const char *heads[] = { "Envelope", "Station", "Site", "Key epoch" };
  const char *facts[] = { envelope, identity->station, identity->site, epoch };
  const char *more_heads[] = { "Made", "Made by", "Opens the kit as" };
  const char *more[] = { now, dk_person_info (kit->person)->name, dk_role_name (role) };
  g_autofree char *kit_line = g_strdup_printf ("Kit %s", identity->kit_id);
  g_autofree char *replaced = NULL;

  now[MIN (strlen (now), DATE_CHARS)] = '\0';
  now[strcspn (now, "T")] = ' ';
  replaced = replaced_text (kit, now);
  add_row (document, TRUE, DK_SPAN_PLAIN, heads, G_N_ELEMENTS (heads));
  add_row (document, FALSE, DK_SPAN_PLAIN, facts, G_N_ELEMENTS (facts));
  add_text (document, kit_line);
  if (replaced != NULL)
    add_text (document, replaced);
  add_row (document, TRUE, DK_SPAN_PLAIN, more_heads, G_N_ELEMENTS (more_heads));
  add_row (document, FALSE, DK_SPAN_PLAIN, more, G_N_ELEMENTS (more));
}

static void
add_use (DkDocument *document)
{
  add_heading (document, "How it is used");
  add_text (document, "Only if nobody who may open this kit can do so any more. Two people, one of "
                      "them a shift lead, break the seal together and sign below.");
  add_step (document, 1, "Go to the PC of this station. Compare station and site above with what "
                         "its screen shows.");
  add_step (document, 2, "In the window choose \"Open with the recovery code\", or type");
  dk_block_add_span (dk_document_add_block (document, DK_BLOCK_CODE, 0),
                     "dkit recovery open --reason \"WHY\"", DK_SPAN_CODE, NULL, 0);
  add_step (document, 3, "Say why. Type the eight groups in their order; a group with a slip is "
                         "named at once, and nothing is locked by trying again.");
  add_step (document, 4, "Choose a new passphrase, twice. From then on the name \"recovery\" opens "
                         "the kit with it, and this code opens nothing any more.");
  add_heading (document, "On the telephone");
  add_text (document, "Never read this code out to anybody: who needs it stands at this PC with "
                      "this sheet.");
}

static void
add_afterwards (DkDocument *document, DkRole role)
{
  add_heading (document, "Afterwards");
  add_box (document, role == DK_ROLE_ADMIN
                         ? "Give the administrators a new passphrase, or add one: dkit user reset, "
                           "dkit user add."
                         : "Give the front-line people a new passphrase: dkit user reset.");
  add_box (document, "An administrator makes a new code and seals it: dkit recovery rotate -o "
                     "F.pdf. It renews the keys; until then every unlock shows a warning.");
  add_box (document, "Destroy this sheet. Write in the shift log who opened it, when, and why.");
}

static void
add_signatures (DkDocument *document)
{
  static const char *const heads[] = { "Sealed by, date", "Witness", "Opened by, date", "Witness" };
  static const char *const blank[] = { " ", " ", " ", " " };

  add_heading (document, "Signatures");
  add_row (document, TRUE, DK_SPAN_PLAIN, heads, G_N_ELEMENTS (heads));
  add_row (document, FALSE, DK_SPAN_LARGE, blank, G_N_ELEMENTS (blank));
}

char *
dk_recovery_sheet_title (DkKit *kit)
{
  g_autofree char *envelope = envelope_number (kit);

  return g_strdup_printf ("Recovery code, envelope %s", envelope);
}

DkDocument *
dk_recovery_sheet_new (DkKit *kit, const DkSecret *code, GError **error)
{
  g_autoptr (DkDocument) document = NULL;
  DkRole role;

  if (!find_role (kit, &role)) {
    g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
                 "This kit has no recovery code, so there is no sheet to print. Make one: dkit "
                 "recovery rotate.");
    return NULL;
  }
  document = dk_document_new ();
  add_text (document, "Keep this sheet in a sealed, numbered envelope in a safe. Whoever reads it "
                      "and reaches the PC, or a copy of its kit, can open everything in it.");
  add_facts (kit, document, role);
  add_heading (document, "Recovery code");
  add_code (document, code);
  add_use (document);
  add_afterwards (document, role);
  add_signatures (document);
  return g_steal_pointer (&document);
}
