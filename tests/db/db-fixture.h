/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/db/connection-private.h"
#include "app/db/statement.h"
#include "app/db/transaction.h"
#include "tests/support/support.h"

G_BEGIN_DECLS

/* A kit file of the tests: no slot directory that anybody could unlock, fixed keys. */

/* Keys of kit number n: 32 bytes and a uuid made of it. */
const DkDbKeys *dk_fixture_keys (guint n);

/* 128 KiB that stand for the slot directory. */
GBytes *dk_fixture_directory (void);

/* A new file of kit n at path, open and empty. */
DkDb *dk_fixture_create (const char *path, guint n);

/* Opens it; an error fails the test. */
DkDb *dk_fixture_open (const char *path, guint n);

/* Closes it; an error fails the test. */
void dk_fixture_close (DkDb *db);

/* Runs SQL; an error fails the test. */
void dk_fixture_exec (DkDb *db, const char *sql);

/* One integer out of the database. */
gint64 dk_fixture_int (DkDb *db, const char *sql);

/* Everything in a database as text: schema and rows in order. New string. */
char *dk_fixture_dump (sqlite3 *handle);

/* Every page of an open database in clear, with free ones and what removed rows have left. */
GBytes *dk_fixture_pages (DkDb *db);

/* The whole file. */
GBytes *dk_fixture_read (const char *path);

/* Writes a file, or removes it if bytes is NULL. */
void dk_fixture_write (const char *path, GBytes *bytes);

/* Flips bits of one byte in place. */
void dk_fixture_flip (const char *path, gsize offset, guint8 mask);

/* "PATH-wal". New string. */
char *dk_fixture_wal (const char *path);

/* Closes the handles without a write-back, as if the program were killed. */
void dk_fixture_kill (DkDb *db);

G_END_DECLS
