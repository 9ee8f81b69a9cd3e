/* SPDX-License-Identifier: MIT */
#include "ui/ticket-steps.h"

#include <glib/gi18n.h>

#include "app/base/clock.h"
#include "ui/reason-dialog.h"

typedef struct {
  char *number;
  const char *step;
  char *words; /* to be kept, or kept so far */
  char *line;  /* about those */
  DkTicketStepDone done;
} Ask;

static const struct {
  const char *step;
  const char *word;
  const char *title;
  const char *what;
  const char *label;
  const char *button;
} steps[] = {
  { DK_STEP_RESOLVE, N_ ("resolve"), N_ ("Resolve this ticket"),
    N_ ("The ticket is marked resolved now. It can still be changed until it is finalised."),
    N_ ("_What solved it"), N_ ("_Resolve ticket") },
  { DK_STEP_AMEND, N_ ("amend"), N_ ("Amend this ticket"),
    N_ ("The ticket stays as it was finalised; the change is linked to it with your name and this "
        "reason."),
    N_ ("_Reason for the change"), N_ ("_Store amendment") },
  { DK_STEP_VOID, N_ ("void"), N_ ("Void this ticket"),
    N_ ("The ticket is not handed over. Its number, its words and its log stay on the account."),
    N_ ("_Reason for voiding it"), N_ ("_Void: the number stays") },
};

static gsize
find_step (const char *step)
{
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    if (g_str_equal (steps[i].step, step))
      return i;
  g_assert_not_reached ();
}

const char *
dk_ticket_step_word (const char *step)
{
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    if (g_strcmp0 (steps[i].step, step) == 0)
      return _ (steps[i].word);
  return step;
}

static Ask *
copy_ask (const Ask *ask, const char *words)
{
  Ask *copy = g_new0 (Ask, 1);

  copy->number = g_strdup (ask->number);
  copy->step = steps[find_step (ask->step)].step;
  copy->words = g_strdup (words);
  copy->done = ask->done;
  return copy;
}

static void
free_ask (gpointer data)
{
  Ask *ask = data;

  g_free (ask->number);
  g_free (ask->words);
  g_free (ask->line);
  g_free (ask);
}

static gpointer
store_words (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  const Ask *ask = data;

  if (!dk_ticket_store_keep_words (dk_kit_store (kit), ask->number, ask->step, ask->words, error))
    return NULL;
  return DK_KIT_DONE;
}

static void
on_kept (gpointer owner, gpointer result, const GError *error)
{
  (void) dk_page_failed (DK_PAGE (owner), error);
}

static void
keep_words (GtkWidget *owner, gpointer data, const char *words)
{
  dk_kit_run (owner, &(DkKitCall) { .work = store_words,
                                    .reply = on_kept,
                                    .data = copy_ask (data, words),
                                    .data_free = free_ask });
}

static void
finish (GtkWidget *owner, gpointer data, const char *words)
{
  const Ask *ask = data;

  ask->done (owner, ask->number, ask->step, words);
}

static void
tell_left (GtkWidget *owner, gpointer data, gboolean is_discarded)
{
  const Ask *ask = data;
  g_autofree char *text = g_strdup_printf (
      is_discarded ? _ ("%s: nothing was done, and the words were discarded as you asked.")
                   : _ ("%s: nothing was done. Your words are kept, and stand there when you open "
                        "this step again."),
      ask->number);

  dk_page_say (DK_PAGE (owner), GTK_MESSAGE_INFO, text);
}

/* -> Ask with the words kept for the step, and a line about them */
static gpointer
load_words (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  const Ask *ask = data;
  g_autoptr (GPtrArray) list
      = dk_ticket_store_kept_words (dk_kit_store (kit), ask->number, error);
  Ask *found;

  if (list == NULL)
    return NULL;
  found = copy_ask (ask, NULL);
  for (guint i = 0; i < list->len; i++) {
    const DkKeptWords *kept = list->pdata[i];
    g_autofree char *time = dk_time_format_short (kept->updated_ms, dk_clock_wall_ms ());
    if (!g_str_equal (kept->step, ask->step))
      continue;
    found->words = g_strdup (kept->words);
    found->line = g_strdup_printf (_ ("Typed by %s, %s; the step was not done."), kept->user, time);
  }
  return found;
}

static void
show_question (gpointer owner, gpointer result, const GError *error)
{
  Ask *ask = result;
  gsize i;

  if (dk_page_failed (DK_PAGE (owner), error))
    return;
  i = find_step (ask->step);
  dk_reason_dialog_ask (owner,
                        &(DkReasonQuestion) { .title = _ (steps[i].title),
                                              .what = _ (steps[i].what),
                                              .label = _ (steps[i].label),
                                              .button = _ (steps[i].button),
                                              .words = ask->words,
                                              .kept = ask->line },
                        &(DkReasonReplies) { .done = finish,
                                             .keep = keep_words,
                                             .left = tell_left,
                                             .data = ask,
                                             .data_free = free_ask });
}

void
dk_ticket_step_ask (DkPage *page, const char *number, const char *step, DkTicketStepDone done)
{
  const Ask ask = { .number = (char *) number, .step = step, .done = done };

  dk_kit_run (page, &(DkKitCall) { .work = load_words,
                                   .reply = show_question,
                                   .data = copy_ask (&ask, NULL),
                                   .data_free = free_ask,
                                   .result_free = free_ask });
}

void
dk_ticket_step_seal (DkPage *page)
{
  dk_reason_dialog_seal (GTK_WIDGET (page));
}

char *
dk_ticket_did_words (DkTicketDid did, gboolean final, const char *number)
{
  switch (did) {
  case DK_TICKET_DID_NOTE:
    return g_strdup_printf (_ ("%s: the line is in the log, with its time and your name."), number);
  case DK_TICKET_DID_RESOLVE:
    return g_strdup_printf (_ ("%s is resolved. Once nothing is missing, finalise it, so that it "
                               "can be handed over."),
                            number);
  case DK_TICKET_DID_AMEND:
    return g_strdup_printf (_ ("%s: stored with its time and your name."), number);
  case DK_TICKET_DID_VOID:
    return g_strdup_printf (_ ("%s is void. Its number, its words and its log stay on the "
                               "account."),
                            number);
  default:
    return g_strdup_printf (
        final ? _ ("%s is finalised and waits for hand-over. Tell the caller the "
                              "number.")
                         : _ ("%s is stored. Tell the caller the number. Once nothing is missing, "
                              "finalise it, so that it can be handed over."),
        number);
  }
}
