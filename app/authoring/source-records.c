/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/authoring/source-private.h"

/* A record as it is kept: its key, a zero, its line, a zero. */
void
dk_source_add_record (DkSourceReader *reader, DkPackPart part, const char *key, json_t *record)
{
  gsize size = 0;
  g_autofree char *line = dk_json_canonical (record, &size);
  gsize key_size = strlen (key) + 1;
  char *kept = g_malloc (key_size + size + 1);

  memcpy (kept, key, key_size);
  memcpy (kept + key_size, line, size + 1);
  g_ptr_array_add (reader->lines[part], kept);
  json_decref (record);
}

void
dk_source_add_contact (DkSourceReader *reader, DkContact *contact)
{
  if (dk_contact_has_lead_parts (contact))
    dk_source_add_record (reader, DK_PACK_LEAD_CONTACTS_PART, contact->id,
                          dk_contact_to_json (contact));
  if (g_str_equal (contact->audience, "lead"))
    return;
  dk_contact_drop_lead_parts (contact);
  dk_source_add_record (reader, DK_PACK_CONTACTS_PART, contact->id, dk_contact_to_json (contact));
}

static const char *
line_of (const char *kept)
{
  return kept + strlen (kept) + 1;
}

static int
compare_kept (gconstpointer a, gconstpointer b)
{
  const char *left = *(const char *const *) a;
  const char *right = *(const char *const *) b;
  int order = strcmp (left, right);

  return order != 0 ? order : strcmp (line_of (left), line_of (right));
}

/* Each record is freed as soon as it is copied. */
static void
fill_part (GPtrArray *kept, DkPackRecords *records)
{
  gsize size = 0;
  char *text;
  char *end;

  g_ptr_array_sort (kept, compare_kept);
  for (guint i = 0; i < kept->len; i++)
    size += strlen (line_of (g_ptr_array_index (kept, i))) + 1;
  text = g_malloc (MAX (size, 1));
  end = text;
  for (guint i = 0; i < kept->len; i++) {
    const char *line = line_of (g_ptr_array_index (kept, i));
    gsize length = strlen (line);
    memcpy (end, line, length);
    end[length] = '\n';
    end += length + 1;
    g_clear_pointer (&kept->pdata[i], g_free);
  }
  records->count = kept->len;
  records->lines = g_bytes_new_take (text, size);
  g_ptr_array_set_size (kept, 0);
}

void
dk_source_fill (DkSourceReader *reader)
{
  for (guint i = 0; i < DK_PACK_PARTS; i++)
    fill_part (reader->lines[i], &reader->source->parts[i]);
}

json_t *
dk_pack_source_record (const DkPackSource *source, DkPackPart part, guint i)
{
  gsize size = 0;
  const char *text = g_bytes_get_data (source->parts[part].lines, &size);

  g_assert (i < source->parts[part].count);
  for (; i > 0; i--)
    text = strchr (text, '\n') + 1;
  return dk_json_parse (text, strcspn (text, "\n"), size, "record", NULL);
}
