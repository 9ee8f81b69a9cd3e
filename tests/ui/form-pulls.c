/* SPDX-License-Identifier: MIT */
/* Goal: a form that reads more out of the kit's tables than is usually remembered comes to rest,
 * each question asked once; what it does not read any more is forgotten.
 * Method: a form is played by a function that reads its keys anew whenever answers arrive; the kit
 * is played by functions put in the place of its calls by the linker. */
#include "ui/form-pulls.h"

#include "app/store/form-world.h"
#include "tests/support/support.h"
#include "ui/kit-thread.h"

#define KEYS 3000u
#define TURNS_MAX 200u
#define TYPED 6000u

void __wrap_dk_kit_run (gpointer owner, const DkKitCall *call);
DkStore *__wrap_dk_kit_store (DkKit *kit);
char *__wrap_dk_store_form_pull (DkStore *store, const char *table, const char *column,
                                 const char *key_column, const char *key);

static guint asked;
static guint turns;
static guint missing;

typedef struct {
  gpointer owner;
  DkKitCall call;
} Waiting;

static gboolean
answer (gpointer data)
{
  Waiting *waiting = data;
  gpointer result = waiting->call.work (NULL, waiting->call.data, NULL, NULL);

  waiting->call.data_free (waiting->call.data);
  waiting->call.reply (waiting->owner, result, NULL);
  g_object_unref (waiting->owner);
  g_free (waiting);
  return G_SOURCE_REMOVE;
}

void
__wrap_dk_kit_run (gpointer owner, const DkKitCall *call)
{
  Waiting *waiting = g_new0 (Waiting, 1);

  waiting->owner = g_object_ref (owner);
  waiting->call = *call;
  (void) g_idle_add (answer, waiting);
}

DkStore *
__wrap_dk_kit_store (DkKit *kit)
{
  return NULL;
}

char *
__wrap_dk_store_form_pull (DkStore *store, const char *table, const char *column,
                           const char *key_column, const char *key)
{
  asked++;
  return g_strconcat (table, "/", key, NULL);
}

static void
read_key (DkFormPulls *pulls, const char *kind, guint i)
{
  g_autofree char *key = g_strdup_printf ("%s%u", kind, i);
  g_autofree char *wanted = g_strconcat ("devices/", key, NULL);
  g_autofree char *found = dk_form_pulls_get (pulls, "devices", "owner", "host", key);

  if (found == NULL)
    missing++;
  else
    g_assert_cmpstr (found, ==, wanted);
}

static void
read_all (gpointer data)
{
  missing = 0;
  turns++;
  for (guint i = 0; i < KEYS; i++)
    read_key (*(DkFormPulls **) data, "row", i);
}

/* FALSE if it never does. */
static gboolean
comes_to_rest (void)
{
  turns = 0;
  while (turns < TURNS_MAX && g_main_context_iteration (NULL, FALSE))
    continue;
  return turns < TURNS_MAX;
}

static void
test_comes_to_rest (void)
{
  DkFormPulls *pulls = NULL;

  asked = 0;
  pulls = dk_form_pulls_new (read_all, &pulls);
  read_all (&pulls);
  g_assert_cmpuint (missing, ==, KEYS);
  g_assert_true (comes_to_rest ());
  g_assert_cmpuint (missing, ==, 0);
  g_assert_cmpuint (asked, ==, KEYS);
  dk_form_pulls_free (pulls);
}

/* The letters of a key that is typed are forgotten, what the form reads is not. */
static void
test_forgets_what_is_not_read (void)
{
  DkFormPulls *pulls = NULL;

  pulls = dk_form_pulls_new (read_all, &pulls);
  read_all (&pulls);
  for (guint i = 0; i < TYPED; i++) {
    read_key (pulls, "typed", i);
    if (i % 1000 == 0)
      g_assert_true (comes_to_rest ());
  }
  g_assert_true (comes_to_rest ());
  asked = 0;
  read_all (&pulls);
  g_assert_cmpuint (missing, ==, 0);
  read_key (pulls, "typed", 0);
  g_assert_true (comes_to_rest ());
  g_assert_cmpuint (asked, ==, 1);
  dk_form_pulls_free (pulls);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/ui/form-pulls/a-form-that-reads-much-comes-to-rest", test_comes_to_rest);
  g_test_add_func ("/ui/form-pulls/forgets-what-is-not-read", test_forgets_what_is_not_read);
  return dk_test_run ();
}
