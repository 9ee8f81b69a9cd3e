/* SPDX-License-Identifier: MIT */
/* Which journal belongs to the database: FORMAT.md, "At opening". Without this an old journal
 * beside a newer database would be replayed, and every page would still check. */
#include "app/db/sealed-private.h"

#include "app/base/file.h"

#define SET_ASIDE_MAX 100

typedef enum {
  KEEP,          /* SQLite replays it, or there is none */
  DISCARD,       /* all of it is in the database, or nothing in it was promised */
  SET_ASIDE,     /* of another kit or another moment */
  GO_ON,         /* a person decided to do without */
  REFUSE_OLD,    /* what was promised is not there */
  REFUSE_BROKEN, /* what was promised is damaged */
  REFUSE_NOTE,   /* the note that would tell whether it is there is damaged */
} Verdict;

static gboolean notes_enabled = TRUE;

void
dk_sealed_vfs_set_notes (gboolean enabled)
{
  notes_enabled = enabled;
}

static int
refuse (DkSealed *sealed, const char *what)
{
  g_clear_error (&sealed->error);
  g_set_error (&sealed->error, DK_ERROR, DK_ERROR_DAMAGED,
               "%s Nothing was changed. Look for the file \"%s\" or for the latest backup, put it "
               "back and open the kit again. If there is neither, a lead can go on with what is "
               "there: dkit kit go-on.",
               what, sealed->wal_path);
  return SQLITE_CORRUPT;
}

/* The journal may be there and whole, so this must not send anybody to look for it first. */
static int
refuse_note (DkSealed *sealed)
{
  g_clear_error (&sealed->error);
  g_set_error (&sealed->error, DK_ERROR, DK_ERROR_DAMAGED,
               "The note in this kit file that names its journal is damaged, so nothing tells "
               "whether something is missing. Nothing was changed. Keep the file and put back the "
               "latest backup. If there is none, a lead can go on with what is there: dkit kit "
               "go-on; the journal \"%s\" is then set aside.",
               sealed->wal_path);
  return SQLITE_CORRUPT;
}

static int
discard (DkSealed *sealed)
{
  int rc;

  dk_sealed_wal_reset (sealed);
  rc = sealed->base->xDelete (sealed->base, sealed->wal_path, 0);
  return rc == SQLITE_IOERR_DELETE_NOENT ? SQLITE_OK : rc;
}

static int
set_aside (DkSealed *sealed)
{
  dk_sealed_wal_reset (sealed);
  for (guint i = 1; i <= SET_ASIDE_MAX; i++) {
    g_autofree char *name = g_strdup_printf ("%s.set-aside-%u", sealed->wal_path, i);
    g_autoptr (GError) error = NULL;
    if (dk_file_rename_new (sealed->wal_path, name, &error)) {
      g_free (sealed->notice);
      sealed->notice = g_strdup_printf (
          "A journal lay beside this kit that does not belong to it. It was not used; it was set "
          "aside as \"%s\". The kit itself is whole.",
          name);
      return SQLITE_OK;
    }
    if (!g_error_matches (error, DK_ERROR, DK_ERROR_BUSY)) {
      g_clear_error (&sealed->error);
      sealed->error = g_steal_pointer (&error);
      return SQLITE_CANTOPEN;
    }
  }
  return refuse (sealed, "Too many journals that do not belong to this kit lie beside it. Move "
                         "the files whose names contain \"set-aside\" elsewhere.");
}

static int
go_on (DkSealed *sealed, const DkSealedScan *scan)
{
  int rc = scan->exists ? set_aside (sealed) : SQLITE_OK;

  dk_sealed_wal_reset (sealed);
  if (rc == SQLITE_OK)
    rc = dk_sealed_note_write (sealed, DK_NOTE_CLOSED, sealed->note.generation, 0);
  if (rc != SQLITE_OK)
    return rc;
  g_free (sealed->notice);
  sealed->notice = g_strdup ("This kit was opened without its journal, as decided: what was "
                             "captured last may be missing.");
  return SQLITE_OK;
}

static gboolean
is_same (const DkSealed *sealed, const DkSealedScan *scan)
{
  return scan->whole && scan->generation == sealed->note.generation;
}

