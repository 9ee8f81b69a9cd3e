/* SPDX-License-Identifier: MIT */
/* A payload that lies in a file is hashed again as it is read: on a stick or a share it may be
 * another one by now than the one that was verified. */
#include <string.h>

#include "app/base/text.h"
#include "app/container/age-file.h"
#include "app/container/container-private.h"

static gboolean
find_payload (const DkContainer *container, const char *name, guint *place)
{
  for (guint i = 0; i < container->payloads->len; i++) {
    const DkContainerPayload *payload = g_ptr_array_index (container->payloads, i);
    *place = i;
    if (strcmp (payload->name, name) == 0)
      return TRUE;
  }
  return FALSE;
}

gboolean
dk_container_has_payload (const DkContainer *container, const char *name)
{
  guint i;

  return find_payload (container, name, &i);
}

static gboolean
check_again (const DkContainer *container, guint i, const guint8 sha256[32], GError **error)
{
  const json_t *said = json_array_get (json_object_get (container->manifest, "payloads"), i);
  g_autofree char *hex = dk_text_hex (sha256, 32);

  if (strcmp (hex, dk_json_get_text (said, "sha256")) == 0)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
               "This %s became another one while it was read (%s). Nothing was taken from it; copy "
               "it to this PC and try again.",
               dk_container_type (container), dk_json_get_text (said, "name"));
  return FALSE;
}

static gboolean
find_verified (const DkContainer *container, const char *name, guint *i, GError **error)
{
  g_assert (container->verified);
  if (find_payload (container, name, i))
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND, "This %s has no part %s.",
               dk_container_type (container), name);
  return FALSE;
}

static GBytes *
read_place (const DkContainer *container, guint i, const DkJob *job, GError **error)
{
  const DkZipMember *place = g_ptr_array_index (container->places, i);
  g_autofree guint8 *memory = g_try_malloc (MAX (place->size, 1));
  guint8 hash[32];

  if (memory == NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_MEMORY,
                 "There is not enough free memory for this %s. Nothing was changed; close other "
                 "programs and try again.",
                 dk_container_type (container));
    return NULL;
  }
  if (!dk_file_reader_read (container->file, place->offset, memory, place->size, error)
      || !dk_job_step (job, place->size, place->size, "Reading", error))
    return NULL;
  dk_sha256 (hash, memory, place->size);
  if (!check_again (container, i, hash, error))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&memory), place->size);
}

GBytes *
dk_container_read (const DkContainer *container, const char *name, const DkJob *job,
                   GError **error)
{
  guint i;

  if (!find_verified (container, name, &i, error))
    return NULL;
  if (container->file != NULL)
    return read_place (container, i, job, error);
  return g_bytes_ref (((const DkContainerPayload *) container->payloads->pdata[i])->bytes);
}

GBytes *
dk_container_unseal (const DkContainer *container, const char *name, const DkSecret *secret_key,
                     const DkJob *job, GError **error)
{
  const DkZipMember *place;
  g_autoptr (GBytes) opened = NULL;
  guint8 hash[32];
  guint i;

  if (!find_verified (container, name, &i, error))
    return NULL;
  if (container->file == NULL)
    return dk_age_open (((const DkContainerPayload *) container->payloads->pdata[i])->bytes,
                        secret_key, error);
  place = g_ptr_array_index (container->places, i);
  opened = dk_age_open_part (container->file, place->offset, place->size, secret_key, hash, job,
                             error);
  return opened != NULL && check_again (container, i, hash, error) ? g_steal_pointer (&opened)
                                                                   : NULL;
}
