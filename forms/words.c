/* SPDX-License-Identifier: MIT */
#include "forms/words-private.h"

static const DkPaperWords english = {
  .yes = "Yes",
  .no = "No",
  .page = "page",
  .of = "of",
  .continued = "continued",
  .specimen = "SPECIMEN",
  .specimen_hint = "Without a number: do not fill in. The shift lead has numbered paper.",
  .safety = "PATIENT SAFETY",
  .form = "Form",
  .version = "version",
  .station = "Station",
  .ledger = "ledger",
  .privacy = "Not a patient record: room and bed only, no patient names.",
  .privacy_hint = "Room and bed only, no patient names",
  .required = "* must be filled in",
  .priority = "Priority",
  .state = "State",
  .recorded = "Recorded",
  .by = "by",
  .not_asked = "not asked",
  .log = "Log",
  .when = "Time",
  .who = "Who",
  .what = "What was done or said",
  .amended = "Amended",
  .reason = "Reason",
  .voided = "Void",
  .emptied = "(emptied)",
  .erased = "(these words were erased)",
};

static const DkPaperWords german = {
  .yes = "Ja",
  .no = "Nein",
  .page = "Seite",
  .of = "von",
  .continued = "Fortsetzung",
  .specimen = "MUSTER",
  .specimen_hint = "Ohne Nummer: nicht ausfüllen. Nummerierte Blätter hat die Schichtleitung.",
  .safety = "PATIENTENSICHERHEIT",
  .form = "Formular",
  .version = "Version",
  .station = "Platz",
  .ledger = "Journal",
  .privacy = "Keine Patientenakte: nur Zimmer und Bett, keine Patientennamen.",
  .privacy_hint = "Nur Zimmer und Bett, keine Patientennamen",
  .required = "* muss ausgefüllt sein",
  .priority = "Priorität",
  .state = "Stand",
  .recorded = "Aufgenommen",
  .by = "von",
  .not_asked = "nicht gefragt",
  .log = "Verlauf",
  .when = "Zeit",
  .who = "Wer",
  .what = "Was getan oder gesagt wurde",
  .amended = "Berichtigt",
  .reason = "Grund",
  .voided = "Ungültig",
  .emptied = "(geleert)",
  .erased = "(diese Worte wurden gelöscht)",
};

const DkPaperWords *
dk_paper_words (const char *language)
{
  return g_str_has_prefix (language, "de") ? &german : &english;
}

char *
dk_paper_words_page (const DkPaperWords *words, guint page, guint count)
{
  return g_strdup_printf ("%s %u %s %u", words->page, page, words->of, count);
}
