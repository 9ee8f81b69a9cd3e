/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/text.h"
#include "app/content/pack-load-private.h"
#include "app/store/ledger.h"

#define SEQUENCE_STEP_MAX 1000
#define DAY_MS (24 * 60 * 60 * G_GINT64_CONSTANT (1000))

static gboolean
refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
refuse (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list values;

  va_start (values, format);
  message = g_strdup_vprintf (format, values);
  va_end (values);
  g_set_error_literal (error, DK_ERROR, DK_ERROR_INVALID, message);
  return FALSE;
}

static gboolean
read_time (const json_t *about, const char *key, gint64 *ms, GError **error)
{
  const char *text = dk_json_get_text (about, key);

  *ms = 0;
  return text == NULL || dk_time_parse (text, key, ms, error);
}

/* The newest pack that this kit ever had of a name. */
typedef struct {
  gint64 sequence; /* 0: none */
  char *manifest;  /* SHA-256 in hex; NULL if the entry does not say it */
} Before;

static void
before_clear (Before *before)
{
  g_clear_pointer (&before->manifest, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Before, before_clear)

static gboolean
read_before (DkStore *store, const char *name, Before *before, GError **error)
{
  const char *station = dk_store_identity (store)->station;
  g_autoptr (GPtrArray) entries = dk_ledger_of_object (store, name, error);

  if (entries == NULL)
    return FALSE;
  for (guint i = 0; i < entries->len; i++) {
    const DkEntry *entry = g_ptr_array_index (entries, i);
    gint64 sequence = dk_json_get_int (entry->body, "sequence", 0);
    if (!g_str_equal (entry->kind, "pack-applied") || !g_str_equal (entry->station, station)
        || sequence < before->sequence)
      continue;
    before->sequence = sequence;
    g_free (before->manifest);
    before->manifest = g_strdup (dk_json_get_text (entry->body, "manifest_sha256"));
  }
  return TRUE;
}

static gboolean
refuse_older (const char *shown, gint64 highest, gint64 sequence, GError **error)
{
  return refuse (error,
                 "This kit had \"%s\" with sequence %" G_GINT64_FORMAT " before; this pack has "
                 "sequence %" G_GINT64_FORMAT ", which is older. Nothing was changed; get the "
                 "newest pack.",
                 shown, highest, sequence);
}

/* Two changes of name must bring back neither an old pack nor other words under its number. */
static gboolean
check_before (DkStore *store, const DkContainer *container, GError **error)
{
  const json_t *manifest = dk_container_manifest (container);
  const char *name = dk_json_get_text (manifest, "name");
  gint64 sequence = dk_json_get_int (manifest, "sequence", 0);
  g_autofree char *shown = dk_text_printable (name != NULL ? name : "", FALSE);
  g_autofree char *text = dk_container_manifest_text (container);
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  g_auto (Before) before = { .sequence = 0 };

  if (!read_before (store, name != NULL ? name : "", &before, error))
    return FALSE;
  if (sequence < before.sequence)
    return refuse_older (shown, before.sequence, sequence, error);
  if (sequence > before.sequence || g_strcmp0 (digest, before.manifest) == 0)
    return TRUE;
  return refuse (error,
                 "This kit had \"%s\" with sequence %" G_GINT64_FORMAT " before, and this pack is "
                 "another one of that sequence. Nothing was changed; who publishes it has to raise "
                 "the sequence.",
                 shown, sequence);
}

/* A pack of another name takes all away that the one in force holds. */
static gboolean
refuse_other_name (const json_t *manifest, const DkPackFacts *current, GError **error)
{
  const char *name = dk_json_get_text (manifest, "name");
  g_autofree char *shown = dk_text_printable (name != NULL ? name : "", FALSE);
  g_autofree char *in_force = dk_text_printable (current->name, FALSE);

  return refuse (error,
                 "This pack is \"%s\", another one than \"%s\", sequence %" G_GINT64_FORMAT
                 ", which is in force. Nothing was changed. If it shall take its place, with "
                 "all contacts and runbooks, apply it with --replace.",
                 shown, in_force, current->sequence);
}

static gboolean
check_sequence (const json_t *manifest, const DkPackFacts *current, GError **error)
{
  gint64 sequence = dk_json_get_int (manifest, "sequence", 0);

  if (sequence - current->sequence > SEQUENCE_STEP_MAX)
    return refuse (error,
                   "This pack has sequence %" G_GINT64_FORMAT ", more than %d ahead of the one in "
                   "force (%" G_GINT64_FORMAT "). Nothing was changed; ask who published it.",
                   sequence, SEQUENCE_STEP_MAX, current->sequence);
  if (sequence > current->sequence)
    return TRUE;
  if (sequence < current->sequence)
    return refuse (error,
                   "This pack has sequence %" G_GINT64_FORMAT ", which is older than the one in "
                   "force (%" G_GINT64_FORMAT "). Nothing was changed; get the newest pack.",
                   sequence, current->sequence);
  return refuse (error,
                 "This is another pack of sequence %" G_GINT64_FORMAT " than the one in force. "
                 "Nothing was changed; who publishes it has to raise the sequence.",
                 sequence);
}

/* A clock that is behind would count the days of a pack wrongly, and one that is ahead where packs
 * are made would keep it from ever being stale. */
static gboolean
check_created (const json_t *manifest, GError **error)
{
  gint64 now = dk_clock_wall_ms ();
  gint64 created = 0;
  g_autofree char *here = dk_time_format_local (now);

  if (!read_time (manifest, "created", &created, error))
    return FALSE;
  if (created - now <= DAY_MS)
    return TRUE;
  return refuse (error,
                 "This pack says that it was made at %s, but the clock of this PC shows %s. "
                 "Nothing was changed. Set the clock of this PC if it is wrong; else who publishes "
                 "the pack has to correct `created` in pack.yaml.",
                 dk_json_get_text (manifest, "created"), here);
}

gboolean
dk_pack_is_same (const DkContainer *container, const DkPackFacts *current)
{
  g_autofree char *text = dk_container_manifest_text (container);

  return current != NULL && strcmp (text, current->manifest) == 0;
}

gboolean
dk_pack_check_order (DkStore *store, const DkContainer *container, const DkPackFacts *current,
                     gboolean replace, GError **error)
{
  const json_t *manifest = dk_container_manifest (container);

  if (!check_created (manifest, error))
    return FALSE;
  if (current != NULL && g_strcmp0 (dk_json_get_text (manifest, "name"), current->name) == 0)
    return check_sequence (manifest, current, error);
  if (current != NULL && !replace)
    return refuse_other_name (manifest, current, error);
  return check_before (store, container, error);
}

DkPackFacts *
dk_pack_facts_of (const DkContainer *container, const json_t *about, GError **error)
{
  g_autoptr (DkPackFacts) facts = g_new0 (DkPackFacts, 1);
  g_autoptr (json_t) signatures = dk_container_signatures (container);
  const char *name = dk_json_get_text (about, "name");
  const char *organisation = dk_json_get_text (about, "organisation");

  facts->name = g_strdup (name != NULL ? name : "");
  facts->organisation = g_strdup (organisation != NULL ? organisation : "");
  facts->sequence = dk_json_get_int (about, "sequence", 0);
  facts->manifest = dk_container_manifest_text (container);
  facts->signatures = dk_json_canonical (signatures, NULL);
  if (!read_time (about, "created", &facts->created_ms, error)
      || !read_time (about, "expires", &facts->expires_ms, error))
    return NULL;
  return g_steal_pointer (&facts);
}
