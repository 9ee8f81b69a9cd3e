/* SPDX-License-Identifier: MIT */
/* A slip in a file name must not cost the kit, the only sheet with its code or a private key, so
 * only what can be made again is replaced. A second name (hard link) of a kit's file is refused
 * like any other file of another kind. */
#include "app/kit/output.h"

#include <glib/gstdio.h>
#include <string.h>

#include "app/base/file.h"
#include "app/base/limits.h"
#include "app/base/platform.h"
#include "app/container/container.h"
#include "app/form/form.h"
#include "app/kit/kit-private.h"

#define HEAD_BYTES 256
#define PAPER_BEGIN "%PDF-"
#define PACK_TYPE "pack"

static gboolean
holds (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return dk_file_exists (path);
}

static gboolean
is_kit_folder (const char *folder)
{
  return holds (folder, DK_KIT_DATABASE) || holds (folder, DK_KIT_LOCK)
         || holds (folder, DK_KIT_STATION);
}

/* The kit's folder that `folder` is or lies in; NULL if there is none. New string. */
static char *
find_kit_above (const char *folder)
{
  g_autofree char *at = g_strdup (folder);

  for (;;) {
    g_autofree char *above = NULL;
    if (is_kit_folder (at))
      return g_steal_pointer (&at);
    above = g_path_get_dirname (at);
    if (strcmp (above, at) == 0)
      return NULL;
    g_free (at);
    at = g_steal_pointer (&above);
  }
}

static gboolean
check_place (const char *path, gboolean may_go_out, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *folder = dk_platform_real_path (parent);
  g_autofree char *kit = find_kit_above (folder);
  g_autofree char *outgoing = kit != NULL ? dk_kit_file (kit, DK_KIT_OUTGOING) : NULL;

  if (kit == NULL || (may_go_out && strcmp (folder, outgoing) == 0))
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "%s lies in the folder of a kit (%s), where nothing but the kit's own files belong. "
               "Nothing was written; name a file somewhere else.",
               absolute, kit);
  return FALSE;
}

static gboolean
begins (GBytes *bytes, const char *text)
{
  gsize size = 0;
  const void *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;

  return size >= strlen (text) && memcmp (data, text, strlen (text)) == 0;
}

static gboolean
is_paper (const char *path)
{
  gsize mark_size = strlen (DK_PAPER_MARK);
  g_autoptr (GBytes) head = dk_file_read_part (path, 0, HEAD_BYTES, NULL);
  g_autoptr (GBytes) end = NULL;
  GStatBuf facts;

  if (!begins (head, PAPER_BEGIN) || g_stat (path, &facts) != 0
      || facts.st_size < (goffset) mark_size)
    return FALSE;
  end = dk_file_read_part (path, (guint64) facts.st_size - mark_size, mark_size, NULL);
  return begins (end, DK_PAPER_MARK);
}

static gboolean
is_pack (const char *path)
{
  g_autoptr (DkContainer) head = dk_container_open_head (path, NULL);

  return head != NULL && strcmp (dk_container_type (head), PACK_TYPE) == 0;
}

static gboolean
is_form (const char *path)
{
  g_autoptr (GBytes) bytes = dk_file_read (path, DK_LIMIT_JSON_BYTES, NULL);
  gsize size = 0;
  const char *text = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;
  g_autoptr (DkForm) form = text != NULL ? dk_form_parse (text, size, "en", NULL) : NULL;

  return form != NULL;
}

static gboolean
is_of_kind (const char *path, DkOutputKind kind)
{
  g_autoptr (GBytes) head = dk_file_read_part (path, 0, HEAD_BYTES, NULL);

  switch (kind) {
  case DK_OUTPUT_PAPER:
    return is_paper (path);
  case DK_OUTPUT_TICKETS:
    return begins (head, "\xef\xbb\xbfnumber,uid,form,state,");
  case DK_OUTPUT_LOG:
    return begins (head, "\xef\xbb\xbfnumber,line,kind,user,");
  case DK_OUTPUT_JSON:
    return begins (head, "{\n  \"exported_at\": \"");
  case DK_OUTPUT_CONTACTS:
    return begins (head, "\xef\xbb\xbfid,name,type,role,")
           || begins (head, "BEGIN:VCARD\r\nVERSION:");
  case DK_OUTPUT_REJECTS:
    return begins (head, "\xef\xbb\xbfkind,place,name,reason\r\n");
  case DK_OUTPUT_FORM:
    return is_form (path);
  case DK_OUTPUT_PACK:
    return is_pack (path);
  case DK_OUTPUT_ESCROW:
    return begins (head, "age-encryption.org/v1\n")
           || begins (head, "-----BEGIN AGE ENCRYPTED FILE-----");
  case DK_OUTPUT_NEW:
  case DK_OUTPUT_FOLDER:
    return FALSE;
  }
  return FALSE;
}

static const char *
kind_words (DkOutputKind kind)
{
  switch (kind) {
  case DK_OUTPUT_PAPER:
    return "no PDF of forms that this program printed";
  case DK_OUTPUT_TICKETS:
  case DK_OUTPUT_LOG:
  case DK_OUTPUT_JSON:
    return "no export of tickets in that format";
  case DK_OUTPUT_CONTACTS:
    return "no list of contacts that this program wrote";
  case DK_OUTPUT_REJECTS:
    return "no list of rows that an import did not take";
  case DK_OUTPUT_FORM:
    return "no form definition";
  case DK_OUTPUT_PACK:
    return "no pack";
  case DK_OUTPUT_ESCROW:
    return "no escrow";
  case DK_OUTPUT_NEW:
  case DK_OUTPUT_FOLDER:
    break;
  }
  return "not to be replaced";
}

gboolean
dk_output_check_place (const char *path, GError **error)
{
  return check_place (path, FALSE, error);
}

gboolean
dk_output_check (const char *path, DkOutputKind kind, GError **error)
{
  if (!check_place (path, kind == DK_OUTPUT_ESCROW, error))
    return FALSE;
  if (kind == DK_OUTPUT_FOLDER)
    return TRUE;
  if (!dk_file_check_output (path, error))
    return FALSE;
  if (!dk_file_exists (path) || is_of_kind (path, kind))
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "%s exists already and is %s. It was left as it is and nothing was written; choose "
               "another name.",
               path, kind_words (kind));
  return FALSE;
}
