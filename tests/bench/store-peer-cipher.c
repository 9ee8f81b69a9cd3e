/* SPDX-License-Identifier: MIT */
/* The key is given as bytes, so no passphrase is stretched; the page size must follow it, since
 * older versions of SQLCipher take 1,024 otherwise. */
#include "tests/bench/store-peer.h"

static const char key_sql[]
    = "PRAGMA key = \"x'4041424344454647484940414243444546474849404142434445464748494041'\";"
      "PRAGMA cipher_page_size = 4096;";

StorePeer
store_peer_open (const char *path, gboolean encrypted, gboolean create)
{
  StorePeer peer = { .handle = store_peer_open_plain (path, encrypted ? key_sql : "") };

  return peer;
}

void
store_peer_close (StorePeer *peer)
{
  g_assert_cmpint (sqlite3_close (peer->handle), ==, SQLITE_OK);
}

char *
store_peer_describe (void)
{
  sqlite3 *handle = NULL;
  sqlite3_stmt *stmt = NULL;
  char *text;

  g_assert_cmpint (sqlite3_open (":memory:", &handle), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (handle, "PRAGMA cipher_version", -1, &stmt, NULL), ==,
                   SQLITE_OK);
  if (sqlite3_step (stmt) != SQLITE_ROW)
    g_error ("this library is no SQLCipher");
  text = g_strdup_printf ("SQLCipher %s on SQLite %s", sqlite3_column_text (stmt, 0),
                          sqlite3_libversion ());
  (void) sqlite3_finalize (stmt);
  (void) sqlite3_close (handle);
  return text;
}
