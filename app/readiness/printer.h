/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/error.h"

G_BEGIN_DECLS

/* What the files of the print service (CUPS) tell, without asking it: a print service that hangs
 * must not hang the kit. Any thread. */

typedef enum { DK_SPOOL_UNKNOWN, DK_SPOOL_KEPT, DK_SPOOL_REMOVED } DkSpool;

typedef struct {
  gboolean has_service;   /* its configuration is on this PC */
  gboolean is_running;    /* its socket is there */
  GPtrArray *queues;      /* names of the printers, strings */
  char *preferred;        /* the default one, NULL if none is set */
  char *stopped;          /* why the default one is stopped; NULL if it is not, or not known */
  gboolean state_is_known; /* printers.conf could be read */
  DkSpool files;          /* are documents kept after printing? PreserveJobFiles */
} DkPrinterFacts;

/* Reads them below root ("/"); user_folder, which may be NULL, is the home folder whose default
 * printer wins. New facts, never NULL. */
DkPrinterFacts *dk_printer_look (const char *root, const char *user_folder);

/* What cupsd.conf says of documents after printing: the last line counts; without one the service
 * keeps them for a day. */
DkSpool dk_printer_read_spool (const char *conf);

/* Frees the facts; NULL is fine. */
void dk_printer_facts_free (DkPrinterFacts *facts);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkPrinterFacts, dk_printer_facts_free)

G_END_DECLS
