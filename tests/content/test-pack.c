/* SPDX-License-Identifier: MIT */
/* Goal: what was authored is what a kit reads, nobody else reads it, lead-only parts go to leads
 * alone, and the same folder gives the same content.
 * Method: a small folder built for made-up keys, read back and compared; searches of the built
 * bytes for marked words; each missing recipient; packs whose parts were exchanged; content.zip
 * with each of its documents replaced, as a signer with a bad tool might make it. */
#include "app/authoring/pack-build.h"

#include <string.h>

#include "app/base/file.h"
#include "app/container/zip.h"
#include "app/content/pack-read.h"
#include "app/crypto/age.h"
#include "tests/authoring/folder.h"
#include "tests/support/support.h"

typedef struct {
  DkMinisignSecret signer;
  DkMinisignPublic signer_public;
  DkSecret *device;
  DkSecret *lead;
  char *device_text; /* age1... */
  char *lead_text;
} Keys;

static DkSecret *
make_secret (guint8 byte)
{
  DkSecret *secret = dk_secret_new (32);

  memset (dk_secret_get_mutable (secret), byte, 32);
  return secret;
}

static char *
recipient_of (const DkSecret *secret)
{
  guint8 public_key[32];

  dk_box_public (public_key, secret);
  return dk_age_recipient_text (public_key);
}

static void
keys_init (Keys *keys)
{
  g_autoptr (DkSecret) seed = make_secret (7);

  memset (keys, 0, sizeof *keys);
  dk_minisign_secret_from_seed (seed, &keys->signer);
  dk_minisign_secret_public (&keys->signer, &keys->signer_public);
  keys->device = make_secret (8);
  keys->lead = make_secret (9);
  keys->device_text = recipient_of (keys->device);
  keys->lead_text = recipient_of (keys->lead);
}

static void
keys_clear (Keys *keys)
{
  dk_minisign_secret_clear (&keys->signer);
  dk_secret_free (keys->device);
  dk_secret_free (keys->lead);
  g_free (keys->device_text);
  g_free (keys->lead_text);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Keys, keys_clear)

static GBytes *
build (const DkPackSource *source, const Keys *keys, const char *to, const char *to_lead,
       gboolean plain, GError **error)
{
  const char *tos[] = { to, NULL };
  const char *leads[] = { to_lead, NULL };
  const DkPackOptions options = { tos, leads, plain, &keys->signer, 1 };

  return dk_pack_build (source, &options, NULL, error);
}

static DkContainer *
verify (GBytes *pack, const Keys *keys)
{
  g_autoptr (GError) error = NULL;
  DkContainer *container = dk_container_open (pack, &error);

  g_assert_no_error (error);
  g_assert_true (
      dk_container_verify (container, "pack", &keys->signer_public, 1, NULL, NULL, &error));
  g_assert_no_error (error);
  return container;
}

static gboolean
contains (GBytes *bytes, const char *words)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  gsize length = strlen (words);

  for (gsize i = 0; i + length <= size; i++)
    if (memcmp (data + i, words, length) == 0)
      return TRUE;
  return FALSE;
}

static void
test_round_trip (void)
{
  g_auto (Keys) keys;
  g_autofree char *folder = dk_test_pack_folder ();
  g_autoptr (DkPackSource) source = dk_test_pack_source (folder);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) pack = NULL;
  g_autoptr (DkContainer) container = NULL;
  g_autoptr (DkPackContent) content = NULL;
  g_autoptr (DkPackContent) lead = NULL;
  const DkContact *contact;

  keys_init (&keys);
  pack = build (source, &keys, keys.device_text, keys.lead_text, FALSE, &error);
  g_assert_no_error (error);
  container = verify (pack, &keys);
  content = dk_pack_read (container, keys.device, "en", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dk_json_get_text (content->about, "name"), ==, "Small pack");
  g_assert_cmpuint (content->contacts->len, ==, 1);
  contact = g_ptr_array_index (content->contacts, 0);
  g_assert_cmpstr (contact->name, ==, "Service desk MARKER-CONTACT");
  g_assert_cmpint (contact->tier, ==, 1);
  g_assert_cmpuint (contact->numbers->len, ==, 1);
  g_assert_cmpuint (content->services->len, ==, 2);
  g_assert_cmpuint (content->runbooks->len, ==, 1);
  g_assert_cmpuint (json_array_size (json_object_get (content->lists, "groups")), ==, 1);
  g_assert_nonnull (content->lead);
  lead = dk_pack_read_lead (content->lead, content->about, keys.lead, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (lead->contacts->len, ==, 1);
  g_assert_cmpuint (lead->runbooks->len, ==, 2);
  g_assert_nonnull (strstr (((DkRunbook *) lead->runbooks->pdata[0])->markdown, "MARKER-LEAD"));
}

