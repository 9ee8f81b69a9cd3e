/* SPDX-License-Identifier: MIT */
/* Goal: the printed code opens the kit once, for a reason, and everybody is told from then on; a
 * mistyped one is named by its group. Method: the code of a fresh kit, right, mistyped, reused. */
#include <string.h>

#include "app/kit/kit-private.h"
#include "tests/kit/kit-fixture.h"

#define PASSPHRASE "from the safe"

static DkKit *
try_code (KitFixture *f, const char *code, const char *reason, GError **error)
{
  g_autoptr (DkSecret) secret = dk_secret_new_copy (PASSPHRASE, strlen (PASSPHRASE));

  return dk_kit_open_with_recovery (f->folder, code, reason, secret, kit_fixture_kdf, error);
}

static gboolean
told (DkKit *kit, const char *words)
{
  for (guint i = 0; i < dk_kit_messages (kit)->len; i++)
    if (strstr (g_ptr_array_index (dk_kit_messages (kit), i), words) != NULL)
      return TRUE;
  return FALSE;
}

static void
assert_entry (DkKit *kit)
{
  g_autoptr (GPtrArray) entries = dk_ledger_of_kind (dk_kit_store (kit), "recovery-opened", NULL);
  const DkEntry *entry;

  g_assert_cmpuint (entries->len, ==, 1);
  entry = g_ptr_array_index (entries, 0);
  g_assert_cmpstr (entry->user, ==, "recovery");
  g_assert_cmpstr (dk_json_get_text (entry->body, "reason"), ==, "both admins are ill");
  g_assert_nonnull (json_object_get (entry->body, "signed"));
  g_assert_true (dk_store_check_signed (dk_kit_store (kit), "recovery-opened", "", entry->body));
}

static void
test_opens_once (KitFixture *f, gconstpointer data)
{
  g_autoptr (DkSecret) next = dk_secret_new_copy ("staple staple", 13);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) again = NULL;
  gint64 used_ms = 0;
  DkKit *kit = try_code (f, kit_fixture_code (), "both admins are ill", &error);

  g_assert_no_error (error);
  g_assert_true (told (kit, "recovery code"));
  assert_entry (kit);
  g_assert_true (
      dk_kit_add_user (kit, "clara", DK_ROLE_ADMIN, next, 0, kit_fixture_kdf, &error));
  kit_fixture_close (kit);
  g_assert_null (try_code (f, kit_fixture_code (), "once more", &again));
  g_assert_error (again, DK_ERROR, DK_ERROR_DENIED);
  g_clear_error (&again);
  again = kit_fixture_try (f->folder, "recovery", PASSPHRASE);
  g_assert_no_error (again);
  kit = kit_fixture_open (f->folder);
  g_assert_true (told (kit, "recovery code")); /* everybody, at every unlock */
  g_assert_true (dk_kit_recovery_used (kit, &used_ms, NULL));
  g_assert_cmpint (used_ms, >, 0);
  g_assert_cmpuint (kit_fixture_count (kit, "recovery-opened"), ==, 1);
  kit_fixture_close (kit);
}

static void
test_refusals (KitFixture *f, gconstpointer data)
{
  g_autofree char *mistyped = g_strdup (kit_fixture_code ());
  g_autoptr (GError) error = NULL;
  gint64 used_ms = 1;
  DkKit *kit;

  mistyped[2 * 7] = mistyped[2 * 7] == '9' ? '8' : (char) (mistyped[2 * 7] + 1);
  g_assert_null (try_code (f, mistyped, "both", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "Group 3"));
  g_clear_error (&error);
  g_assert_null (try_code (f, kit_fixture_code (), " \n", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (try_code (f, "000001-000002-000003-000004-000005-000006-000007-000008", "both",
                           &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  g_assert_nonnull (strstr (error->message, "recovery code"));
  kit = kit_fixture_open (f->folder);
  g_assert_false (told (kit, "recovery code"));
  g_assert_true (dk_kit_recovery_used (kit, &used_ms, NULL));
  g_assert_cmpint (used_ms, ==, 0);
  kit_fixture_close (kit);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  KIT_ADD ("/kit/recovery/code-opens-once-and-everybody-is-told", test_opens_once);
  KIT_ADD ("/kit/recovery/wrong-codes-and-no-reason-are-refused", test_refusals);
  return dk_test_run ();
}
