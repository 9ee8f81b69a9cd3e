/* SPDX-License-Identifier: MIT */
#include "tests/bench/store-peer.h"
#include "tests/db/db-fixture.h"

StorePeer
store_peer_open (const char *path, gboolean encrypted, gboolean create)
{
  StorePeer peer = { 0 };
  DkDb *db;

  if (!encrypted) {
    peer.handle = store_peer_open_plain (path, "");
    return peer;
  }
  db = create ? dk_fixture_create (path, 0) : dk_fixture_open (path, 0);
  peer.owner = db;
  peer.handle = db->handle;
  return peer;
}

void
store_peer_close (StorePeer *peer)
{
  if (peer->owner != NULL)
    dk_fixture_close (peer->owner);
  else
    g_assert_cmpint (sqlite3_close (peer->handle), ==, SQLITE_OK);
}

char *
store_peer_describe (void)
{
  return g_strdup_printf ("SQLite %s", sqlite3_libversion ());
}
