/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/content/record.h"
#include "app/crypto/age.h"
#include "app/crypto/minisign.h"
#include "app/model/number.h"

#define STATIONS_MAX 1000
#define KEYS_MAX 200
#define TEXT_BYTES_MAX 500
#define KEY_ID_DIGITS 16
#define KIT_ID_DIGITS 32

static const char *const station_keys[]
    = { "code", "site", "kit", "signer", "recipient", "lead_recipient", NULL };
static const char *const top_keys[]
    = { "stations", "desks", "recipients", "signers", "revoked", "routes", NULL };

typedef gboolean (*TextCheck) (const char *text);

static gboolean
is_recipient (const char *text)
{
  guint8 key[32];

  return dk_age_recipient_parse (text, key, NULL);
}

static gboolean
is_signer (const char *text)
{
  DkMinisignPublic key;

  return dk_minisign_public_parse (text, &key, NULL);
}

static gboolean
is_signer_or_id (const char *text)
{
  return (strlen (text) == KEY_ID_DIGITS && strspn (text, "0123456789ABCDEF") == KEY_ID_DIGITS)
         || is_signer (text);
}

static gboolean
is_kit (const char *text)
{
  return strlen (text) == KIT_ID_DIGITS && strspn (text, "0123456789abcdef") == KIT_ID_DIGITS;
}

static gboolean
is_short (const char *text)
{
  return *text != '\0' && strlen (text) <= TEXT_BYTES_MAX;
}

/* A place that a locked kit may fetch packs from: of this PC, or by https without a login. */
static gboolean
is_route (const char *text)
{
  gboolean is_web = g_str_has_prefix (text, "https://") && text[strlen ("https://")] != '\0';
  gboolean is_local = text[0] == '/' && text[1] != '/' && strstr (text, "/../") == NULL
                      && !g_str_has_suffix (text, "/..");

  return is_short (text) && (is_web || is_local) && strpbrk (text, "@\\\n\r\t") == NULL;
}

static gboolean
check_text (const json_t *value, const char *pointer, TextCheck check, const char *must,
            DkFault *fault)
{
  const char *text = json_string_value (value);

  return (text != NULL && check (text)) || dk_fault_set (fault, pointer, "must be %s", must);
}

