/* SPDX-License-Identifier: MIT */
#include "forms/words-private.h"

#include "app/base/clock.h"
#include "forms/paper.h"

#define MS_PER_S 1000

static const DkPaperWords english = {
  .yes = "Yes",
  .no = "No",
  .page = "page",
  .of = "of",
  .continued = "continued",
  .for_downtime = "DOWNTIME FORM",
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
  .states = { [DK_TICKET_DRAFT] = "draft",
              [DK_TICKET_OPEN] = "open",
              [DK_TICKET_RESOLVED] = "resolved",
              [DK_TICKET_CLOSED] = "closed",
              [DK_TICKET_VOID] = "void" },
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
  .only_if = "only if",
  .unless = "unless",
  .if_it_applies = "if it applies",
  .row = "row",
  .rows = "rows",
  .printed = "printed",
  .written_by = "Written by",
  .keyed_in = "keyed in",
};

static const char *const german_months[]
    = { "Jan.", "Feb.", "März",  "Apr.", "Mai",  "Juni",
        "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez." };

static const DkPaperWords german = {
  .yes = "Ja",
  .no = "Nein",
  .page = "Seite",
  .of = "von",
  .continued = "Fortsetzung",
  .for_downtime = "AUSFALLFORMULAR",
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
  .states = { [DK_TICKET_DRAFT] = "Entwurf",
              [DK_TICKET_OPEN] = "offen",
              [DK_TICKET_RESOLVED] = "gelöst",
              [DK_TICKET_CLOSED] = "geschlossen",
              [DK_TICKET_VOID] = "ungültig" },
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
  .only_if = "nur bei",
  .unless = "außer bei",
  .if_it_applies = "falls zutreffend",
  .row = "Zeile",
  .rows = "Zeilen",
  .printed = "gedruckt",
  .written_by = "Geschrieben von",
  .keyed_in = "erfasst",
  .months = german_months,
};

const DkPaperWords *
dk_paper_words (const char *language)
{
  return g_str_has_prefix (language, "de") ? &german : &english;
}

const char *
dk_paper_words_state (const DkPaperWords *words, DkTicketState state)
{
  g_return_val_if_fail (state < DK_PAPER_STATES, "");
  return words->states[state];
}

static char *
format_day (const DkPaperWords *words, GDateTime *at, gboolean with_year)
{
  const char *month = words->months[g_date_time_get_month (at) - 1];
  return with_year ? g_strdup_printf ("%d. %s %d", g_date_time_get_day_of_month (at), month,
                                      g_date_time_get_year (at))
                   : g_strdup_printf ("%d. %s", g_date_time_get_day_of_month (at), month);
}

char *
dk_paper_words_time (const DkPaperWords *words, gint64 wall_ms, gint64 now_ms)
{
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_local (wall_ms / MS_PER_S);
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_local (now_ms / MS_PER_S);
  if (words->months == NULL || at == NULL || now == NULL) {
    return dk_time_format_short (wall_ms, now_ms);
  }
  gboolean with_year = g_date_time_get_year (at) != g_date_time_get_year (now);
  g_autofree char *clock = g_date_time_format (at, "%H:%M");
  if (!with_year && g_date_time_get_day_of_year (at) == g_date_time_get_day_of_year (now)) {
    return g_steal_pointer (&clock);
  }
  g_autofree char *day = format_day (words, at, with_year);
  return g_strdup_printf ("%s %s", day, clock);
}

char *
dk_paper_words_date (const DkPaperWords *words, const char *date)
{
  g_autofree char *noon = g_strdup_printf ("%sT12:00:00Z", date);
  g_autoptr (GDateTime) at
      = words->months != NULL ? g_date_time_new_from_iso8601 (noon, NULL) : NULL;
  return at != NULL ? format_day (words, at, TRUE) : g_strdup (date);
}

char *
dk_paper_stamp (const char *language, gint64 wall_ms, const char *user)
{
  const DkPaperWords *words = dk_paper_words (language != NULL ? language : "en");
  g_autofree char *at = words->months != NULL ? dk_paper_words_time (words, wall_ms, 0)
                                              : dk_time_format_minute (wall_ms);
  return g_strdup_printf ("%s %s %s", at, words->by, user);
}

char *
dk_paper_words_page (const DkPaperWords *words, guint page, guint count)
{
  return g_strdup_printf ("%s %u %s %u", words->page, page, words->of, count);
}
