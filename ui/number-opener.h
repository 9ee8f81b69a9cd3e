/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/shell.h"

G_BEGIN_DECLS

/* Opens what a scanned or typed number is: a ticket, a draft, or a paper form that is to be keyed
 * in. What it cannot open it tells in the message bar. */
void dk_number_open (DkShell *shell, const char *text);

G_END_DECLS
