/* SPDX-License-Identifier: MIT */
#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "app/xlsform/xlsx-private.h"

#define MEMBERS_MAX 64u
#define UNPACKED_BYTES_MAX (64u << 20)
#define RATIO_MAX 200u
#define RATIO_FREE_BYTES (4u << 20) /* below this no ratio is a danger */
#define CHUNK_BYTES (64u << 10)

typedef struct archive Archive;

static void
archive_end (Archive *archive)
{
  archive_read_free (archive);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Archive, archive_end)

typedef struct {
  GHashTable *parts;
  guint members;
  guint64 packed; /* size of the whole file */
  guint64 unpacked;
} Unpacking;

gboolean
dk_xlsx_refuse (GError **error, const char *format, ...)
{
  va_list arguments;
  g_autofree char *what = NULL;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "This workbook cannot be read: %s. Nothing was changed; open it in a spreadsheet "
               "program and save it as .xlsx, or as CSV.",
               what);
  return FALSE;
}

static gboolean
name_is_plain (const char *name)
{
  return *name != '\0' && *name != '/' && strchr (name, '\\') == NULL && strstr (name, "..") == NULL
         && strchr (name, ':') == NULL && strlen (name) < 200;
}

/* Other ways to pack may ask for gigabytes before the first byte comes. */
static gboolean
way_is_plain (Archive *archive)
{
  const char *way = archive_format_name (archive);

  return way != NULL
         && (strstr (way, "(deflation)") != NULL || strstr (way, "(uncompressed)") != NULL);
}

static gboolean
count_bytes (Unpacking *unpacking, gsize size, GError **error)
{
  unpacking->unpacked += size;
  if (unpacking->unpacked > UNPACKED_BYTES_MAX)
    return dk_xlsx_refuse (error, "it unpacks to more than 64 MiB, which no form does");
  if (unpacking->unpacked > RATIO_FREE_BYTES
      && unpacking->unpacked / RATIO_MAX > unpacking->packed)
    return dk_xlsx_refuse (error, "it unpacks to more than %u times its size, which no form does",
                           RATIO_MAX);
  return TRUE;
}

static GBytes *
read_member (Archive *archive, Unpacking *unpacking, const char *name, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree guint8 *chunk = g_malloc (CHUNK_BYTES);
  la_ssize_t got;

  while ((got = archive_read_data (archive, chunk, CHUNK_BYTES)) > 0) {
    if (!count_bytes (unpacking, (gsize) got, error))
      return NULL;
    g_byte_array_append (bytes, chunk, (guint) got);
  }
  if (got < 0) {
    (void) dk_xlsx_refuse (error, "its part %s is damaged", name);
    return NULL;
  }
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

static gboolean
take_member (Archive *archive, struct archive_entry *entry, Unpacking *unpacking, GError **error)
{
  const char *name = archive_entry_pathname (entry);
  GBytes *bytes;

  if (++unpacking->members > MEMBERS_MAX)
    return dk_xlsx_refuse (error, "it has more than %u parts", MEMBERS_MAX);
  if (name == NULL || !name_is_plain (name))
    return dk_xlsx_refuse (error, "one of its parts has a name that no spreadsheet program gives");
  if (archive_entry_is_encrypted (entry))
    return dk_xlsx_refuse (error, "it is encrypted; save it without a password");
  if (g_str_equal (name, "mimetype") || g_str_equal (name, "content.xml"))
    return dk_xlsx_refuse (error, "it is an OpenDocument file (.ods)");
  if (g_str_has_suffix (name, ".bin") && strstr (name, "workbook") != NULL)
    return dk_xlsx_refuse (error, "it is a binary workbook (.xlsb)");
  if (!g_str_has_suffix (name, ".xml") && !g_str_has_suffix (name, ".rels"))
    return TRUE;
  if (!way_is_plain (archive))
    return dk_xlsx_refuse (error, "its part %s is packed in a way that no spreadsheet program uses",
                           name);
  if (g_hash_table_contains (unpacking->parts, name))
    return dk_xlsx_refuse (error, "it has two parts of the name %s", name);
  bytes = read_member (archive, unpacking, name, error);
  if (bytes == NULL)
    return FALSE;
  g_hash_table_insert (unpacking->parts, g_strdup (name), bytes);
  return TRUE;
}

/* The reader would build its list of a directory of any length before the first member comes. */
static gboolean
directory_is_short (const char *data, gsize size)
{
  guint found = 0;
  const char *end = data + size;

  for (const char *p = data; p != NULL && p + 4 <= end && found <= 2 * MEMBERS_MAX; p++) {
    p = memchr (p, 'P', (gsize) (end - p));
    if (p == NULL || p + 4 > end)
      break;
    if (memcmp (p, "PK\x01\x02", 4) == 0)
      found++;
  }
  return found <= 2 * MEMBERS_MAX;
}

static gboolean
check_kind (const char *data, gsize size, GError **error)
{
  static const char sealed[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";

  if (size > DK_XLSX_BYTES_MAX)
    return dk_xlsx_refuse (error, "it is larger than 20 MiB");
  if (size >= 8 && memcmp (data, "\xd0\xcf\x11\xe0", 4) == 0) {
    for (gsize i = 0; i + sizeof sealed <= size; i++)
      if (data[i] == 'E' && memcmp (data + i, sealed, sizeof sealed - 1) == 0)
        return dk_xlsx_refuse (error, "it is encrypted; save it without a password");
    return dk_xlsx_refuse (error, "it is of the old kind (.xls)");
  }
  if (size < 22 || memcmp (data, "PK", 2) != 0)
    return dk_xlsx_refuse (error, "it is no .xlsx file");
  if (!directory_is_short (data, size))
    return dk_xlsx_refuse (error, "it has more than %u parts", MEMBERS_MAX);
  return TRUE;
}

static gboolean
read_members (Archive *archive, Unpacking *unpacking, GError **error)
{
  struct archive_entry *entry;
  int result;

  while ((result = archive_read_next_header (archive, &entry)) == ARCHIVE_OK
         || result == ARCHIVE_WARN)
    if (!take_member (archive, entry, unpacking, error))
      return FALSE;
  if (result != ARCHIVE_EOF || unpacking->members == 0)
    return dk_xlsx_refuse (error, "it is damaged: its directory of parts cannot be read");
  return TRUE;
}

GHashTable *
dk_xlsx_unpack (GBytes *bytes, GError **error)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  g_autoptr (GHashTable) parts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                        (GDestroyNotify) g_bytes_unref);
  Unpacking unpacking = { parts, 0, size, 0 };
  g_autoptr (Archive) archive = NULL;

  if (!check_kind (data != NULL ? data : "", size, error))
    return NULL;
  archive = archive_read_new ();
  if (archive == NULL || archive_read_support_format_zip_seekable (archive) != ARCHIVE_OK
      || archive_read_open_memory (archive, data, size) != ARCHIVE_OK) {
    (void) dk_xlsx_refuse (error, "it is damaged: its directory of parts cannot be read");
    return NULL;
  }
  return read_members (archive, &unpacking, error) ? g_steal_pointer (&parts) : NULL;
}
