/* SPDX-License-Identifier: MIT */
/* Goal: the content that ships is complete and without problems, and every runbook of it can be
 * drawn.
 * Method: it is read, built, read back, and each runbook parsed; the counts are printed and have a
 * minimum. */
#include <string.h>

#include "app/authoring/pack-build.h"
#include "app/content/markdown.h"
#include "app/content/pack-read.h"
#include "app/crypto/age.h"
#include "tests/support/support.h"

/* 2027-12-01T12:00:00Z: what ships is without warnings until then. */
#define MOMENT_MS G_GINT64_CONSTANT (1827662400000)

static DkPackSource *
read_sample (void)
{
  g_autofree char *folder = dk_test_source_path ("packaging/common/sample-content");
  g_autoptr (GError) error = NULL;
  const DkPackSourceOptions options = { TRUE, MOMENT_MS };
  DkPackSource *source = dk_pack_source_check (folder, &options, NULL, &error);

  g_assert_no_error (error);
  return source;
}

static void
test_is_complete (void)
{
  g_autoptr (DkPackSource) source = read_sample ();
  guint contacts = source->parts[DK_PACK_CONTACTS_PART].count;

  g_test_message ("%u contacts, %u services, %u runbooks, %u with parts for leads",
                  contacts, source->parts[DK_PACK_SERVICES_PART].count,
                  source->parts[DK_PACK_RUNBOOKS_PART].count,
                  source->parts[DK_PACK_LEAD_RUNBOOKS_PART].count);
  g_assert_cmpuint (contacts, >=, 45);
  g_assert_cmpuint (source->parts[DK_PACK_SERVICES_PART].count, >=, 14);
  g_assert_cmpuint (source->parts[DK_PACK_RUNBOOKS_PART].count, >=, 13);
  g_assert_cmpuint (source->parts[DK_PACK_LEAD_RUNBOOKS_PART].count, >=, 2);
  g_assert_cmpuint (source->parts[DK_PACK_SHIFTS_PART].count, >=, 8);
  g_assert_cmpuint (source->parts[DK_PACK_CALL_TREES_PART].count, >=, 2);
  g_assert_cmpuint (source->parts[DK_PACK_LEAD_CALL_TREES_PART].count, >=, 1);
  g_assert_cmpuint (source->parts[DK_PACK_DEVICES_PART].count, >=, 30);
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

/* Contacts that both have are whole in the part for leads and without those numbers in the rest. */
static void
assert_lead_parts_are_split (GPtrArray *contacts, GPtrArray *lead)
{
  guint shared = 0;

  for (guint i = 0; i < contacts->len; i++)
    g_assert_false (dk_contact_has_lead_parts (g_ptr_array_index (contacts, i)));
  for (guint i = 0; i < lead->len; i++) {
    const DkContact *contact = g_ptr_array_index (lead, i);
    g_assert_true (dk_contact_has_lead_parts (contact));
    shared += g_str_equal (contact->audience, "all");
  }
  g_test_message ("%u contacts with parts for leads", shared);
  g_assert_cmpuint (shared, >=, 4);
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
  g_assert_cmpuint (content->runbooks->len, ==, source->parts[DK_PACK_RUNBOOKS_PART].count);
  assert_drawable (content->runbooks);
  lead = dk_pack_read_lead (content->lead, content->about, device, NULL, &error);
  g_assert_no_error (error);
  assert_drawable (lead->runbooks);
  g_assert_cmpuint (content->shifts->len, ==, source->parts[DK_PACK_SHIFTS_PART].count);
  g_assert_cmpuint (content->call_trees->len, ==, source->parts[DK_PACK_CALL_TREES_PART].count);
  g_assert_cmpuint (content->devices->len, ==, source->parts[DK_PACK_DEVICES_PART].count);
  g_assert_cmpuint (lead->call_trees->len, ==, 1);
  assert_lead_parts_are_split (content->contacts, lead->contacts);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  dk_crypto_init ();
  g_test_add_func ("/authoring/sample/is-complete", test_is_complete);
  g_test_add_func ("/authoring/sample/builds-and-reads", test_builds_and_reads);
  return dk_test_run ();
}
