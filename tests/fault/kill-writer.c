/* SPDX-License-Identifier: MIT */
/* Commits rows for ever and writes one byte for each that is acknowledged; its parent kills it. */
#include <unistd.h>

#include "tests/db/db-fixture.h"

int
main (int argc, char **argv)
{
  DkDb *db;

  g_assert_cmpint (argc, ==, 2);
  db = dk_fixture_open (argv[1], 0);
  (void) sqlite3_wal_autocheckpoint (dk_db_get_unguarded (db), 60);
  for (;;) {
    dk_fixture_exec (db, "BEGIN; INSERT INTO t (pad) VALUES (zeroblob(900));"
                         "INSERT INTO s VALUES ('row'); UPDATE c SET n = n + 1; COMMIT");
    if (write (STDOUT_FILENO, ".", 1) != 1)
      return 1;
  }
}
