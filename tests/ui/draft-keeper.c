/* SPDX-License-Identifier: MIT */
/* Goal: what was typed is kept when the window is locked, whatever moment that is.
 * Method: what is typed is given by the test, the kit's thread is played by functions put in its
 * place by the linker; the store is real. The calls of a typed text are queued; then the window is
 * sealed and the queue is worked off, with no reply delivered. Control: without the seal the words
 * that came last are missing. */
#include "ui/draft-keeper.h"

#include "app/store/attached-store.h"
#include "app/store/ticket-store.h"
#include "tests/store/store-fixture.h"
#include "tests/support/support.h"
#include "ui/kit-thread.h"

#define PICTURE "\x89PNG\r\n\x1a\npicture"

void __wrap_dk_kit_run (gpointer owner, const DkKitCall *call);
DkStore *__wrap_dk_kit_store (DkKit *kit);
gboolean __wrap_dk_page_failed (DkPage *page, const GError *error);

typedef struct {
  GObject *owner;
  DkKitCall call;
} Waiting;

static GQueue calls = G_QUEUE_INIT; /* of Waiting */
static DkStore *store;
static DkForm *form;
static const char *typed;
static gboolean full; /* no number can be issued */
static guint failures;
static guint told;

void
__wrap_dk_kit_run (gpointer owner, const DkKitCall *call)
{
  Waiting *waiting = g_new0 (Waiting, 1);

  waiting->owner = g_object_ref (owner);
  waiting->call = *call;
  g_queue_push_tail (&calls, waiting);
}

DkStore *
__wrap_dk_kit_store (DkKit *kit)
{
  return store;
}

static DkForm *
get_form (DkPage *page)
{
  return form;
}

static json_t *
get_answers (DkPage *page)
{
  return json_pack ("{s:s}", "summary", typed);
}

static gboolean
is_changed (DkPage *page)
{
  return *typed != '\0';
}

gboolean
__wrap_dk_page_failed (DkPage *page, const GError *error)
{
  failures += error != NULL;
  return error != NULL;
}

static void
count_told (DkPage *page)
{
  told++;
}

static const DkDraftSource source = { get_form, get_answers, is_changed, count_told };

/* Works off the oldest call; its reply is delivered only if it is to be. */
static void
work_one (gboolean reply)
{
  g_autofree Waiting *waiting = g_queue_pop_head (&calls);
  const DkKitCall *call = &waiting->call;
  g_autoptr (GError) error = NULL;
  gpointer result = NULL;

  if (full)
    g_set_error (&error, DK_ERROR, DK_ERROR_FAILED, "no number");
  else
    result = call->work (NULL, call->data, NULL, &error);
  if (reply)
    call->reply (waiting->owner, g_steal_pointer (&result), error);
  else if (!full)
    g_assert_no_error (error);
  if (result != NULL && call->result_free != NULL)
    call->result_free (result);
  call->data_free (call->data);
  g_object_unref (waiting->owner);
}

static void
work_all (void)
{
  while (!g_queue_is_empty (&calls))
    work_one (FALSE);
}

static void
type_words (DkDraftKeeper *keeper, const char *words)
{
  typed = words;
  dk_draft_keeper_edited (keeper);
}

/* Types the first words and waits until a number is asked for. */
static DkDraftKeeper *
begin_typing (StoreFixture *f)
{
  DkDraftKeeper *keeper = dk_draft_keeper_new (NULL, &source);

  store = f->store;
  form = dk_form_shipped ("call-log", "en");
  failures = 0;
  type_words (keeper, "Monitor");
  while (g_queue_is_empty (&calls))
    (void) g_main_context_iteration (NULL, TRUE);
  return keeper;
}

static void
end_typing (DkDraftKeeper *keeper)
{
  dk_draft_keeper_free (keeper);
  g_clear_pointer (&form, dk_form_unref);
}

/* The one draft that there must be. */
static DkDraft *
only_draft (void)
{
  g_autoptr (GPtrArray) drafts = dk_ticket_store_list_drafts (store, NULL);

  g_assert_cmpuint (drafts->len, ==, 1);
  return dk_ticket_store_load_draft (store, ((DkDraft *) drafts->pdata[0])->number, NULL);
}

static void
assert_words (const char *words)
{
  g_autoptr (DkDraft) draft = only_draft ();

  g_assert_cmpstr (json_string_value (json_object_get (draft->answers, "summary")), ==, words);
}

static void
test_while_a_number_is_asked_for (StoreFixture *f, gconstpointer data)
{
  DkDraftKeeper *keeper = begin_typing (f);

  type_words (keeper, "Monitor 12 is dark");
  dk_draft_keeper_seal (keeper);
  work_all ();
  assert_words ("Monitor 12 is dark");
  end_typing (keeper);
}

static void
test_control_without_seal (StoreFixture *f, gconstpointer data)
{
  DkDraftKeeper *keeper = begin_typing (f);

  type_words (keeper, "Monitor 12 is dark");
  work_all ();
  assert_words ("Monitor");
  end_typing (keeper);
}

static void
test_left_and_begun_anew (StoreFixture *f, gconstpointer data)
{
  DkDraftKeeper *keeper = begin_typing (f);

  type_words (keeper, "Monitor 12 is dark");
  dk_draft_keeper_seal (keeper);
  dk_draft_keeper_reset (keeper);
  g_assert_false (dk_draft_keeper_is_begun (keeper));
  work_all ();
  assert_words ("Monitor 12 is dark");
  g_assert_null (dk_draft_keeper_number (keeper));
  end_typing (keeper);
}