static gboolean
check_texts (const json_t *list, const char *pointer, TextCheck check, const char *must,
             DkFault *fault)
{
  if (!json_is_array (list) || json_array_size (list) > KEYS_MAX)
    return dk_fault_set (fault, pointer, "must be a list of at most %d", KEYS_MAX);
  for (gsize i = 0; i < json_array_size (list); i++) {
    g_autofree char *at = g_strdup_printf ("%s/%" G_GSIZE_FORMAT, pointer, i);
    if (!check_text (json_array_get (list, i), at, check, must, fault))
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_station (const json_t *station, const char *pointer, DkFault *fault)
{
  static const struct {
    const char *key;
    TextCheck check;
    gboolean required;
    const char *must;
  } rules[] = {
    { "code", dk_number_station_is_valid, TRUE, "a station code of 1 to 8 of A-Z and 0-9" },
    { "recipient", is_recipient, TRUE, "the recipient (age1...) that the station's init printed" },
    { "signer", is_signer, FALSE, "the public signing key (RW...) that init printed" },
    { "lead_recipient", is_recipient, FALSE, "the lead recipient (age1...) that init printed" },
    { "kit", is_kit, FALSE, "the kit id that init printed, 32 digits" },
    { "site", is_short, FALSE, "text of at most 500 bytes" },
  };

  if (!dk_fault_check_keys (station, pointer, station_keys, fault))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (rules); i++) {
    const json_t *value = json_object_get (station, rules[i].key);
    g_autofree char *at = g_strdup_printf ("%s/%s", pointer, rules[i].key);
    if (value == NULL && !rules[i].required)
      continue;
    if (!check_text (value, at, rules[i].check, rules[i].must, fault))
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_stations (const json_t *list, const char *pointer, DkFault *fault)
{
  g_autoptr (GHashTable) codes = g_hash_table_new (g_str_hash, g_str_equal);

  if (!json_is_array (list) || json_array_size (list) > STATIONS_MAX)
    return dk_fault_set (fault, pointer, "must be a list of at most %d", STATIONS_MAX);
  for (gsize i = 0; i < json_array_size (list); i++) {
    const json_t *station = json_array_get (list, i);
    g_autofree char *at = g_strdup_printf ("%s/%" G_GSIZE_FORMAT, pointer, i);
    if (!check_station (station, at, fault))
      return FALSE;
    if (!g_hash_table_add (codes, (gpointer) (guintptr) dk_json_get_text (station, "code")))
      return dk_fault_set (fault, at, "this station code stands here twice");
  }
  return TRUE;
}

static gboolean
check_recipients (const json_t *recipients, DkFault *fault)
{
  static const char *const keys[] = { "lead", "escrow", NULL };

  return dk_fault_check_keys (recipients, "/recipients", keys, fault)
         && check_texts (json_object_get (recipients, "lead"), "/recipients/lead", is_recipient,
                         "an age recipient (age1...)", fault)
         && check_texts (json_object_get (recipients, "escrow"), "/recipients/escrow", is_recipient,
                         "an age recipient (age1...)", fault);
}

static void
fill_in (json_t *object, const char *key, json_t *value)
{
  if (json_object_get (object, key) == NULL)
    json_object_set (object, key, value);
  json_decref (value);
}

json_t *
dk_fleet_read (const json_t *document, DkFault *fault)
{
  g_autoptr (json_t) fleet = NULL;

  if (!dk_fault_check_keys (document, "", top_keys, fault))
    return NULL;
  fleet = json_deep_copy (document);
  for (const char *const *key = top_keys; *key != NULL; key++)
    fill_in (fleet, *key, g_str_equal (*key, "recipients") ? json_object () : json_array ());
  if (json_is_object (json_object_get (fleet, "recipients"))) {
    fill_in (json_object_get (fleet, "recipients"), "lead", json_array ());
    fill_in (json_object_get (fleet, "recipients"), "escrow", json_array ());
  }
  if (check_stations (json_object_get (fleet, "stations"), "/stations", fault)
      && check_stations (json_object_get (fleet, "desks"), "/desks", fault)
      && check_recipients (json_object_get (fleet, "recipients"), fault)
      && check_texts (json_object_get (fleet, "signers"), "/signers", is_signer,
                      "a public signing key (RW...)", fault)
      && check_texts (json_object_get (fleet, "revoked"), "/revoked", is_signer_or_id,
                      "a public signing key (RW...) or its id of 16 digits", fault)
      && check_texts (json_object_get (fleet, "routes"), "/routes", is_route,
                      "an https address without a login or an absolute path of this PC", fault))
    return g_steal_pointer (&fleet);
  return NULL;
}

static void
collect (GHashTable *set, const char *text)
{
  if (text != NULL)
    g_hash_table_add (set, g_strdup (text));
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
dk_fleet_recipients (const json_t *fleet, gboolean lead, gboolean *deliverable)
{
  g_autoptr (GHashTable) set = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const json_t *recipients = json_object_get (fleet, "recipients");
  const json_t *lists[] = { json_object_get (fleet, "stations"), json_object_get (fleet, "desks") };
  const json_t *leads = lead ? json_object_get (recipients, "lead") : NULL;
  const json_t *escrow = json_object_get (recipients, "escrow");
  GPtrArray *out = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer text;

  for (gsize l = 0; l < G_N_ELEMENTS (lists); l++)
    for (gsize i = 0; i < json_array_size (lists[l]); i++)
      collect (set, dk_json_get_text (json_array_get (lists[l], i),
                                      lead ? "lead_recipient" : "recipient"));
  for (gsize i = 0; i < json_array_size (leads); i++)
    collect (set, json_string_value (json_array_get (leads, i)));
  *deliverable = g_hash_table_size (set) > 0;
  for (gsize i = 0; i < json_array_size (escrow); i++)
    collect (set, json_string_value (json_array_get (escrow, i)));
  g_hash_table_iter_init (&iter, set);
  while (g_hash_table_iter_next (&iter, &text, NULL))
    g_ptr_array_add (out, g_strdup (text));
  g_ptr_array_sort (out, compare_texts);
  return out;
}
