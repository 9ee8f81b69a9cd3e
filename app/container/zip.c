/* SPDX-License-Identifier: MIT */
#include "app/container/zip-private.h"

#include <string.h>

#define CENTRAL_SIGNATURE 0x02014b50u
#define END_SIGNATURE 0x06054b50u
#define CENTRAL_SIZE 46
#define END_SIZE 22
#define VERSION_MADE_BY 20
#define VERSION_NEEDED 10
#define DOS_DATE_1980 0x0021
#define MEMBERS_MAX 65534

struct DkZipPlan {
  GArray *entries;  /* of DkZipEntry */
  GPtrArray *names; /* what the entries borrow */
};

static void
member_free (gpointer data)
{
  DkZipMember *member = data;

  g_free (member->name);
  g_clear_pointer (&member->bytes, g_bytes_unref);
  g_free (member);
}

GPtrArray *
dk_zip_members_new (void)
{
  return g_ptr_array_new_with_free_func (member_free);
}

void
dk_zip_members_add (GPtrArray *members, const char *name, GBytes *bytes)
{
  DkZipMember *member = g_new0 (DkZipMember, 1);

  member->name = g_strdup (name);
  member->bytes = g_bytes_ref (bytes);
  member->size = g_bytes_get_size (bytes);
  g_ptr_array_add (members, member);
}

void
dk_zip_members_take_text (GPtrArray *members, const char *name, char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (text, strlen (text));

  dk_zip_members_add (members, name, bytes);
}

GBytes *
dk_zip_members_find (GPtrArray *members, const char *name)
{
  for (guint i = 0; i < members->len; i++) {
    const DkZipMember *member = g_ptr_array_index (members, i);
    if (g_str_equal (member->name, name))
      return member->bytes;
  }
  return NULL;
}

gboolean
dk_zip_name_is_valid (const char *name, gsize size)
{
  char before = '/';

  if (size < 1 || size > DK_ZIP_NAME_BYTES_MAX)
    return FALSE;
  for (gsize i = 0; i < size; i++) {
    char c = name[i];
    gboolean part_begins = before == '/';
    if (!g_ascii_isalnum (c) && c != '.' && c != '_' && c != '-' && c != '/')
      return FALSE;
    if (part_begins && (c == '.' || c == '/'))
      return FALSE;
    if (c == '/' && before == '.')
      return FALSE;
    before = c;
  }
  return before != '/' && before != '.';
}

static const guint32 *
crc_table (void)
{
  static guint32 table[256];
  static gsize ready;

  if (g_once_init_enter (&ready)) {
    for (guint32 i = 0; i < 256; i++) {
      guint32 value = i;
      for (int bit = 0; bit < 8; bit++)
        value = (value & 1) ? 0xedb88320u ^ (value >> 1) : value >> 1;
      table[i] = value;
    }
    g_once_init_leave (&ready, 1);
  }
  return table;
}

guint32
dk_zip_crc (guint32 crc, const void *data, gsize size)
{
  const guint32 *table = crc_table ();
  const guint8 *bytes = data;

  crc ^= 0xffffffffu;
  for (gsize i = 0; i < size; i++)
    crc = table[(crc ^ bytes[i]) & 0xff] ^ (crc >> 8);
  return crc ^ 0xffffffffu;
}

static void
append_u16 (GByteArray *out, guint value)
{
  guint8 bytes[2] = { value & 0xff, (value >> 8) & 0xff };

  g_byte_array_append (out, bytes, sizeof bytes);
}

static void
append_u32 (GByteArray *out, guint32 value)
{
  append_u16 (out, value & 0xffff);
  append_u16 (out, value >> 16);
}

/* The fields that local and central header have in common. */
static void
append_common (GByteArray *out, const DkZipEntry *entry)
{
  append_u16 (out, VERSION_NEEDED);
  append_u16 (out, 0);
  append_u16 (out, 0);
  append_u16 (out, 0);
  append_u16 (out, DOS_DATE_1980);
  append_u32 (out, entry->crc);
  append_u32 (out, entry->size);
  append_u32 (out, entry->size);
  append_u16 (out, (guint) entry->name_size);
  append_u16 (out, 0);
}

static void
append_name (GByteArray *out, const DkZipEntry *entry)
{
  g_byte_array_append (out, (const guint8 *) entry->name, (guint) entry->name_size);
}

void
dk_zip_append_local (GByteArray *out, const DkZipEntry *entry)
{
  append_u32 (out, DK_ZIP_LOCAL_SIGNATURE);
  append_common (out, entry);
  append_name (out, entry);
}

static void
append_central (GByteArray *out, const DkZipEntry *entry)
{
  append_u32 (out, CENTRAL_SIGNATURE);
  append_u16 (out, VERSION_MADE_BY);
  append_common (out, entry);
  append_u16 (out, 0);
  append_u16 (out, 0);
  append_u16 (out, 0);
  append_u32 (out, 0);
  append_u32 (out, entry->offset);
  append_name (out, entry);
}

