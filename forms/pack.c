/* SPDX-License-Identifier: MIT */
#include "forms/pack.h"

#define NUMBERS_A_ROW 4u

/* Words of the cover. */
typedef struct {
  const char *title;
  const char *title_of_unit;
  const char *unit;
  const char *meant_for;
  const char *hours_at;
  const char *hours;
  const char *issued;
  const char *bring_to;
  const char *desk;
  const char *desk_of;
  const char *what;
  const char *form;
  const char *sheets;
  const char *first;
  const char *last;
  const char *how;
  const char *steps[8]; /* NULL-terminated */
  const char *hands;
  const char *hands_head[4];
  const char *hands_rows[4];
  const char *numbers;
  const char *strike;
} CoverWords;

static const CoverWords english = {
  .title = "Print pack",
  .title_of_unit = "Print pack for %s",
  .unit = "For",
  .meant_for = "Meant for",
  .hours_at = "%u hours at %u an hour",
  .hours = "%u hours",
  .issued = "Issued",
  .bring_to = "Bring to",
  .desk = "the service desk",
  .desk_of = "the service desk, station %s",
  .what = "What is in it",
  .form = "Form",
  .sheets = "Forms",
  .first = "First number",
  .last = "Last number",
  .how = "How to use it",
  .steps = { "One form for each call or request. Write the time first, then what happened.",
             "Read the number at the top to the caller: they ask for their ticket by it.",
             "Room and bed only: no patient names, no dates of birth, no record numbers.",
             "Spoiled a form? Write VOID and why across it. Never throw it away: every number is "
             "accounted for, unused ones too.",
             "Do not copy a form: two sheets with one number cannot be told apart.",
             "Sign each form, so that somebody can ask you.",
             "Bring all forms back, used, unused and spoiled, with this sheet.", NULL },
  .hands = "Handed out and brought back",
  .hands_head = { "", "Name", "Date, time", "Forms" },
  .hands_rows = { "Handed out by", "Received by", "Brought back by", "Counted by" },
  .numbers = "Numbers of this pack",
  .strike = "Strike a number out when its form is back.",
};

static const CoverWords german = {
  .title = "Druckpaket",
  .title_of_unit = "Druckpaket für %s",
  .unit = "Für",
  .meant_for = "Gedacht für",
  .hours_at = "%u Stunden mit %u je Stunde",
  .hours = "%u Stunden",
  .issued = "Ausgegeben",
  .bring_to = "Zurück an",
  .desk = "den Service-Desk",
  .desk_of = "den Service-Desk, Platz %s",
  .what = "Inhalt",
  .form = "Formular",
  .sheets = "Formulare",
  .first = "Erste Nummer",
  .last = "Letzte Nummer",
  .how = "So wird es benutzt",
  .steps = { "Ein Formular je Anruf oder Auftrag. Zuerst die Uhrzeit, dann was geschehen ist.",
             "Die Nummer oben dem Anrufer vorlesen: damit fragt er nach seinem Ticket.",
             "Nur Zimmer und Bett: keine Patientennamen, Geburtsdaten oder Fallnummern.",
             "Verschrieben? UNGÜLTIG und den Grund quer darüber. Nie wegwerfen: über jede Nummer "
             "wird abgerechnet, auch über unbenutzte.",
             "Kein Formular kopieren: zwei Blätter mit einer Nummer sind nicht zu unterscheiden.",
             "Jedes Formular unterschreiben, damit jemand nachfragen kann.",
             "Alle Formulare zurückbringen, benutzte, leere und ungültige, mit diesem Blatt.",
             NULL },
  .hands = "Ausgabe und Rückgabe",
  .hands_head = { "", "Name", "Datum, Uhrzeit", "Formulare" },
  .hands_rows = { "Ausgegeben von", "Erhalten von", "Zurückgebracht von", "Gezählt von" },
  .numbers = "Nummern dieses Pakets",
  .strike = "Eine Nummer durchstreichen, wenn ihr Formular zurück ist.",
};

static const char *
language_of (const DkPaperPack *pack)
{
  return pack->language != NULL ? pack->language : "en";
}

static const CoverWords *
words_of (const DkPaperPack *pack)
{
  return g_str_has_prefix (language_of (pack), "de") ? &german : &english;
}

static void
add_heading (DkDocument *document, const char *text)
{
  dk_document_add_text (document, DK_BLOCK_HEADING, 2, text);
}

static void
add_row (DkDocument *document, gboolean is_head, const char *const *cells, guint count)
{
  DkBlock *block = dk_document_add_block (document, DK_BLOCK_TABLE_ROW, is_head ? 0 : 1);

  for (guint i = 0; i < count; i++)
    dk_block_add_span (block, cells[i] != NULL ? cells[i] : "", DK_SPAN_PLAIN, NULL, i);
}

/* "**For** 4 West": one line of facts. */
static void
add_fact (DkDocument *document, const char *name, const char *value)
{
  DkBlock *block = dk_document_add_block (document, DK_BLOCK_PARAGRAPH, 0);
  g_autofree char *text = g_strdup_printf (": %s", value);

  dk_block_add_span (block, name, DK_SPAN_STRONG, NULL, 0);
  dk_block_add_span (block, text, DK_SPAN_PLAIN, NULL, 0);
}

