/* SPDX-License-Identifier: MIT */
/* What each finding is called, and what it means to the person who reads it: what happened, what
 * is not in doubt, what to do. The names are read by programs: add, never rename. */
#include "app/store/ledger-check-private.h"

#define PROBLEMS_MAX 1000
#define BEFORE "What stands before this place is not in doubt. "

typedef struct {
  const char *kind;
  const char *name;
  const char *words;
} Words;

static const Words table[] = {
  [DK_FINDING_FORK]
  = { "fork", "fork",
      "Two different entries have this sequence number: this kit was copied and both copies were "
      "used, or one of them is forged. Both are kept. " BEFORE
      "Find the other copy and compare both with what was printed or exported." },
  [DK_FINDING_GOES_ON]
  = { "fork", "goes-on",
      "This chain goes on behind the place where a later chain took over: two copies of this kit "
      "were at work. Both are kept. Find the other copy and see which tickets it has." },
  [DK_FINDING_TWO_BEGINNINGS]
  = { "fork", "two-beginnings",
      "A second chain says that this kit was made with it. A kit is made once: one of the two is "
      "forged. Compare the device key that each names with the one in your records." },
  [DK_FINDING_MISSING] = { "gap", "missing",
                           "Entries before this one are missing. " BEFORE
                           "Look for them in a backup or an earlier export." },
  [DK_FINDING_BEFORE_MISSING]
  = { "gap", "chain-before-missing",
      "The chain that went before this one is missing as a whole. The entries of this chain are "
      "not in doubt by that. Look for it in a backup or an earlier export." },
  [DK_FINDING_BEFORE_REPLACED]
  = { "gap", "chain-before-replaced",
      "The chain that went before this one does not have the entry that this one goes on from: "
      "its end was cut off or it was replaced. Compare it with a backup or an earlier export." },
  [DK_FINDING_BEFORE_UNNAMED]
  = { "gap", "chain-before-unnamed",
      "The first entry of this chain does not say which chain went before it, so a whole chain may "
      "be missing. Compare with a backup or an earlier export." },
  [DK_FINDING_UNREADABLE]
  = { "line", "unreadable",
      "The line of this entry cannot be read: it is not what this program writes. " BEFORE
      "Look for the line in a backup or an earlier export." },
  [DK_FINDING_ROW_DIFFERS]
  = { "line", "row-differs",
      "The row of this entry does not say what its line says. The line counts and is kept; lists "
      "may show the wrong kind or ticket until the kit is repaired." },
  [DK_FINDING_SPLICED]
  = { "line", "spliced",
      "This line belongs to another chain, station or kit: a piece of another ledger was put in "
      "here. " BEFORE "Look for the right line in a backup or an earlier export." },
  [DK_FINDING_REPLAYED]
  = { "line", "replayed",
      "This is an earlier entry once more: an old line was put in again. " BEFORE
      "The entry itself is in its own place; this copy counts for nothing." },
  [DK_FINDING_MOVED]
  = { "line", "moved",
      "This line does not stand in its place: entries were put in another order. " BEFORE
      "Compare the order with a backup or an earlier export." },
  [DK_FINDING_LINE_CHANGED] = { "hash", "line-changed",
                                "The line of this entry was changed after it was written. " BEFORE
                                "Look for the line in a backup or an earlier export." },
  [DK_FINDING_BROKEN]
  = { "hash", "broken",
      "This entry does not follow from the one before it: one of the two was changed, taken out or "
      "put in. What stands before both is not in doubt. Compare both with a backup or an earlier "
      "export." },
  [DK_FINDING_WORDS_MISSING]
  = { "body", "words-missing",
      "The words of this entry are missing, and no entry says that they were erased. That there "
      "was such an entry, when and by whom is not in doubt. Look for the words in a backup." },
  [DK_FINDING_WORDS_CHANGED]
  = { "body", "words-changed",
      "The words of this entry were changed after it was written. That there was such an entry, "
      "when and by whom is not in doubt. Look for the words in a backup." },
  [DK_FINDING_WORDS_SWAPPED]
  = { "body", "words-swapped",
      "The words here belong to another entry: bodies were exchanged. Both entries themselves are "
      "not in doubt; read the words where they belong." },
  [DK_FINDING_WORDS_STRAY]
  = { "body", "words-stray",
      "There are words here that belong to no entry: the entry was taken out, or they were put in. "
      "They count for nothing." },
  [DK_FINDING_ERASED_UNTOLD]
  = { "body", "erased-untold",
      "The words of this entry were erased, and no entry about the same ticket says so. That there "
      "was such an entry is not in doubt. Ask who had the kit open then; look for the words in a "
      "backup." },
  [DK_FINDING_ERASURE_UNDONE]
  = { "body", "erasure-undone",
      "This entry says that words were erased, but they are still here, or were never there. "
      "Nothing is lost. If they had to go, have a lead erase them again." },
  [DK_FINDING_CHECKPOINT_MISSING]
  = { "checkpoint", "checkpoint-missing",
      "The checkpoint that was signed here is missing: somebody took it out, or the entries up to "
      "here were written by something else than this program. Compare with an earlier export." },
  [DK_FINDING_CHECKPOINT_OTHER]
  = { "checkpoint", "checkpoint-other",
      "A signed checkpoint names another entry than the one that stands here: the entry was "
      "replaced after it was signed, or the checkpoint is of another place or kit. Compare with "
      "an earlier export." },
  [DK_FINDING_TAIL_UNSIGNED]
  = { "checkpoint", "tail-unsigned",
      "More than 64 entries at the end of this chain were never signed, and this program signs "
      "each 64. What was signed is not in doubt; the rest may have been put in later." },
  [DK_FINDING_NOT_SIGNED]
  = { "signature", "not-signed",
      "The checkpoint here was not signed by this station's device key, or was changed afterwards. "
      "It proves nothing. Compare the entries up to here with an earlier export." },
  [DK_FINDING_OTHER_KEY]
  = { "signature", "other-key",
      "This chain was written with another device key than the one of this station, and no later "
      "chain vouches for it. Compare the key with the one in your records." },
  [DK_FINDING_PERSON]
  = { "signature", "person",
      "The person named here did not sign these words, or they were changed. That somebody had the "
      "kit open is not in doubt; ask the person." },
  [DK_FINDING_PERSON_UNKNOWN]
  = { "signature", "person-unknown",
      "This entry is signed with a slot that no administrator brought into the kit: the names in "
      "it prove nothing. That somebody had the kit open is not in doubt; ask those it names." },
  [DK_FINDING_PERSON_KEY]
  = { "signature", "person-key",
      "This entry is signed with another key than the one that the person's slot had then: it was "
      "not that person, or an administrator's entry is missing. That somebody had the kit open is "
      "not in doubt; ask the people it names." },
  [DK_FINDING_PERSON_NAME]
  = { "signature", "person-name",
      "This entry names one person and was signed by another. That somebody had the kit open is "
      "not in doubt; ask both." },
  [DK_FINDING_PERSON_RIGHT]
  = { "signature", "person-right",
      "This entry changes people or their keys, or whom the kit trusts, and no administrator of "
      "then signed it. It counts for nothing here. Compare with what stands: dkit user list, dkit "
      "trust list." },
  [DK_FINDING_PEOPLE_DIFFER]
  = { "signature", "people-differ",
      "The ledger states other people or keys than the signed list of who can open this kit: "
      "entries were forged or taken out, or a change of people was broken off, which the next "
      "unlock by an administrator mends. The list counts: dkit user list." },
  [DK_FINDING_TAIL_CUT]
  = { "tail", "cut-off",
      "A signed checkpoint names this entry, but it is missing: the end of the chain was cut off. "
      "What is left is not in doubt. Look for the rest in a backup or an earlier export." },
  [DK_FINDING_HEAD_BEYOND]
  = { "tail", "head-beyond",
      "The head that you gave is later than the last entry that is here: the end of the chain is "
      "missing. What is left is not in doubt. Look for the rest in a backup or an earlier "
      "export." },
  [DK_FINDING_HEAD_OF_OTHER_CHAIN]
  = { "tail", "head-of-other-chain",
      "The head that you gave is of a chain that is not here: it was printed by another kit, or a "
      "whole chain is missing. Read it again; see which station printed it." },
  [DK_FINDING_HEAD_OTHER_LINE]
  = { "tail", "head-other-line",
      "Another entry stands where the head that you gave was printed: the chain was rewritten from "
      "there or from before, or the head was read wrongly. Read it again; compare with a backup." },
  [DK_FINDING_CHAIN_EMPTY]
  = { "tail", "chain-empty",
      "The chain that this kit writes to has no entries: they were removed. Look for them in a "
      "backup or an earlier export." },
  [DK_FINDING_CLOCK]
  = { "time", "clock",
      "The time since the PC was started runs backwards at this entry: it was put in later, or the "
      "PC's clock is broken. The order of the entries is not in doubt by that alone." },
};