static void
test_nothing_leaks (void)
{
  g_auto (Keys) keys;
  g_autofree char *folder = dk_test_pack_folder ();
  g_autoptr (DkPackSource) source = dk_test_pack_source (folder);
  g_autoptr (GBytes) sealed = NULL;
  g_autoptr (GBytes) plain = NULL;
  g_autoptr (GBytes) content = dk_pack_content_zip (source, NULL);

  keys_init (&keys);
  sealed = build (source, &keys, keys.device_text, keys.lead_text, FALSE, NULL);
  plain = build (source, &keys, NULL, keys.lead_text, TRUE, NULL);
  g_assert_false (contains (sealed, "MARKER-CONTACT"));
  g_assert_false (contains (sealed, "MARKER-LEAD"));
  g_assert_true (contains (plain, "MARKER-CONTACT")); /* the control of the search */
  g_assert_false (contains (plain, "MARKER-LEAD"));
  g_assert_true (contains (content, "MARKER-CONTACT"));
  g_assert_false (contains (content, "MARKER-LEAD"));
}

static void
test_reproducible (void)
{
  g_auto (Keys) keys;
  g_autofree char *first_folder = dk_test_pack_folder ();
  g_autofree char *second_folder = dk_test_pack_folder ();
  g_autoptr (DkPackSource) first = dk_test_pack_source (first_folder);
  g_autoptr (DkPackSource) second = dk_test_pack_source (second_folder);
  g_autoptr (GBytes) a = dk_pack_content_zip (first, NULL);
  g_autoptr (GBytes) b = dk_pack_content_zip (second, NULL);
  g_autoptr (GBytes) lead_a = dk_pack_lead_zip (first, NULL);
  g_autoptr (GBytes) lead_b = dk_pack_lead_zip (second, NULL);

  keys_init (&keys);
  g_assert_true (g_bytes_equal (a, b));
  g_assert_true (g_bytes_equal (lead_a, lead_b));
  dk_test_pack_clear (first, DK_PACK_LEAD_CONTACTS_PART);
  dk_test_pack_clear (first, DK_PACK_LEAD_RUNBOOKS_PART);
  g_assert_null (dk_pack_lead_zip (first, NULL));
  {
    g_autoptr (GBytes) once = build (first, &keys, NULL, NULL, TRUE, NULL);
    g_autoptr (GBytes) twice = build (first, &keys, NULL, NULL, TRUE, NULL);
    g_assert_true (g_bytes_equal (once, twice));
  }
}