/* The format has its numbers in this order in every language. */
static char *
hours_text (const DkPaperPack *pack, const CoverWords *words)
{
  g_autofree char *hours = g_strdup_printf ("%u", pack->hours);
  g_autofree char *rate = g_strdup_printf ("%u", pack->rate);
  g_auto (GStrv) parts = g_strsplit (pack->rate > 0 ? words->hours_at : words->hours, "%u", 3);

  return g_strconcat (parts[0], hours, parts[1], pack->rate > 0 ? rate : NULL, parts[2], NULL);
}

static char *
desk_text (const DkPaperPack *pack, const CoverWords *words)
{
  g_auto (GStrv) parts = NULL;

  if (pack->bring_to != NULL)
    return g_strdup (pack->bring_to);
  if (pack->station == NULL)
    return g_strdup (words->desk);
  parts = g_strsplit (words->desk_of, "%s", 2);
  return g_strconcat (parts[0], pack->station, parts[1], NULL);
}

static void
add_facts (DkDocument *cover, const DkPaperPack *pack, const CoverWords *words)
{
  g_autofree char *desk = desk_text (pack, words);

  if (pack->unit != NULL)
    add_fact (cover, words->unit, pack->unit);
  if (pack->hours > 0) {
    g_autofree char *hours = hours_text (pack, words);
    add_fact (cover, words->meant_for, hours);
  }
  if (pack->issued != NULL)
    add_fact (cover, words->issued, pack->issued);
  add_fact (cover, words->bring_to, desk);
}

static void
add_contents (DkDocument *cover, const DkPaperPack *pack, const CoverWords *words)
{
  add_heading (cover, words->what);
  add_row (cover, TRUE,
           (const char *[]) { words->form, words->sheets, words->first, words->last }, 4);
  for (guint i = 0; i < pack->n_parts; i++) {
    const GPtrArray *numbers = pack->parts[i].numbers;
    g_autofree char *count = g_strdup_printf ("%u", numbers->len);
    add_row (cover, FALSE,
             (const char *[]) { dk_form_title (pack->parts[i].form), count, numbers->pdata[0],
                                numbers->pdata[numbers->len - 1] },
             4);
  }
}

static void
add_steps (DkDocument *cover, const CoverWords *words)
{
  add_heading (cover, words->how);
  for (guint i = 0; words->steps[i] != NULL; i++) {
    DkBlock *block = dk_document_add_block (cover, DK_BLOCK_ITEM, 1);
    block->marker = g_strdup_printf ("%u.", i + 1);
    dk_block_add_span (block, words->steps[i], DK_SPAN_PLAIN, NULL, 0);
  }
}

/* Lines to sign for the paper. */
static void
add_hands (DkDocument *cover, const CoverWords *words)
{
  add_heading (cover, words->hands);
  add_row (cover, TRUE, words->hands_head, G_N_ELEMENTS (words->hands_head));
  for (guint i = 0; i < G_N_ELEMENTS (words->hands_rows); i++) {
    const char *const cells[] = { words->hands_rows[i], " ", " ", " " };
    add_row (cover, FALSE, cells, G_N_ELEMENTS (cells));
  }
}

static void
add_numbers (DkDocument *cover, const DkPaperPack *pack, const CoverWords *words)
{
  const char *cells[NUMBERS_A_ROW];
  guint used = 0;

  add_heading (cover, words->numbers);
  dk_document_add_text (cover, DK_BLOCK_PARAGRAPH, 0, words->strike);
  for (guint i = 0; i < NUMBERS_A_ROW; i++)
    cells[i] = "";
  for (guint p = 0; p < pack->n_parts; p++) {
    for (guint i = 0; i < pack->parts[p].numbers->len; i++) {
      cells[used++] = pack->parts[p].numbers->pdata[i];
      if (used == NUMBERS_A_ROW) {
        add_row (cover, FALSE, cells, NUMBERS_A_ROW);
        used = 0;
      }
    }
  }
  for (guint i = used; i < NUMBERS_A_ROW; i++)
    cells[i] = "";
  if (used > 0)
    add_row (cover, FALSE, cells, NUMBERS_A_ROW);
}

/* "Print pack for 4 West". New string. */
static char *
make_title (const DkPaperPack *pack)
{
  const CoverWords *words = words_of (pack);
  g_auto (GStrv) parts = g_strsplit (words->title_of_unit, "%s", 2);

  return pack->unit != NULL ? g_strconcat (parts[0], pack->unit, parts[1], NULL)
                            : g_strdup (words->title);
}

DkDocument *
dk_paper_pack_cover (const DkPaperPack *pack)
{
  const CoverWords *words = words_of (pack);
  DkDocument *cover = dk_document_new ();

  add_facts (cover, pack, words);
  add_contents (cover, pack, words);
  add_steps (cover, words);
  add_hands (cover, words);
  add_numbers (cover, pack, words);
  return cover;
}

void
dk_paper_add_part (DkPaper *paper, const DkPackPart *part)
{
  if (dk_form_paper_lines (part->form) > 0) {
    dk_paper_add_lines (paper, part->form, part->numbers);
    return;
  }
  for (guint i = 0; i < part->numbers->len; i++)
    dk_paper_add_form (paper, part->form, NULL, part->numbers->pdata[i]);
}

void
dk_paper_add_pack (DkPaper *paper, const DkPaperPack *pack)
{
  g_autoptr (DkDocument) cover = dk_paper_pack_cover (pack);
  g_autofree char *title = make_title (pack);

  dk_paper_add_document (paper, title, language_of (pack), cover);
  for (guint i = 0; i < pack->n_parts; i++)
    dk_paper_add_part (paper, &pack->parts[i]);
}
