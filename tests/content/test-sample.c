/* SPDX-License-Identifier: MIT */
/* Goal: the content that ships is complete and without problems, and every runbook of it can be
 * drawn.
 * Method: it is read, built, read back, and each runbook parsed; the counts are printed and have a
 * minimum. */
#include <string.h>

#include "app/content/markdown.h"
#include "app/content/pack-build.h"
#include "app/content/pack-read.h"
#include "app/crypto/age.h"
#include "tests/support/support.h"

static DkPackSource *
read_sample (void)
{
  g_autofree char *folder = dk_test_source_path ("packaging/common/sample-content");
  g_autoptr (GError) error = NULL;
  DkPackSource *source = dk_pack_source_read (folder, NULL, &error);

  g_assert_no_error (error);
  return source;
}

static void
test_is_complete (void)
{
  g_autoptr (DkPackSource) source = read_sample ();
  gsize contacts = json_array_size (source->contacts) + json_array_size (source->lead_contacts);

  g_test_message ("%u contacts, %u services, %u runbooks, %u with parts for leads",
                  (guint) contacts, (guint) json_array_size (source->services),
                  (guint) json_array_size (source->runbooks),
                  (guint) json_array_size (source->lead_runbooks));
  g_assert_cmpuint (contacts, >=, 45);
  g_assert_cmpuint (json_array_size (source->services), >=, 14);
  g_assert_cmpuint (json_array_size (source->runbooks), >=, 13);
  g_assert_cmpuint (json_array_size (source->lead_runbooks), >=, 2);
}

static void
assert_drawable (GPtrArray *runbooks)
{
  for (guint i = 0; i < runbooks->len; i++) {
    const DkRunbook *runbook = g_ptr_array_index (runbooks, i);
    g_autoptr (GError) error = NULL;
    g_autoptr (DkDocument) document
        = dk_markdown_parse (runbook->markdown, strlen (runbook->markdown), &error);
    guint tasks = 0;
    g_assert_no_error (error);
    for (guint k = 0; k < document->blocks->len; k++)
      tasks += ((DkBlock *) document->blocks->pdata[k])->kind == DK_BLOCK_TASK;
    if (tasks < 3)
      g_test_message ("%s has %u steps", runbook->id, tasks);
    g_assert_cmpuint (tasks, >=, 3);
  }
}

static void
test_builds_and_reads (void)
{
  g_autoptr (DkPackSource) source = read_sample ();
  g_autoptr (DkSecret) seed = dk_secret_new_random (32);
  g_autoptr (DkSecret) device = dk_secret_new_random (32);
  guint8 device_public[32];
  g_autofree char *to = NULL;
  g_auto (DkMinisignSecret) signer = { 0 };
  DkMinisignPublic signer_public;
  g_autoptr (GBytes) pack = NULL;
  g_autoptr (DkContainer) container = NULL;
  g_autoptr (DkPackContent) content = NULL;
  g_autoptr (DkPackContent) lead = NULL;
  g_autoptr (GError) error = NULL;

  dk_minisign_secret_from_seed (seed, &signer);
  dk_minisign_secret_public (&signer, &signer_public);
  dk_box_public (device_public, device);
  to = dk_age_recipient_text (device_public);
  {
    const char *tos[] = { to, NULL };
    const DkPackOptions options = { tos, tos, FALSE, &signer, 1 };
    pack = dk_pack_build (source, &options, NULL, &error);
  }
  g_assert_no_error (error);
  container = dk_container_open (pack, &error);
  g_assert_no_error (error);
  g_assert_true (dk_container_verify (container, "pack", &signer_public, 1, NULL, NULL, &error));
  content = dk_pack_read (container, device, "en", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (content->runbooks->len, ==, json_array_size (source->runbooks));
  assert_drawable (content->runbooks);
  lead = dk_pack_read_lead (content->lead, content->about, device, NULL, &error);
  g_assert_no_error (error);
  assert_drawable (lead->runbooks);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  dk_crypto_init ();
  g_test_add_func ("/content/sample/is-complete", test_is_complete);
  g_test_add_func ("/content/sample/builds-and-reads", test_builds_and_reads);
  return dk_test_run ();
}