static void
test_recipients_are_needed (void)
{
  g_auto (Keys) keys;
  g_autofree char *folder = dk_test_pack_folder ();
  g_autoptr (DkPackSource) source = dk_test_pack_source (folder);
  g_autoptr (GError) error = NULL;

  keys_init (&keys);
  g_assert_null (build (source, &keys, NULL, keys.lead_text, FALSE, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "--to "));
  g_clear_error (&error);
  g_assert_null (build (source, &keys, keys.device_text, NULL, FALSE, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "--to-lead"));
  g_clear_error (&error);
  g_assert_null (build (source, &keys, NULL, NULL, TRUE, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (build (source, &keys, "age1nonsense", keys.lead_text, FALSE, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "age1nonsense"));
  g_clear_error (&error);
  dk_test_pack_clear (source, DK_PACK_CONTACTS_PART);
  dk_test_pack_clear (source, DK_PACK_LEAD_CONTACTS_PART);
  dk_test_pack_clear (source, DK_PACK_LEAD_RUNBOOKS_PART);
  {
    g_autoptr (GBytes) pack = build (source, &keys, NULL, NULL, FALSE, &error);
    g_assert_no_error (error);
    g_assert_nonnull (pack);
  }
}

/* Who a sealed part names in the manifest. */
static void
assert_sealed_to (const DkContainer *container, const char *name, const char *const *expected)
{
  for (guint i = 0; i < dk_container_payload_count (container); i++) {
    const DkContainerPayload *payload = dk_container_payload_at (container, i);
    if (!g_str_equal (payload->name, name))
      continue;
    g_assert_cmpuint (g_strv_length (payload->recipients), ==,
                      g_strv_length ((char **) (guintptr) expected));
    for (; *expected != NULL; expected++)
      g_assert_true (g_strv_contains ((const char *const *) payload->recipients, *expected));
    return;
  }
  g_assert_not_reached ();
}

static void
test_fleet_and_options_add_up (void)
{
  g_auto (Keys) keys;
  g_autofree char *folder = dk_test_pack_folder ();
  g_autoptr (DkSecret) escrow = make_secret (20);
  g_autoptr (DkSecret) desk = make_secret (21);
  g_autofree char *escrow_text = recipient_of (escrow);
  g_autofree char *desk_text = recipient_of (desk);
  g_autofree char *fleet = NULL;
  g_autoptr (DkPackSource) source = NULL;
  g_autoptr (GBytes) pack = NULL;
  g_autoptr (DkContainer) container = NULL;
  g_autoptr (GError) error = NULL;

  keys_init (&keys);
  fleet = g_strdup_printf ("stations:\n- {code: A07, recipient: %s, lead_recipient: %s}\n"
                           "recipients: {escrow: [%s]}\n",
                           keys.device_text, keys.lead_text, escrow_text);
  dk_test_pack_put (folder, "fleet.yaml", fleet);
  source = dk_test_pack_source (folder);
  pack = build (source, &keys, desk_text, keys.lead_text, FALSE, &error);
  g_assert_no_error (error);
  container = verify (pack, &keys);
  {
    const char *content_to[] = { keys.device_text, escrow_text, desk_text, NULL };
    const char *lead_to[] = { keys.lead_text, escrow_text, NULL };
    assert_sealed_to (container, "content.zip.age", content_to);
    assert_sealed_to (container, "lead.zip.age", lead_to);
  }
  {
    g_autoptr (DkPackContent) at_station = dk_pack_read (container, keys.device, "en", NULL, NULL);
    g_autoptr (DkPackContent) at_desk = dk_pack_read (container, desk, "en", NULL, NULL);
    g_assert_nonnull (at_station);
    g_assert_nonnull (at_desk);
  }
}

static void
test_wrong_keys (void)
{
  g_auto (Keys) keys;
  g_autofree char *folder = dk_test_pack_folder ();
  g_autoptr (DkPackSource) source = dk_test_pack_source (folder);
  g_autoptr (GBytes) pack = NULL;
  g_autoptr (DkContainer) container = NULL;
  g_autoptr (DkPackContent) content = NULL;
  g_autoptr (GError) error = NULL;

  keys_init (&keys);
  pack = build (source, &keys, keys.device_text, keys.lead_text, FALSE, NULL);
  container = verify (pack, &keys);
  g_assert_null (dk_pack_read (container, keys.lead, "en", NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  g_assert_nonnull (strstr (error->message, "not sealed to this kit"));
  g_clear_error (&error);
  g_assert_null (dk_pack_read (container, NULL, "en", NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  g_clear_error (&error);
  content = dk_pack_read (container, keys.device, "en", NULL, NULL);
  g_assert_null (dk_pack_read_lead (content->lead, content->about, keys.device, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
}

static void
test_lead_part_of_another_pack (void)
{
  g_auto (Keys) keys;
  g_autofree char *folder = dk_test_pack_folder ();
  g_autoptr (DkPackSource) source = dk_test_pack_source (folder);
  g_autoptr (GBytes) old_pack = NULL;
  g_autoptr (GBytes) new_pack = NULL;
  g_autoptr (DkContainer) old_container = NULL;
  g_autoptr (DkContainer) new_container = NULL;
  g_autoptr (DkPackContent) old_content = NULL;
  g_autoptr (DkPackContent) new_content = NULL;
  g_autoptr (GError) error = NULL;

  keys_init (&keys);
  old_pack = build (source, &keys, keys.device_text, keys.lead_text, FALSE, NULL);
  json_object_set_new (source->about, "sequence", json_integer (4));
  new_pack = build (source, &keys, keys.device_text, keys.lead_text, FALSE, NULL);
  old_container = verify (old_pack, &keys);
  new_container = verify (new_pack, &keys);
  old_content = dk_pack_read (old_container, keys.device, "en", NULL, NULL);
  new_content = dk_pack_read (new_container, keys.device, "en", NULL, NULL);
  g_assert_null (
      dk_pack_read_lead (old_content->lead, new_content->about, keys.lead, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
}

static void
test_newer_program (void)
{
  g_auto (Keys) keys;
  g_autofree char *folder = dk_test_pack_folder ();
  g_autoptr (DkPackSource) source = dk_test_pack_source (folder);
  g_autoptr (GBytes) pack = NULL;
  g_autoptr (DkContainer) container = NULL;
  g_autoptr (GError) error = NULL;

  keys_init (&keys);
  json_object_set_new (source->about, "min_app", json_string ("99.1"));
  pack = build (source, &keys, keys.device_text, keys.lead_text, FALSE, NULL);
  container = verify (pack, &keys);
  g_assert_null (dk_pack_read (container, keys.device, "en", NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NEWER);
}

/* A signed pack whose content.zip has one member replaced (or removed, for NULL). */
static GError *
read_with (const Keys *keys, const DkPackSource *source, const char *name, const char *text)
{
  const DkZipLimits limits = { 100, 1 << 20, 1 << 20 };
  g_autoptr (GBytes) good = dk_pack_content_zip (source, NULL);
  g_autoptr (GPtrArray) members = dk_zip_read (good, &limits, "it", NULL, NULL);
  g_autoptr (GPtrArray) changed = dk_zip_members_new ();
  g_autoptr (GBytes) zip = NULL;
  g_autoptr (GBytes) pack = NULL;
  g_autoptr (DkContainer) container = NULL;
  g_autoptr (DkPackContent) content = NULL;
  char payload_name[] = "content.zip";
  DkContainerPayload payload = { payload_name, NULL, NULL };
  GError *error = NULL;

  for (guint i = 0; i < members->len; i++) {
    const DkZipMember *member = g_ptr_array_index (members, i);
    if (!g_str_equal (member->name, name))
      dk_zip_members_add (changed, member->name, member->bytes);
    else if (text != NULL)
      dk_zip_members_take_text (changed, name, g_strdup (text));
  }
  if (text != NULL && dk_zip_members_find (members, name) == NULL)
    dk_zip_members_take_text (changed, name, g_strdup (text));
  zip = dk_zip_write (changed, NULL);
  payload.bytes = zip;
  pack = dk_container_build ("pack", source->about, &payload, 1, &keys->signer, 1, NULL);
  container = verify (pack, keys);
  content = dk_pack_read (container, NULL, "en", NULL, &error);
  g_assert_true ((content == NULL) == (error != NULL));
  return error;
}

static void
test_bad_members_are_refused (void)
{
  static const struct {
    const char *name;
    const char *text;
    const char *message;
  } cases[] = {
    { "about.json", "{}", "belongs to another file" },
    { "about.json", NULL, "belongs to another file" },
    { "contacts.ndjson", NULL, "contacts.ndjson" },
    { "contacts.ndjson", "{\"audience\":\"all\",\"id\":\"a\",\"name\":\"A\"}", "has no end" },
    { "contacts.ndjson", "{\"id\":\"a\",\"name\":\"A\"}\n",
      "contacts.ndjson:1: The contact at /audience: is missing" },
    { "contacts.ndjson",
      "{\"audience\":\"all\",\"id\":\"a\",\"name\":\"A\"}\n"
      "{\"audience\":\"all\",\"id\":\"a\",\"name\":\"A\"}\n",
      "contacts.ndjson:2 in this pack cannot be used: it is not in order" },
    { "contacts.ndjson", "{\"audience\":\"all\",\"id\":\"a\",\"name\":\"A\",\"x\":1}\n",
      "contacts.ndjson:1: The contact at /x: is not known" },
    { "contacts.ndjson", "[]\n", "contacts.ndjson:1: The contact at /: must be a map" },
    { "contacts.ndjson", "{\"id\":\n", "contacts.ndjson:1 is not valid JSON" },
    { "services.json", "{}", "services.json" },
    { "services.json", "[{\"id\":\"a\",\"name\":\"A\",\"criticality\":9}]",
      "services.json/0: The service at /criticality: must be" },
    { "runbooks.ndjson", "{\"audience\":\"all\",\"id\":\"a\",\"title\":\"A\"}\n",
      "runbooks.ndjson:1: The runbook at /markdown: is missing" },
    { "lists.json", "[]", "lists.json" },
    { "lists.json", "{\"a\":[{\"id\":1}]}", "lists.json" },
    { "lists.json", "{\"a\":[{\"id\":\"x\",\"n\":1.5}]}", "lists.json" },
    { "policy.json", "{\"priority\":{\"safety_floor\":9}}", "/priority/safety_floor" },
    { "policy.json", "{\"x\":0.5}", "policy.json" },
    { "policy.json", "", "policy.json" },
    { "fleet.json", "{\"stations\":[{\"code\":\"x\"}]}", "fleet.json at /stations/0/code" },
    { "forms/x.json", "{}", "forms/x.json: " },
    { "spare.txt", "x", "spare.txt" },
  };
  g_auto (Keys) keys;
  g_autofree char *folder = dk_test_pack_folder ();
  g_autoptr (DkPackSource) source = dk_test_pack_source (folder);

  keys_init (&keys);
  g_assert_null (read_with (&keys, source, "policy.json", "{}"));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = read_with (&keys, source, cases[i].name, cases[i].text);
    g_assert_nonnull (error);
    g_assert_true (error->domain == DK_ERROR);
    if (strstr (error->message, cases[i].message) == NULL)
      g_test_message ("%s: %s", cases[i].name, error->message);
    g_assert_nonnull (strstr (error->message, cases[i].message));
  }
}

static void
test_age_opens_it (void)
{
  g_auto (Keys) keys;
  g_autofree char *folder = dk_test_pack_folder ();
  g_autoptr (DkPackSource) source = dk_test_pack_source (folder);
  g_autoptr (GBytes) pack = NULL;
  g_autoptr (GBytes) expected = dk_pack_content_zip (source, NULL);
  g_autoptr (DkContainer) container = NULL;
  g_autoptr (DkSecret) identity = NULL;
  g_autofree char *out_folder = dk_test_folder_new ();
  g_autofree char *key_path = g_build_filename (out_folder, "key.txt", NULL);
  const char *const argv[] = { "age", "-d", "-i", key_path, NULL };
  g_autoptr (DkTestOutput) output = NULL;

  keys_init (&keys);
  if (!dk_test_have_program ("age"))
    return;
  pack = build (source, &keys, keys.device_text, keys.lead_text, FALSE, NULL);
  container = verify (pack, &keys);
  identity = dk_age_identity_text (keys.device);
  g_assert_true (dk_file_replace (key_path, dk_secret_get (identity),
                                  strlen ((const char *) dk_secret_get (identity)),
                                  DK_FILE_NOT_SYNCED, NULL));
  output = dk_test_spawn (argv, dk_container_payload (container, "content.zip.age"), 20);
  g_assert_cmpint (output->exit_code, ==, 0);
  g_assert_cmpmem (output->out, output->out_size, g_bytes_get_data (expected, NULL),
                   g_bytes_get_size (expected));
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  dk_crypto_init ();
  g_test_add_func ("/content/pack/round-trip", test_round_trip);
  g_test_add_func ("/content/pack/marked-words-are-not-in-the-file", test_nothing_leaks);
  g_test_add_func ("/content/pack/same-folder-same-bytes", test_reproducible);
  g_test_add_func ("/content/pack/recipients-are-needed", test_recipients_are_needed);
  g_test_add_func ("/content/pack/fleet-and-options-add-up", test_fleet_and_options_add_up);
  g_test_add_func ("/content/pack/wrong-keys-are-denied", test_wrong_keys);
  g_test_add_func ("/content/pack/lead-part-of-another-pack-is-refused",
                   test_lead_part_of_another_pack);
  g_test_add_func ("/content/pack/newer-program-is-asked-for", test_newer_program);
  g_test_add_func ("/content/pack/bad-members-are-refused-with-place",
                   test_bad_members_are_refused);
  g_test_add_func ("/content/pack/age-opens-it", test_age_opens_it);
  return dk_test_run ();
}
