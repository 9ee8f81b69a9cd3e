/* SPDX-License-Identifier: MIT */
#include "ui/contact-work.h"

#include <glib/gi18n.h>

#include "app/plan/correction.h"
#include "app/plan/feedback.h"
#include "app/plan/oncall.h"
#include "app/store/content-store.h"
#include "ui/card.h"

#define PIECE_ROWS 200u
#define NUMBERS_SHOWN 3u
#define DAY_MS ((gint64) 24 * 3600 * 1000)

static void
free_row (gpointer data)
{
  DkContactRow *row = data;

  g_free (row->id);
  g_free (row->name);
  g_free (row->role);
  g_free (row->site);
  g_free (row->numbers);
  g_free (row->marks);
  g_free (row);
}

DkContactPiece *
dk_contact_piece_new (DkContactsShown shown, const DkContactPiece *before)
{
  DkContactPiece *piece = g_new0 (DkContactPiece, 1);

  piece->shown = shown;
  piece->is_first = before == NULL;
  if (before != NULL) {
    piece->place.name = g_strdup (before->place.name);
    piece->place.row = before->place.row;
    piece->place.is_over = before->place.is_over;
  }
  return piece;
}

void
dk_contact_piece_free (gpointer data)
{
  DkContactPiece *piece = data;

  if (piece == NULL)
    return;
  dk_contact_place_clear (&piece->place);
  g_clear_pointer (&piece->rows, g_ptr_array_unref);
  g_free (piece);
}

/* Everything that lies over the lists, read once for a whole piece. */
typedef struct {
  GPtrArray *corrections;
  GPtrArray *changes;
} Overlay;