static void
problem_free (gpointer data)
{
  DkLedgerProblem *problem = data;

  g_free (problem->chain);
  g_free (problem->message);
  g_free (problem);
}

DkLedgerReport *
dk_ledger_report_new (void)
{
  DkLedgerReport *report = g_new0 (DkLedgerReport, 1);

  report->stations = g_ptr_array_new_with_free_func (g_free);
  report->problems = g_ptr_array_new_with_free_func (problem_free);
  return report;
}

void
dk_ledger_report_free (DkLedgerReport *report)
{
  if (report == NULL)
    return;
  g_ptr_array_unref (report->stations);
  g_ptr_array_unref (report->problems);
  g_free (report);
}

void
dk_ledger_report_add (DkLedgerReport *report, DkFinding finding, const char *chain, gint64 seq,
                      const char *detail)
{
  const Words *words = &table[finding];
  DkLedgerProblem *problem;

  report->found++;
  if (report->problems->len >= PROBLEMS_MAX)
    return;
  problem = g_new0 (DkLedgerProblem, 1);
  problem->kind = words->kind;
  problem->finding = words->name;
  problem->chain = g_strdup (chain != NULL ? chain : "");
  problem->seq = seq;
  problem->message = detail != NULL ? g_strdup_printf ("%s (%s)", words->words, detail)
                                    : g_strdup (words->words);
  g_ptr_array_add (report->problems, problem);
}