GByteArray *
dk_zip_make_tail (const GArray *entries, guint32 offset)
{
  GByteArray *out = g_byte_array_new ();
  guint32 size;

  for (guint i = 0; i < entries->len; i++)
    append_central (out, &g_array_index (entries, DkZipEntry, i));
  size = out->len;
  append_u32 (out, END_SIGNATURE);
  append_u16 (out, 0);
  append_u16 (out, 0);
  append_u16 (out, entries->len);
  append_u16 (out, entries->len);
  append_u32 (out, size);
  append_u32 (out, offset);
  append_u16 (out, 0);
  return out;
}

gboolean
dk_zip_remember_name (GHashTable *names, const char *name, gsize size)
{
  return g_hash_table_add (names, g_ascii_strdown (name, (gssize) size));
}

DkZipPlan *
dk_zip_plan_new (void)
{
  DkZipPlan *plan = g_new0 (DkZipPlan, 1);

  plan->entries = g_array_new (FALSE, FALSE, sizeof (DkZipEntry));
  plan->names = g_ptr_array_new_with_free_func (g_free);
  return plan;
}

void
dk_zip_plan_free (DkZipPlan *plan)
{
  if (plan == NULL)
    return;
  g_array_unref (plan->entries);
  g_ptr_array_unref (plan->names);
  g_free (plan);
}

void
dk_zip_plan_add (DkZipPlan *plan, const char *name, guint64 size, guint32 crc)
{
  char *copy = g_strdup (name);
  DkZipEntry entry = { .name = copy,
                       .name_size = strlen (copy),
                       .crc = crc,
                       .size = (guint32) MIN (size, G_MAXUINT32) };

  g_ptr_array_add (plan->names, copy);
  g_array_append_val (plan->entries, entry);
}

guint64
dk_zip_plan_size (const DkZipPlan *plan)
{
  guint64 total = END_SIZE;

  for (guint i = 0; i < plan->entries->len; i++) {
    const DkZipEntry *entry = &g_array_index (plan->entries, DkZipEntry, i);
    total += DK_ZIP_LOCAL_SIZE + CENTRAL_SIZE + 2 * entry->name_size + entry->size;
  }
  return total;
}

gboolean
dk_zip_plan_check (DkZipPlan *plan, GError **error)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint64 offset = 0;

  if (plan->entries->len > MEMBERS_MAX || dk_zip_plan_size (plan) > G_MAXUINT32) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "This is more than one file can hold (%u parts, 4 GiB). Split it.", MEMBERS_MAX);
    return FALSE;
  }
  for (guint i = 0; i < plan->entries->len; i++) {
    DkZipEntry *entry = &g_array_index (plan->entries, DkZipEntry, i);
    if (!dk_zip_name_is_valid (entry->name, entry->name_size)
        || !dk_zip_remember_name (names, entry->name, entry->name_size)) {
      g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                   "\"%s\" cannot be the name of a part: it is used twice, or has other "
                   "characters than A-Z a-z 0-9 . _ - and single slashes.",
                   entry->name);
      return FALSE;
    }
    entry->offset = (guint32) offset;
    offset += DK_ZIP_LOCAL_SIZE + entry->name_size + entry->size;
  }
  return TRUE;
}

void
dk_zip_plan_append_header (const DkZipPlan *plan, guint i, GByteArray *out)
{
  g_assert (i < plan->entries->len);
  dk_zip_append_local (out, &g_array_index (plan->entries, DkZipEntry, i));
}

void
dk_zip_plan_append_tail (const DkZipPlan *plan, GByteArray *out)
{
  const DkZipEntry *last = &g_array_index (plan->entries, DkZipEntry, plan->entries->len - 1);
  guint32 offset = plan->entries->len == 0 ? 0
                                           : last->offset + DK_ZIP_LOCAL_SIZE
                                                 + (guint32) last->name_size + last->size;
  g_autoptr (GByteArray) tail = dk_zip_make_tail (plan->entries, offset);

  g_byte_array_append (out, tail->data, tail->len);
}

GBytes *
dk_zip_write (GPtrArray *members, GError **error)
{
  g_autoptr (DkZipPlan) plan = dk_zip_plan_new ();
  GByteArray *out;

  for (guint i = 0; i < members->len; i++) {
    const DkZipMember *member = g_ptr_array_index (members, i);
    gsize size;
    const void *bytes = g_bytes_get_data (member->bytes, &size);
    dk_zip_plan_add (plan, member->name, size, dk_zip_crc (0, bytes, size));
  }
  if (!dk_zip_plan_check (plan, error))
    return NULL;
  out = g_byte_array_sized_new ((guint) dk_zip_plan_size (plan));
  for (guint i = 0; i < members->len; i++) {
    const DkZipMember *member = g_ptr_array_index (members, i);
    gsize size;
    const guint8 *bytes = g_bytes_get_data (member->bytes, &size);
    dk_zip_plan_append_header (plan, i, out);
    g_byte_array_append (out, bytes, (guint) size);
  }
  dk_zip_plan_append_tail (plan, out);
  return g_byte_array_free_to_bytes (out);
}