static void
test_before_a_number_is_asked_for (StoreFixture *f, gconstpointer data)
{
  DkDraftKeeper *keeper = dk_draft_keeper_new (NULL, &source);

  store = f->store;
  form = dk_form_shipped ("call-log", "en");
  type_words (keeper, "Monitor");
  dk_draft_keeper_seal (keeper);
  work_all ();
  assert_words ("Monitor");
  end_typing (keeper);
}

static void
test_after_a_failure (StoreFixture *f, gconstpointer data)
{
  DkDraftKeeper *keeper = begin_typing (f);

  full = TRUE;
  work_one (TRUE);
  full = FALSE;
  g_assert_cmpuint (failures, ==, 1);
  g_assert_true (dk_draft_keeper_is_dirty (keeper));
  dk_draft_keeper_seal (keeper);
  work_all ();
  assert_words ("Monitor");
  end_typing (keeper);
}

static void
test_begin_fails_behind_the_seal (StoreFixture *f, gconstpointer data)
{
  DkDraftKeeper *keeper = begin_typing (f);

  type_words (keeper, "Monitor 12 is dark");
  dk_draft_keeper_seal (keeper);
  full = TRUE;
  work_one (FALSE);
  full = FALSE;
  work_all ();
  assert_words ("Monitor 12 is dark");
  end_typing (keeper);
}

static void
test_number_drawn_behind_a_failure (StoreFixture *f, gconstpointer data)
{
  DkDraftKeeper *keeper = begin_typing (f);
  g_autoptr (DkDraft) draft = NULL;

  type_words (keeper, "Monitor 12");
  dk_draft_keeper_seal (keeper);
  full = TRUE;
  work_one (TRUE);
  full = FALSE;
  work_one (TRUE);
  draft = only_draft ();
  g_assert_cmpstr (dk_draft_keeper_number (keeper), ==, draft->number);
  type_words (keeper, "Monitor 12 is dark");
  dk_draft_keeper_seal (keeper);
  work_all ();
  assert_words ("Monitor 12 is dark");
  end_typing (keeper);
}

/* The next key comes before the number that was drawn behind the failure is known here. */
static void
test_key_before_it_is_known (StoreFixture *f, gconstpointer data)
{
  DkDraftKeeper *keeper = begin_typing (f);

  type_words (keeper, "Monitor 12");
  dk_draft_keeper_seal (keeper);
  full = TRUE;
  work_one (TRUE);
  full = FALSE;
  type_words (keeper, "Monitor 12 is dark");
  dk_draft_keeper_seal (keeper);
  while (!g_queue_is_empty (&calls))
    work_one (TRUE);
  assert_words ("Monitor 12 is dark");
  end_typing (keeper);
}

/* What the calls of a draft bring is not taken for that of the next one. */
static void
test_number_of_the_draft_before (StoreFixture *f, gconstpointer data)
{
  DkDraftKeeper *keeper = begin_typing (f);

  type_words (keeper, "Monitor 12 is dark");
  dk_draft_keeper_seal (keeper);
  dk_draft_keeper_reset (keeper);
  while (!g_queue_is_empty (&calls))
    work_one (TRUE);
  g_assert_null (dk_draft_keeper_number (keeper));
  assert_words ("Monitor 12 is dark");
  end_typing (keeper);
}

static void
test_failure_is_told (StoreFixture *f, gconstpointer data)
{
  DkDraftKeeper *keeper = begin_typing (f);
  guint before = told;

  full = TRUE;
  work_one (TRUE);
  full = FALSE;
  g_assert_cmpuint (told, ==, before + 1);
  g_assert_true (dk_draft_keeper_has_failed (keeper));
  type_words (keeper, "Monitor 12");
  g_assert_false (dk_draft_keeper_has_failed (keeper));
  end_typing (keeper);
}

static void
test_a_file (StoreFixture *f, gconstpointer data)
{
  DkDraftKeeper *keeper = begin_typing (f);
  g_autoptr (GBytes) bytes = g_bytes_new_static (PICTURE, sizeof PICTURE - 1);
  g_autofree char *hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  g_autoptr (GBytes) read = NULL;
  g_autoptr (DkDraft) draft = NULL;
  g_autoptr (GError) error = NULL;

  dk_draft_keeper_attach (keeper, NULL, bytes);
  dk_draft_keeper_seal (keeper);
  work_all ();
  draft = only_draft ();
  read = dk_attached_store_read (store, draft->number, hash, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (read, bytes));
  end_typing (keeper);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  STORE_ADD ("/ui/draft-keeper/seal-while-a-number-is-asked-for",
             test_while_a_number_is_asked_for);
  STORE_ADD ("/ui/draft-keeper/control-without-a-seal", test_control_without_seal);
  STORE_ADD ("/ui/draft-keeper/left-while-a-number-is-asked-for", test_left_and_begun_anew);
  STORE_ADD ("/ui/draft-keeper/seal-before-a-number-is-asked-for",
             test_before_a_number_is_asked_for);
  STORE_ADD ("/ui/draft-keeper/seal-after-a-failure", test_after_a_failure);
  STORE_ADD ("/ui/draft-keeper/begin-fails-behind-the-seal", test_begin_fails_behind_the_seal);
  STORE_ADD ("/ui/draft-keeper/a-number-drawn-behind-a-failure-is-known",
             test_number_drawn_behind_a_failure);
  STORE_ADD ("/ui/draft-keeper/a-key-before-it-is-known-draws-no-other",
             test_key_before_it_is_known);
  STORE_ADD ("/ui/draft-keeper/a-late-number-is-not-that-of-the-next-draft",
             test_number_of_the_draft_before);
  STORE_ADD ("/ui/draft-keeper/a-failure-is-told", test_failure_is_told);
  STORE_ADD ("/ui/draft-keeper/a-file-is-kept-too", test_a_file);
  return dk_test_run ();
}
