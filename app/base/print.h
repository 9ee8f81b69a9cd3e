/* SPDX-License-Identifier: MIT */
#pragma once

#include <gio/gio.h>

#include "app/base/error.h"

G_BEGIN_DECLS

/* The printers of this PC by the programs of its print service (`lpstat`, `lp`): what is left where
 * no dialog finds a printer, and what a command line has. Each call waits some seconds at most, so
 * that a print service that hangs does not hang the kit. Any thread but the main one. */

/* Names of the queues, the default one first. Without a print service or a queue DK_ERROR_NOT_FOUND
 * says what to do; DK_ERROR_UNREACHABLE if the service does not answer, refuses or is not running.
 * New array of strings. */
GPtrArray *dk_print_queues (GError **error) DK_CHECKED;

/* Sends a PDF to a queue, its bytes through a pipe: no file is written here. title is what the
 * queue shows; media "A4" or "Letter". DK_ERROR_NOT_FOUND for a queue that is not there,
 * DK_ERROR_UNREACHABLE, DK_ERROR_FAILED with the words of the service. */
gboolean dk_print_send (const char *queue, const char *title, const char *media, GBytes *pdf,
                        GError **error) DK_CHECKED;

/* Why a queue prints nothing now ("it is stopped: paper jam"): what was sent waits. NULL if it
 * works, or nothing is known. New string. */
char *dk_print_why_not (const char *queue);

G_END_DECLS