static Verdict
judge_live (const DkSealed *sealed, const DkSealedScan *scan)
{
  if (!is_same (sealed, scan))
    return sealed->note_lost ? REFUSE_NOTE : REFUSE_OLD;
  if (scan->damaged || !scan->reached)
    return REFUSE_BROKEN;
  return sealed->wal.committed > 0 ? KEEP : REFUSE_OLD;
}

static Verdict
judge_open (const DkSealed *sealed, const DkSealedScan *scan)
{
  gboolean same = is_same (sealed, scan);

  if (same && scan->damaged)
    return REFUSE_BROKEN;
  if (same && sealed->wal.committed > 0)
    return KEEP;
  if (sealed->note_lost)
    return REFUSE_NOTE; /* the note that is lost was written when the journal held a commit */
  if (!scan->exists)
    return KEEP;
  if (scan->whole)
    return scan->generation <= sealed->note.generation ? DISCARD : SET_ASIDE;
  return scan->foreign ? SET_ASIDE : DISCARD;
}

static Verdict
judge_closed (const DkSealed *sealed, const DkSealedScan *scan)
{
  if (!scan->exists)
    return KEEP;
  if (scan->whole && scan->generation <= sealed->note.generation)
    return DISCARD;
  return scan->whole && sealed->note_lost ? REFUSE_NOTE : SET_ASIDE;
}

static Verdict
judge_scan (const DkSealed *sealed, const DkSealedScan *scan)
{
  switch (sealed->note.state) {
  case DK_NOTE_LIVE:
    return judge_live (sealed, scan);
  case DK_NOTE_OPEN:
    return judge_open (sealed, scan);
  case DK_NOTE_CLOSED:
    return judge_closed (sealed, scan);
  }
  g_assert_not_reached ();
}

/* What will be replayed is made durable first: a person will soon see it and rely on it. */
static int
keep (DkSealed *sealed, sqlite3_file *file)
{
  int rc = file->pMethods->xSync (file, SQLITE_SYNC_NORMAL);

  if (rc == SQLITE_OK)
    sealed->wal.synced = sealed->wal.committed;
  return rc;
}

static int
look (DkSealed *sealed, DkSealedScan *scan, Verdict *verdict)
{
  g_autofree sqlite3_file *file = NULL;
  int exists = 0;
  int rc = sealed->base->xAccess (sealed->base, sealed->wal_path, SQLITE_ACCESS_EXISTS, &exists);

  if (rc != SQLITE_OK)
    return rc;
  if (exists) {
    file = g_malloc0 ((gsize) sealed->base->szOsFile);
    rc = sealed->base->xOpen (sealed->base, sealed->wal_path, file,
                              SQLITE_OPEN_READWRITE | SQLITE_OPEN_WAL, NULL);
    if (rc != SQLITE_OK)
      return rc;
    rc = dk_sealed_wal_scan (sealed, file, notes_enabled ? sealed->note.generation : 0, scan);
  }
  *verdict = notes_enabled ? judge_scan (sealed, scan) : KEEP;
  if (rc == SQLITE_OK && *verdict == KEEP && sealed->wal.committed > 0)
    rc = keep (sealed, file);
  if (file != NULL)
    (void) file->pMethods->xClose (file);
  return rc;
}

static int
carry_out (DkSealed *sealed, const DkSealedScan *scan, Verdict verdict)
{
  if (verdict >= REFUSE_OLD && sealed->go_on)
    verdict = GO_ON;
  switch (verdict) {
  case KEEP:
    if (sealed->note.state == DK_NOTE_OPEN && sealed->wal.committed > 0)
      return dk_sealed_note_write (sealed, DK_NOTE_LIVE, sealed->wal.generation, 0);
    return SQLITE_OK;
  case DISCARD:
    return discard (sealed);
  case SET_ASIDE:
    return set_aside (sealed);
  case GO_ON:
    return go_on (sealed, scan);
  case REFUSE_OLD:
    return refuse (sealed, "The journal of this kit is missing or old: what was captured last is "
                           "in it.");
  case REFUSE_BROKEN:
    return refuse (sealed, "The journal of this kit is damaged: what was captured last is in it.");
  case REFUSE_NOTE:
    return refuse_note (sealed);
  }
  g_assert_not_reached ();
}

int
dk_sealed_judge (DkSealed *sealed)
{
  DkSealedScan scan = { 0 };
  Verdict verdict = KEEP;
  int rc = look (sealed, &scan, &verdict);

  return rc == SQLITE_OK ? carry_out (sealed, &scan, verdict) : rc;
}
