/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/store/store.h"

G_BEGIN_DECLS

#define DK_FORM_FEEDBACK "content-feedback"

/* "This step is wrong": words about a piece of content become a final ticket of the form
 * DK_FORM_FEEDBACK, so that they reach the owner with the next hand-over, once. kind is runbook,
 * contact, service, call-tree or form; step (of a runbook: its id) may be NULL. The ticket names
 * pack, version, step and the owner (name, id, first number); its group is the support group of the
 * service at this site and hour, of a contact its team, else the name of the owner. A runbook that
 * the lists for everybody do not have is taken by its id alone. DK_ERROR_USAGE for an unknown kind,
 * DK_ERROR_NOT_FOUND, DK_ERROR_INVALID for blank words. New string: the number. */
char *dk_feedback_report (DkStore *store, const char *kind, const char *id, const char *step,
                          const char *words, GError **error) DK_CHECKED;

G_END_DECLS
