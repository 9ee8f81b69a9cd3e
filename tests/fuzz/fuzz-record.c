/* SPDX-License-Identifier: MIT */
/* Records of a pack as JSON lines: what a reader takes, its writer writes so that it is read to the
 * same again; what it refuses has a reason. */
#include <string.h>

#include "app/base/limits.h"
#include "app/content/pack-read.h"
#include "app/content/record.h"
#include "tests/fuzz/fuzz.h"

typedef struct {
  gpointer (*read) (const json_t *object, DkFault *fault);
  json_t *(*write) (gconstpointer record);
  void (*free) (gpointer record);
} Kind;

#define KIND(name)                                                                                 \
  static gpointer read_##name (const json_t *object, DkFault *fault)                               \
  {                                                                                                \
    return dk_##name##_read (object, fault);                                                       \
  }                                                                                                \
  static json_t *write_##name (gconstpointer record)                                               \
  {                                                                                                \
    return dk_##name##_to_json (record);                                                           \
  }                                                                                                \
  static void free_##name (gpointer record)                                                        \
  {                                                                                                \
    dk_##name##_free (record);                                                                     \
  }

KIND (contact)
KIND (service)
KIND (runbook)
KIND (shift)
KIND (call_tree)
KIND (device)

static const Kind kinds[] = {
  { read_contact, write_contact, free_contact },
  { read_service, write_service, free_service },
  { read_runbook, write_runbook, free_runbook },
  { read_shift, write_shift, free_shift },
  { read_call_tree, write_call_tree, free_call_tree },
  { read_device, write_device, free_device },
};

static void
try_kind (const Kind *kind, const json_t *object)
{
  g_auto (DkFault) fault = { 0 };
  g_auto (DkFault) none = { 0 };
  gpointer record = kind->read (object, &fault);
  g_autoptr (json_t) written = NULL;
  g_autoptr (json_t) again = NULL;
  gpointer twin;

  g_assert_true ((record == NULL) == (fault.message != NULL));
  if (record == NULL)
    return;
  written = kind->write (record);
  twin = kind->read (written, &none);
  if (twin == NULL)
    g_error ("what was written is refused: %s %s", none.pointer, none.message);
  again = kind->write (twin);
  g_assert_true (json_equal (written, again));
  kind->free (record);
  kind->free (twin);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *text = (const char *) data;

  while (size > 0) {
    const char *end = memchr (text, '\n', size);
    gsize length = end != NULL ? (gsize) (end - text) : size;
    g_autoptr (json_t) object = dk_json_parse (text, length, DK_LIMIT_JSON_BYTES, "line", NULL);
    for (gsize i = 0; object != NULL && i < G_N_ELEMENTS (kinds); i++)
      try_kind (&kinds[i], object);
    size -= MIN (size, length + 1);
    text += length + 1;
  }
  return 0;
}
