/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/form/form.h"
#include "app/model/capture.h"

G_BEGIN_DECLS

/* Looks for the patterns of a policy (DkCapturePattern; NULL = none) in the texts of answers, rows
 * of repeats included: one warning for each text at most. A pattern that takes too long is passed
 * over from then on, and all of them together have half a second: this warns, it never blocks. New
 * array of DkFormProblem. Any thread. */
GPtrArray *dk_capture_warnings (const DkForm *form, const json_t *answers,
                                const GPtrArray *patterns);

G_END_DECLS
