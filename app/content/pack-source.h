/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/job.h"
#include "app/base/json.h"

G_BEGIN_DECLS

/* An authored folder, read and checked whole (FORMAT.md has its rules). All members are normalised
 * JSON, sorted by id, lead-only parts taken out of the rest. Not thread-safe, may change
 * threads. */
typedef struct {
  json_t *about;         /* object: name organisation sequence created expires min_app */
  json_t *contacts;      /* array, audience all */
  json_t *services;      /* array */
  json_t *runbooks;      /* array, audience all, without their [lead only] sections */
  json_t *lists;         /* object: name of the list -> array of objects */
  json_t *policy;        /* object, the defaults where the folder has none */
  json_t *fleet;         /* object with all its members */
  json_t *forms;         /* array of {id, source}; source = canonical definition as text */
  json_t *lead_contacts; /* array, audience lead */
  json_t *lead_runbooks; /* array: audience lead, and whole those with [lead only] sections */
  gboolean policy_is_missing; /* there is no policy.yaml: tell the author */
} DkPackSource;

/* Reads and checks a folder, references between its parts included; links that lead out of it are
 * problems. DK_ERROR_NOT_FOUND; on
 * DK_ERROR_INVALID the message has one line for each problem, at most 20, as
 * "file:line:column: what is wrong and what to write". Slow for large folders. */
DkPackSource *dk_pack_source_read (const char *folder, const DkJob *job, GError **error) DK_CHECKED;

/* Frees the source; NULL is fine. */
void dk_pack_source_free (DkPackSource *source);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkPackSource, dk_pack_source_free)

G_END_DECLS
