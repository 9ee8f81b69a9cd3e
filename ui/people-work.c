/* SPDX-License-Identifier: MIT */
#include "ui/people-work.h"

#include <glib/gi18n.h>

#include "app/base/clock.h"
#include "app/kit/people.h"
#include "app/kit/recovery.h"
#include "forms/paper.h"

static void
free_row (gpointer data)
{
  DkPersonRow *row = data;

  g_free (row->name);
  g_free (row);
}

void
dk_people_view_free (gpointer data)
{
  DkPeopleView *view = data;

  if (view == NULL)
    return;
  g_clear_pointer (&view->rows, g_ptr_array_unref);
  g_free (view);
}

void
dk_people_order_free (gpointer data)
{
  DkPeopleOrder *order = data;

  if (order == NULL)
    return;
  g_free (order->name);
  dk_secret_free (order->passphrase);
  dk_secret_free (order->own);
  g_free (order);
}

void
dk_people_result_free (gpointer data)
{
  DkPeopleResult *result = data;

  if (result == NULL)
    return;
  g_free (result->text);
  g_free (result->title);
  dk_secret_free (result->code);
  g_clear_pointer (&result->sheet, g_bytes_unref);
  g_free (result);
}

gpointer
dk_people_work_load (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (DkDirectory) directory = dk_kit_read_people (kit, error);
  const DkKeyring *keys = dk_kit_keys (kit);
  const char *me = dk_store_user (dk_kit_store (kit));
  DkPeopleView *view;
  gint64 used_ms;

  if (directory == NULL || !dk_kit_recovery_used (kit, &used_ms, error))
    return NULL;
  view = g_new0 (DkPeopleView, 1);
  view->rows = g_ptr_array_new_with_free_func (free_row);
  view->is_admin = dk_keyring_get (keys, DK_KEY_ADMIN) != NULL;
  view->is_lead = dk_keyring_get (keys, DK_KEY_LEAD) != NULL;
  view->recovery_used = used_ms != 0;
  for (guint i = 0; i < dk_directory_count (directory); i++) {
    DkPersonRow *row = g_new0 (DkPersonRow, 1);
    DkSlotInfo info;
    dk_directory_info (directory, i, &info);
    row->name = g_strdup (info.name);
    row->role = info.role;
    row->kind = info.kind;
    row->valid_until_ms = info.valid_until_ms;
    row->is_me = g_strcmp0 (info.name, me) == 0;
    g_ptr_array_add (view->rows, row);
  }
  return view;
}

/* The sheet for the envelope. Its words are of the kit, so it is made here; one page takes a few
 * milliseconds. */
static gboolean
make_sheet (DkKit *kit, DkPeopleResult *result, GError **error)
{
  const DkStoreIdentity *identity = dk_store_identity (dk_kit_store (kit));
  g_autofree char *station = g_strdup_printf ("%s %s", identity->station, identity->site);
  const DkPaperFacts facts = { .size = DK_PAPER_A4, .station = station };
  g_autoptr (DkDocument) document = dk_recovery_sheet_new (kit, result->code, error);
  g_autoptr (DkPaper) paper = NULL;

  if (document == NULL)
    return FALSE;
  result->title = dk_recovery_sheet_title (kit);
  paper = dk_paper_new (&facts);
  dk_paper_add_document (paper, result->title, "en", document);
  result->sheet = dk_paper_pdf (paper, error);
  return result->sheet != NULL;
}

/* A code that was made and cannot be printed is still told: the one before is void. */
static gboolean
rotate (DkKit *kit, const DkPeopleOrder *order, DkPeopleResult *result, GError **error)
{
  const DkRecoveryRotation rotation = { .with_admin = order->with_admin };
  g_autoptr (GError) failed = NULL;

  if (!dk_kit_rotate_recovery (kit, &rotation, NULL, &result->code, error))
    return FALSE;
  if (make_sheet (kit, result, &failed))
    result->text = g_strdup (_ ("The new code is made; the one before opens nothing any more. "
                                "Print the sheet now, seal it in the envelope, and close this."));
  else
    result->text = g_strdup_printf (_ ("The new code is made, but its sheet is not: %s Write the "
                                       "code down by hand now."),
                                    failed->message);
  return TRUE;
}

static gboolean
add (DkKit *kit, const DkPeopleOrder *order, GError **error)
{
  const DkKdfParams kdf = dk_kdf_calibrate ();

  if (order->shared)
    return dk_kit_add_shared (kit, order->name, order->passphrase, order->valid_until_ms, kdf,
                              error);
  return dk_kit_add_user (kit, order->name, order->role, order->passphrase, order->valid_until_ms,
                          kdf, error);
}

static gboolean
do_step (DkKit *kit, const DkPeopleOrder *order, DkPeopleResult *result, GError **error)
{
  DkAccess access = { .role = order->role, .valid_until_ms = order->valid_until_ms };

  switch (order->step) {
  case DK_PEOPLE_ADD:
    result->text = g_strdup_printf (_ ("%s can open this kit now."), order->name);
    return add (kit, order, error);
  case DK_PEOPLE_CHANGE:
    result->text = g_strdup_printf (_ ("%s has the new role and end now."), order->name);
    access.passphrase = order->passphrase;
    if (access.passphrase != NULL)
      access.kdf = dk_kdf_calibrate ();
    return dk_kit_set_user (kit, order->name, &access, NULL, error);
  case DK_PEOPLE_RESET:
    result->text = g_strdup_printf (_ ("%s opens the kit with the new passphrase now; the one "
                                       "before opens nothing any more."),
                                    order->name);
    return dk_kit_reset_user (kit, order->name, order->passphrase, dk_kdf_calibrate (), error);
  case DK_PEOPLE_REMOVE:
    result->text = g_strdup_printf (_ ("%s can open this kit no more, and its keys are renewed. "
                                       "Make a backup soon: older ones open with the old keys."),
                                    order->name);
    return dk_kit_remove_user (kit, order->name, NULL, error);
  case DK_PEOPLE_OWN:
    result->text = g_strdup (_ ("Your passphrase is changed. The one before opens nothing any "
                                "more."));
    return dk_kit_change_passphrase (kit, order->passphrase, dk_kdf_calibrate (), error);
  case DK_PEOPLE_ROTATE:
    return rotate (kit, order, result, error);
  default:
    g_assert_not_reached ();
  }
}

/* What the kit has to say of the step. */
static void
add_messages (DkPeopleResult *result, const GPtrArray *messages, guint from)
{
  for (guint i = from; i < messages->len; i++) {
    g_autofree char *text = g_steal_pointer (&result->text);
    result->text = g_strjoin ("\n", text, g_ptr_array_index (messages, i), NULL);
  }
}

gpointer
dk_people_work_do (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  const DkPeopleOrder *order = data;
  DkPeopleResult *result = g_new0 (DkPeopleResult, 1);
  guint told = dk_kit_messages (kit)->len;

  if (!dk_kit_confirm (kit, order->own, error) || !do_step (kit, order, result, error))
    g_clear_pointer (&result, dk_people_result_free);
  else
    add_messages (result, dk_kit_messages (kit), told);
  return result;
}
