/* SPDX-License-Identifier: MIT */
#include "app/db/connection-private.h"

/* The words of the library mean nothing to a person, so they go to the log. */
static const char *
plain_words (int rc)
{
  switch (rc & 0xff) {
  case SQLITE_CORRUPT:
    return "its parts do not fit together";
  case SQLITE_NOTADB:
    return "its beginning is not that of a kit";
  case SQLITE_FULL:
    return "it is full";
  case SQLITE_CANTOPEN:
    return "a file could not be opened or made";
  case SQLITE_READONLY:
  case SQLITE_PERM:
    return "there is no right to write";
  default:
    return "reading or writing failed";
  }
}

static gboolean
set_damaged (GError **error, const char *detail)
{
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
               "A part of this kit file is damaged (%s). What is on the screen is safe; lock the "
               "kit, keep the file, and put back the latest backup.",
               detail);
  return FALSE;
}

/* Whether the disk refused what a person wanted kept, or only did not let the kit be read. */
static gboolean
was_reading (const DkDb *db, int rc)
{
  if (!db->is_open)
    return TRUE;
  if (db->in_transaction)
    return FALSE;
  return rc == SQLITE_IOERR_READ || rc == SQLITE_IOERR_SHORT_READ || rc == SQLITE_IOERR_FSTAT
         || rc == SQLITE_IOERR_SEEK || rc == SQLITE_IOERR_ACCESS;
}

static gboolean
set_storage (const DkDb *db, int rc, GError **error)
{
  const char *detail = plain_words (rc);

  if (was_reading (db, rc)) {
    g_set_error (error, DK_ERROR, DK_ERROR_STORAGE,
                 "The kit could not be read (%s). Nothing was changed. Make room on the disk, or "
                 "check it and the rights to the kit's folder, then try again.",
                 detail);
    return FALSE;
  }
  g_set_error (error, DK_ERROR, DK_ERROR_STORAGE,
               "The disk refused (%s): what was typed last is NOT stored. Note it on paper, make "
               "room on the disk or check it, then lock and unlock the kit.",
               detail);
  return FALSE;
}

static gboolean
set_io_error (const DkDb *db, int rc, GError **error)
{
  switch (rc) {
  case SQLITE_IOERR_DATA:
    return set_damaged (error, "a page does not check");
  case SQLITE_IOERR_CORRUPTFS:
    return set_damaged (error, "the disk does not read it");
  case SQLITE_IOERR_NOMEM:
    g_set_error_literal (error, DK_ERROR, DK_ERROR_MEMORY,
                         "There is not enough free memory. Close other programs and try again.");
    return FALSE;
  default:
    return set_storage (db, rc, error);
  }
}

gboolean
dk_db_set_error (DkDb *db, int rc, GError **error)
{
  const char *detail = db->handle != NULL ? sqlite3_errmsg (db->handle) : sqlite3_errstr (rc);

  g_assert (rc != SQLITE_OK);
  g_debug ("%d: %s", rc, detail);
  if (db->sealed->error != NULL) {
    g_propagate_error (error, g_steal_pointer (&db->sealed->error));
    return FALSE;
  }
  switch (rc & 0xff) {
  case SQLITE_IOERR:
    return set_io_error (db, rc, error);
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB:
    return set_damaged (error, plain_words (rc));
  case SQLITE_FULL:
  case SQLITE_CANTOPEN:
  case SQLITE_READONLY:
  case SQLITE_PERM:
    return set_storage (db, rc, error);
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    g_set_error_literal (error, DK_ERROR, DK_ERROR_BUSY,
                         "This kit is open in another window or by another person. Nothing was "
                         "changed; close it there and try again.");
    return FALSE;
  case SQLITE_INTERRUPT:
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "It was cancelled.");
    return FALSE;
  case SQLITE_NOMEM:
    return set_io_error (db, SQLITE_IOERR_NOMEM, error);
  case SQLITE_CONSTRAINT:
  case SQLITE_TOOBIG:
  case SQLITE_MISMATCH:
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "This cannot be stored (%s). Nothing was changed.", detail);
    return FALSE;
  default:
    g_set_error (error, DK_ERROR, DK_ERROR_FAILED,
                 "The kit's database could not do this (%s). Nothing was changed.", detail);
    return FALSE;
  }
}

gboolean
dk_db_check_writable (DkDb *db, GError **error)
{
  if (!db->sealed->failed)
    return dk_db_finish_rollback (db, error);
  if (db->sealed->damaged) {
    g_set_error_literal (error, DK_ERROR, DK_ERROR_DAMAGED,
                         "A part of this kit file is damaged, so nothing more is written to it: "
                         "this is NOT stored. Note it on paper, keep the file, and put back the "
                         "latest backup.");
    return FALSE;
  }
  g_set_error_literal (error, DK_ERROR, DK_ERROR_STORAGE,
                       "The disk refused before, so nothing more is written: this is NOT stored. "
                       "What was stored earlier is safe. Lock and unlock the kit, then try again.");
  return FALSE;
}
