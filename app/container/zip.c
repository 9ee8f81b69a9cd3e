/* SPDX-License-Identifier: MIT */
#include "app/container/zip.h"

#include <string.h>

/* Numbers and layout: APPNOTE.TXT of PKWARE, sections 4.3.7, 4.3.12 and 4.3.16. */
#define LOCAL_SIGNATURE 0x04034b50u
#define CENTRAL_SIGNATURE 0x02014b50u
#define END_SIGNATURE 0x06054b50u
#define LOCAL_SIZE 30
#define CENTRAL_SIZE 46
#define END_SIZE 22
#define VERSION_MADE_BY 20
#define VERSION_NEEDED 10
#define DOS_DATE_1980 0x0021
#define NAME_BYTES_MAX 200
#define MEMBERS_MAX 65534

typedef struct {
  const char *name;
  gsize name_size;
  guint32 crc;
  guint32 size;
  guint32 offset; /* of its local header */
} Entry;

static void
member_free (gpointer data)
{
  DkZipMember *member = data;

  g_free (member->name);
  g_bytes_unref (member->bytes);
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

  if (size < 1 || size > NAME_BYTES_MAX)
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

static guint32
compute_crc (const guint8 *bytes, gsize size)
{
  const guint32 *table = crc_table ();
  guint32 crc = 0xffffffffu;

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

static guint
read_u16 (const guint8 *bytes)
{
  return bytes[0] | (guint) bytes[1] << 8;
}

static guint32
read_u32 (const guint8 *bytes)
{
  return read_u16 (bytes) | (guint32) read_u16 (bytes + 2) << 16;
}

/* The fields that local and central header have in common. */
static void
append_common (GByteArray *out, const Entry *entry)
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
append_name (GByteArray *out, const Entry *entry)
{
  g_byte_array_append (out, (const guint8 *) entry->name, (guint) entry->name_size);
}

static void
append_local (GByteArray *out, const Entry *entry)
{
  append_u32 (out, LOCAL_SIGNATURE);
  append_common (out, entry);
  append_name (out, entry);
}

static void
append_central (GByteArray *out, const Entry *entry)
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

/* All that follows the last member. */
static GByteArray *
make_tail (const GArray *entries, guint32 offset)
{
  GByteArray *out = g_byte_array_new ();
  guint32 size;

  for (guint i = 0; i < entries->len; i++)
    append_central (out, &g_array_index (entries, Entry, i));
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

/* FALSE if a name is in use already, compared as systems do that ignore case. */
static gboolean
remember_name (GHashTable *names, const char *name, gsize size)
{
  return g_hash_table_add (names, g_ascii_strdown (name, (gssize) size));
}

static gboolean
check_members (GPtrArray *members, GError **error)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint64 total = END_SIZE;

  for (guint i = 0; i < members->len; i++) {
    const DkZipMember *member = g_ptr_array_index (members, i);
    gsize size = strlen (member->name);
    if (!dk_zip_name_is_valid (member->name, size) || !remember_name (names, member->name, size)) {
      g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                   "\"%s\" cannot be the name of a part: it is used twice, or has other "
                   "characters than A-Z a-z 0-9 . _ - and single slashes.",
                   member->name);
      return FALSE;
    }
    total += LOCAL_SIZE + CENTRAL_SIZE + 2 * size + g_bytes_get_size (member->bytes);
  }
  if (members->len > MEMBERS_MAX || total > G_MAXUINT32) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "This is more than one file can hold (%u parts, 4 GiB). Split it.", MEMBERS_MAX);
    return FALSE;
  }
  return TRUE;
}

GBytes *
dk_zip_write (GPtrArray *members, GError **error)
{
  g_autoptr (GByteArray) out = NULL;
  g_autoptr (GByteArray) tail = NULL;
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (Entry));

  if (!check_members (members, error))
    return NULL;
  out = g_byte_array_new ();
  for (guint i = 0; i < members->len; i++) {
    const DkZipMember *member = g_ptr_array_index (members, i);
    gsize size;
    const guint8 *bytes = g_bytes_get_data (member->bytes, &size);
    Entry entry = {
      .name = member->name,
      .name_size = strlen (member->name),
      .crc = compute_crc (bytes, size),
      .size = (guint32) size,
      .offset = out->len,
    };
    append_local (out, &entry);
    g_byte_array_append (out, bytes, (guint) size);
    g_array_append_val (entries, entry);
  }
  tail = make_tail (entries, out->len);
  g_byte_array_append (out, tail->data, tail->len);
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

typedef struct {
  const guint8 *data;
  gsize size;
  gsize offset;
  const DkZipLimits *limits;
  const char *what;
  GHashTable *names;
  GArray *entries;
  GPtrArray *members;
} Reader;

static gboolean
refuse_damaged (const Reader *reader, const char *why, GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
               "%s is damaged or was changed: at byte %" G_GSIZE_FORMAT " %s. Nothing was taken "
               "from it; get the file again.",
               reader->what, reader->offset, why);
  return FALSE;
}

