/* SPDX-License-Identifier: MIT */
#include "ui/number-opener.h"

#include <glib/gi18n.h>

#include "app/base/clock.h"
#include "app/base/text.h"
#include "app/store/paper-store.h"
#include "ui/kit-thread.h"

#define SUMMARY_CHARACTERS 60

/* text -> DkPaperFate */
static gpointer
find_number (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (DkPaperFate) fate = dk_paper_store_find (dk_kit_store (kit), data, error);

  if (fate == NULL
      || (g_strcmp0 (fate->state, "screen") != 0 && g_strcmp0 (fate->state, "entered") != 0
          && !dk_paper_fate_check (fate, error)))
    return NULL;
  return g_steal_pointer (&fate);
}

/* "DT-A07-0042-D was keyed in by ben, 22 Nov 14:05, as it-incident ..." New string. */
static char *
keyed_words (const DkPaperFate *fate)
{
  g_autofree char *when = fate->changed_ms > 0
                              ? dk_time_format_short (fate->changed_ms, dk_clock_wall_ms ())
                              : g_strdup ("?");
  g_autofree char *summary
      = dk_text_shorten (fate->summary != NULL ? fate->summary : "", SUMMARY_CHARACTERS);

  return g_strdup_printf (
      _ ("The paper form %s was keyed in before, by %s, %s, as %s: \"%s\". Nothing was changed; it "
         "is open below. If the sheet says more, add it to the log."),
      fate->number, fate->changed_by != NULL ? fate->changed_by : "?", when,
      fate->keyed_form != NULL ? fate->keyed_form : _ ("a ticket"), summary);
}

static void
open_found (gpointer owner, gpointer result, const GError *error)
{
  DkShell *shell = owner;
  g_autoptr (DkPaperFate) fate = result;
  g_autofree char *words = NULL;

  if (error != NULL) {
    dk_shell_say (shell, GTK_MESSAGE_WARNING, error->message);
    return;
  }
  dk_shell_go (shell, "ticket", fate->number);
  if (g_strcmp0 (fate->state, "entered") != 0)
    return;
  words = keyed_words (fate);
  dk_shell_say (shell, GTK_MESSAGE_WARNING, words);
}

void
dk_number_open (DkShell *shell, const char *text)
{
  dk_kit_run (shell, &(DkKitCall) { .work = find_number,
                                    .reply = open_found,
                                    .data = g_strdup (text),
                                    .data_free = g_free,
                                    .result_free = (GDestroyNotify) dk_paper_fate_free });
}