static void
clear_overlay (Overlay *overlay)
{
  g_clear_pointer (&overlay->corrections, g_ptr_array_unref);
  g_clear_pointer (&overlay->changes, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Overlay, clear_overlay)

static gint64
changed_since (void)
{
  return dk_clock_wall_ms () - DK_NUMBER_CHANGE_DAYS * DAY_MS;
}

static gboolean
load_overlay (DkStore *store, const char *id, Overlay *overlay, GError **error)
{
  overlay->corrections = dk_correction_list (store, id, TRUE, error);
  overlay->changes = overlay->corrections != NULL
                         ? dk_content_store_number_changes (store, id, changed_since (), error)
                         : NULL;
  return overlay->changes != NULL;
}

static gboolean
has_changed (const DkContact *contact, const Overlay *overlay)
{
  for (guint i = 0; i < contact->numbers->len; i++) {
    const DkContactNumber *number = contact->numbers->pdata[i];
    if (dk_number_changes_find (overlay->changes, contact->id, number->value) != 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_corrected (const DkContact *contact, const Overlay *overlay)
{
  for (guint i = 0; overlay->corrections->len > 0 && i < contact->numbers->len; i++) {
    const DkContactNumber *number = contact->numbers->pdata[i];
    if (dk_correction_of_number (overlay->corrections, contact->id, number->value) != NULL)
      return TRUE;
  }
  return FALSE;
}

static void
add_row (GPtrArray *rows, DkContact *contact, const Overlay *overlay)
{
  DkContactRow *row = g_new0 (DkContactRow, 1);
  gboolean has_role = contact->role != NULL && *contact->role != '\0';

  dk_correction_apply (contact, overlay->corrections);
  row->id = g_strdup (contact->id);
  row->name = g_strdup (contact->name);
  row->role = g_strdup (has_role ? contact->role : contact->team);
  row->site = g_strdup (contact->site);
  row->numbers = dk_card_numbers_line (contact, NUMBERS_SHOWN);
  row->is_changed = has_changed (contact, overlay);
  row->is_corrected = is_corrected (contact, overlay);
  if (dk_contact_new_since (contact) > 0 || contact->source != NULL)
    row->marks = g_strdup (contact->source == NULL                 ? _ ("NEW")
                           : dk_contact_new_since (contact) > 0 ? _ ("NEW, IMPORTED")
                                                                : _ ("IMPORTED"));
  g_ptr_array_add (rows, row);
}

static gboolean
add_on_call (DkStore *store, DkContactPiece *piece, const Overlay *overlay, GError **error)
{
  g_autoptr (GPtrArray) turns = dk_oncall_at (store, NULL, 0, error);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; turns != NULL && i < turns->len; i++) {
    const DkOnCall *turn = turns->pdata[i];
    if (turn->contact != NULL && g_hash_table_add (seen, turn->contact_id))
      add_row (piece->rows, turn->contact, overlay);
  }
  piece->place.is_over = TRUE;
  return turns != NULL;
}

static gboolean
add_page (DkStore *store, DkContactPiece *piece, const Overlay *overlay, GError **error)
{
  const DkContactWish wish = {
    .site = piece->shown == DK_CONTACTS_SITE ? dk_store_identity (store)->site : NULL,
    .vendors_only = piece->shown == DK_CONTACTS_VENDORS,
    .changed_since_ms = piece->shown == DK_CONTACTS_CHANGED ? changed_since () : 0,
  };
  g_autoptr (GPtrArray) ids
      = dk_contact_list_page (store, &wish, &piece->place, PIECE_ROWS, error);

  for (guint i = 0; ids != NULL && i < ids->len; i++) {
    g_autoptr (DkContact) contact = dk_content_store_contact (store, ids->pdata[i], error);
    if (contact == NULL)
      return FALSE;
    add_row (piece->rows, contact, overlay);
  }
  return ids != NULL;
}

gpointer
dk_contact_work_piece (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkContactPiece *order = data;
  DkStore *store = dk_kit_store (kit);
  g_auto (Overlay) overlay = { NULL, NULL };
  DkContactPiece *piece = dk_contact_piece_new (order->shown, order);
  gboolean done;

  piece->is_first = order->is_first;
  piece->rows = g_ptr_array_new_with_free_func (free_row);
  done = load_overlay (store, NULL, &overlay, error)
         && (order->shown == DK_CONTACTS_ON_CALL ? add_on_call (store, piece, &overlay, error)
                                                 : add_page (store, piece, &overlay, error))
         && (!order->is_first
             || dk_content_store_count_contacts (store, 0, &piece->total, error));
  if (!done)
    g_clear_pointer (&piece, dk_contact_piece_free);
  return piece;
}

gpointer
dk_contact_work_stamp (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  DkStore *store = dk_kit_store (kit);
  g_autoptr (GError) fault = NULL;
  g_autoptr (DkPackFacts) pack = dk_content_store_current (store, &fault);
  g_autoptr (GPtrArray) corrections = NULL;
  gint64 own = 0;

  if (fault != NULL) {
    g_propagate_error (error, g_steal_pointer (&fault));
    return NULL;
  }
  corrections = dk_correction_list (store, NULL, TRUE, error);
  if (corrections == NULL
      || !dk_content_store_count_contacts (store, DK_CONTENT_OWN, &own, error))
    return NULL;
  return g_strdup_printf ("%" G_GINT64_FORMAT " %u %" G_GINT64_FORMAT,
                          pack != NULL ? pack->id : 0, corrections->len, own);
}

gpointer
dk_contact_work_device (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  return dk_content_store_device (dk_kit_store (kit), data, error);
}

gpointer
dk_contact_work_correct (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkContentOrder *order = data;

  return dk_correction_add (dk_kit_store (kit), order->id, order->field, order->was, order->value,
                            order->words, error);
}

gpointer
dk_contact_work_report (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  const DkContentOrder *order = data;

  return dk_feedback_report (dk_kit_store (kit), order->kind, order->id, NULL, order->words, error);
}

void
dk_content_order_free (gpointer data)
{
  DkContentOrder *order = data;

  if (order == NULL)
    return;
  g_free (order->kind);
  g_free (order->id);
  g_free (order->field);
  g_free (order->was);
  g_free (order->value);
  g_free (order->words);
  g_free (order);
}

char *
dk_contact_name (DkStore *store, const char *id)
{
  g_autoptr (DkContact) contact = dk_correction_contact (store, id, NULL);

  return g_strdup (contact != NULL ? contact->name : id);
}

const char *
dk_number_kind_words (const char *kind)
{
  static const struct {
    const char *kind;
    const char *words;
  } kinds[] = {
    { "desk", N_ ("Desk phone") }, { "mobile", N_ ("Mobile") },
    { "pager", N_ ("Pager") },     { "radio", N_ ("Radio") },
    { "runner", N_ ("Runner post") }, { "email", N_ ("E-mail") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_strcmp0 (kind, kinds[i].kind) == 0)
      return _ (kinds[i].words);
  return _ ("Number");
}

char *
dk_tier_words (int tier)
{
  static const char *const words[] = { N_ ("first"), N_ ("second"), N_ ("third") };

  if (tier >= 1 && tier <= (int) G_N_ELEMENTS (words))
    return g_strdup (_ (words[tier - 1]));
  return g_strdup_printf (_ ("tier %d"), tier);
}