static gboolean
refuse_size (const Reader *reader, GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "%s is larger than what is accepted (%u parts, %" G_GSIZE_FORMAT
               " bytes each, %" G_GSIZE_FORMAT " bytes in all). Nothing was taken from it.",
               reader->what, reader->limits->members_max, reader->limits->member_bytes_max,
               reader->limits->total_bytes_max);
  return FALSE;
}

/* Fills the entry from a local header and checks that the header is the one that would be written
 * for it. */
static gboolean
read_header (const Reader *reader, Entry *entry, GError **error)
{
  g_autoptr (GByteArray) expected = NULL;
  const guint8 *header = reader->data + reader->offset;
  gsize left = reader->size - reader->offset;

  if (left < LOCAL_SIZE)
    return refuse_damaged (reader, "it ends too early", error);
  entry->crc = read_u32 (header + 14);
  entry->size = read_u32 (header + 22);
  entry->name_size = read_u16 (header + 26);
  entry->name = (const char *) header + LOCAL_SIZE;
  entry->offset = (guint32) reader->offset;
  if (left - LOCAL_SIZE < entry->name_size)
    return refuse_damaged (reader, "it ends too early", error);
  if (!dk_zip_name_is_valid (entry->name, entry->name_size))
    return refuse_damaged (reader, "a part has a name that is not allowed", error);
  expected = g_byte_array_new ();
  append_local (expected, entry);
  if (memcmp (expected->data, header, expected->len) != 0)
    return refuse_damaged (reader, "the header of a part is not as it must be", error);
  return TRUE;
}

static gboolean
read_member (Reader *reader, GBytes *zip, GError **error)
{
  Entry entry;
  gsize start;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *name = NULL;

  if (!read_header (reader, &entry, error))
    return FALSE;
  start = reader->offset + LOCAL_SIZE + entry.name_size;
  if (entry.size > reader->limits->member_bytes_max
      || reader->entries->len >= reader->limits->members_max)
    return refuse_size (reader, error);
  if (reader->size - start < entry.size)
    return refuse_damaged (reader, "it ends too early", error);
  if (!remember_name (reader->names, entry.name, entry.name_size))
    return refuse_damaged (reader, "a part has the name of another one", error);
  if (compute_crc (reader->data + start, entry.size) != entry.crc)
    return refuse_damaged (reader, "the checksum of a part is wrong", error);
  bytes = g_bytes_new_from_bytes (zip, start, entry.size);
  name = g_strndup (entry.name, entry.name_size);
  dk_zip_members_add (reader->members, name, bytes);
  g_array_append_val (reader->entries, entry);
  reader->offset = start + entry.size;
  return TRUE;
}

/* One changed byte at the beginning is damage; a file that has hardly anything in common with a zip
 * there is something else. */
static gboolean
is_zip (const Reader *reader)
{
  const guint8 local[4] = { 'P', 'K', 3, 4 };
  guint equal = 0;

  if (reader->size < sizeof local)
    return TRUE;
  for (gsize i = 0; i < sizeof local; i++)
    equal += reader->data[i] == local[i];
  return equal >= 2;
}

static gboolean
has_signature (const Reader *reader, guint32 signature)
{
  return reader->size - reader->offset >= 4
         && read_u32 (reader->data + reader->offset) == signature;
}

static gboolean
check_tail (const Reader *reader, GError **error)
{
  g_autoptr (GByteArray) tail = make_tail (reader->entries, (guint32) reader->offset);
  gsize left = reader->size - reader->offset;

  if (left < tail->len)
    return refuse_damaged (reader, "it ends too early", error);
  if (left > tail->len || memcmp (reader->data + reader->offset, tail->data, tail->len) != 0)
    return refuse_damaged (reader, "its table of contents is not as it must be", error);
  return TRUE;
}

static gboolean
read_all (Reader *reader, GBytes *zip, const DkJob *job, GError **error)
{
  while (has_signature (reader, LOCAL_SIGNATURE)) {
    if (!read_member (reader, zip, error)
        || !dk_job_step (job, reader->offset, reader->size, "reading", error))
      return FALSE;
  }
  return check_tail (reader, error);
}

GPtrArray *
dk_zip_read (GBytes *zip, const DkZipLimits *limits, const char *what, const DkJob *job,
             GError **error)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_autoptr (GPtrArray) members = dk_zip_members_new ();
  Reader reader
      = { .limits = limits, .what = what, .names = names, .entries = entries, .members = members };

  reader.data = g_bytes_get_data (zip, &reader.size);
  if (reader.size > limits->total_bytes_max) {
    refuse_size (&reader, error);
    return NULL;
  }
  if (!is_zip (&reader)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%s is no file of this program. Nothing was taken from it; choose another file.",
                 what);
    return NULL;
  }
  if (!read_all (&reader, zip, job, error))
    return NULL;
  return g_steal_pointer (&members);
}
