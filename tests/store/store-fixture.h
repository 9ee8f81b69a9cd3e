/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/form/form.h"
#include "app/store/ledger.h"
#include "app/store/store.h"
#include "app/store/ticket-store.h"
#include "tests/db/db-fixture.h"

G_BEGIN_DECLS

/* A kit file of station A07 with an empty store, opened without any passphrase. */
typedef struct {
  char *folder;
  char *path;
  DkDb *db;
  DkStore *store;
  DkKeyring *all;  /* every key of the kit */
  DkKeyring *keys; /* those of who is unlocked */
} StoreFixture;

/* For g_test_add: a new kit, `anna` with every key. */
void store_fixture_set_up (StoreFixture *f, gconstpointer data);

/* Closes and removes it. */
void store_fixture_tear_down (StoreFixture *f, gconstpointer data);

/* Opens the store anew for another person and role. */
void store_fixture_become (StoreFixture *f, const char *user, DkRole role);

/* Writes the journal back, closes the file and opens it again. */
void store_fixture_reopen (StoreFixture *f);

/* Answers out of JSON text. New reference. */
json_t *store_fixture_answers (const char *text);

/* Saves a ticket of a form that ships; an error fails the test. New string: its number. */
char *store_fixture_save (StoreFixture *f, const char *form, const char *answers, gboolean final);

/* A person of another slot with the keys of that role, without the cost of a passphrase. */
DkPerson *store_fixture_person (StoreFixture *f, const char *name, DkRole role);

/* The ticket; an error fails the test. */
DkTicket *store_fixture_load (StoreFixture *f, const char *number);

/* Everything that a refused call must leave alone: counter, entries, rows. New string. */
char *store_fixture_state (StoreFixture *f);

/* Text of one value; SQL must return one row. New string. */
char *store_fixture_text (StoreFixture *f, const char *sql);

#define STORE_ADD(path, test) \
  g_test_add (path, StoreFixture, NULL, store_fixture_set_up, test, store_fixture_tear_down)

G_END_DECLS
