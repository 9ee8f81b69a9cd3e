/* SPDX-License-Identifier: MIT */
/* Numbered paper: one form, or a pack of several with a sheet on top. */
#include <string.h>

#include "app/base/file.h"
#include "app/base/text.h"
#include "app/cli/paper-margins.h"
#include "app/model/number.h"
#include "app/store/content-store.h"
#include "app/store/paper-store.h"
#include "app/store/ticket-store.h"
#include "forms/pack.h"

#define ROOM_TO_SPARE (64u << 10)
#define HOURS_MAX 1000
#define RATE_MAX 1000
#define FORMS_MAX 20

/* What is to be printed. */
typedef struct {
  DkPaperIssue issues[FORMS_MAX];
  DkForm *forms[FORMS_MAX]; /* owned */
  guint n;
  gint64 hours; /* 0 = not told */
  gint64 rate;
  const char *unit;
  gboolean has_cover;
} Order;

static void
order_clear (Order *order)
{
  for (guint i = 0; i < order->n; i++) {
    dk_paper_issue_clear (&order->issues[i]);
    dk_form_unref (order->forms[i]);
  }
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Order, order_clear)

/* "DT-A07-0001-X to DT-A07-0003-Z", or the one number. */
static char *
range_words (const GPtrArray *numbers)
{
  const char *first = g_ptr_array_index (numbers, 0);
  const char *last = g_ptr_array_index (numbers, numbers->len - 1);

  return numbers->len == 1 ? g_strdup (first) : g_strdup_printf ("%s to %s", first, last);
}

/* All ranges, so that none is forgotten when something goes wrong. */
static char *
all_ranges (const Order *order)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < order->n; i++) {
    g_autofree char *range = range_words (order->issues[i].numbers);
    g_string_append_printf (out, "%s%s", i > 0 ? ", " : "", range);
  }
  return g_string_free (out, FALSE);
}

static guint
count_numbers (const Order *order)
{
  guint count = 0;

  for (guint i = 0; i < order->n; i++)
    count += order->issues[i].numbers->len;
  return count;
}

static DkPaper *
draw (const Order *order, const DkCliMargins *margins)
{
  DkPaper *paper = dk_paper_new (&margins->facts);
  DkPackPart parts[FORMS_MAX];
  const char *language = dk_form_language (order->forms[0]);
  g_autofree char *issued
      = dk_paper_stamp (language, margins->facts.printed_ms, margins->facts.printed_by);
  const DkPaperPack pack = { .unit = order->unit,
                             .station = margins->facts.station,
                             .issued = issued,
                             .language = language,
                             .hours = (guint) order->hours,
                             .rate = (guint) order->rate,
                             .parts = parts,
                             .n_parts = order->n };

  for (guint i = 0; i < order->n; i++)
    parts[i] = (DkPackPart){ order->forms[i], order->issues[i].numbers };
  if (order->has_cover)
    dk_paper_add_pack (paper, &pack);
  for (guint i = 0; !order->has_cover && i < order->n; i++)
    dk_paper_add_part (paper, &parts[i]);
  return paper;
}

/* Bytes that such a file will have; the numbers in it are those that come next, so that it is as
 * long, and it is thrown away. */
static gboolean
measure (DkStore *store, Order *order, const DkCliMargins *margins, gsize *size, GError **error)
{
  g_autoptr (DkPaper) paper = NULL;
  g_autoptr (GBytes) pdf = NULL;
  guint64 counter = 0;

  if (!dk_ticket_store_counter (store, &counter, error))
    return FALSE;
  for (guint i = 0; i < order->n; i++) {
    GPtrArray *numbers = g_ptr_array_new_with_free_func (g_free);
    for (guint k = 0; k < order->issues[i].copies; k++)
      g_ptr_array_add (numbers, dk_number_format (margins->facts.station, ++counter, FALSE));
    order->issues[i].numbers = numbers;
  }
  paper = draw (order, margins);
  pdf = dk_paper_pdf (paper, error);
  for (guint i = 0; i < order->n; i++)
    dk_paper_issue_clear (&order->issues[i]);
  if (pdf == NULL)
    return FALSE;
  *size = g_bytes_get_size (pdf);
  return TRUE;
}

/* Numbers cannot be given back, so that the file is tried before they are issued: it is written in
 * its full length, without content, and taken away again when the real one comes. */
static gboolean
hold_place (const char *output, gsize size, GError **error)
{
  g_autofree char *nothing = g_malloc0 (size + ROOM_TO_SPARE);

  if (dk_file_exists (output)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%s exists already. No number was issued; choose another name, so that no "
                 "numbered form is lost.",
                 output);
    return FALSE;
  }
  if (!dk_file_replace (output, nothing, size + ROOM_TO_SPARE, DK_FILE_DURABLE, error)) {
    g_prefix_error (error, "No number was issued. ");
    return FALSE;
  }
  return TRUE;
}

static gboolean
draw_issued (const Order *order, const DkCliMargins *margins, const char *output, guint *pages,
             GError **error)
{
  g_autoptr (DkPaper) paper = draw (order, margins);
  g_autofree char *ranges = NULL;

  *pages = dk_paper_page_count (paper);
  if (dk_file_remove (output, error) && dk_cli_write_paper (paper, output, DK_OUTPUT_NEW, error))
    return TRUE;
  ranges = all_ranges (order);
  g_prefix_error (error,
                  count_numbers (order) == 1
                      ? "%s is issued, but not on paper: void it with a reason. "
                      : "%s are issued, but not on paper: void them with a reason. ",
                  ranges);
  return FALSE;
}

static json_t *
numbers_json (const Order *order)
{
  json_t *list = json_array ();

  for (guint i = 0; i < order->n; i++)
    for (guint k = 0; k < order->issues[i].numbers->len; k++)
      json_array_append_new (
          list, dk_json_string (g_ptr_array_index (order->issues[i].numbers, k)));
  return list;
}

static json_t *
forms_json (const Order *order)
{
  json_t *list = json_array ();

  for (guint i = 0; i < order->n; i++) {
    const GPtrArray *numbers = order->issues[i].numbers;
    json_array_append_new (
        list, json_pack ("{s:s, s:i, s:s, s:s}", "form", dk_form_id (order->forms[i]), "copies",
                         (int) numbers->len, "first", g_ptr_array_index (numbers, 0), "last",
                         g_ptr_array_index (numbers, numbers->len - 1)));
  }
  return list;
}

static void
say_issued (DkCli *cli, const Order *order, const char *output, guint pages)
{
  g_autofree char *forms_text = dk_cli_count_words (count_numbers (order), "form");
  g_autofree char *pages_text = dk_cli_count_words (pages, "page");
  g_autofree char *ranges = all_ranges (order);

  dk_cli_say (cli, "%s: %s on %s, %s", output, forms_text, pages_text, ranges);
}

/* Tries the file, issues the numbers, draws. */
static gboolean
issue (DkCli *cli, const DkArgs *args, Order *order, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  const char *output = dk_cli_output (args, DK_OUTPUT_NEW, error);
  g_auto (DkCliMargins) margins = { 0 };
  guint pages = 0;
  gsize size = 0;

  if (output == NULL || !dk_cli_fill_margins (cli, args, &margins, error))
    return FALSE;
  for (guint i = 0; i < order->n; i++)
    dk_cli_margins_add_form (cli, &margins, order->forms[i]);
  if (!measure (store, order, &margins, &size, error) || !hold_place (output, size, error))
    return FALSE;
  if (!dk_paper_store_issue (store, order->issues, order->n, order->unit, error)) {
    if (!dk_file_remove (output, NULL))
      g_debug ("a file without content stays behind");
    return FALSE;
  }
  if (!draw_issued (order, &margins, output, &pages, error))
    return FALSE;
  say_issued (cli, order, output, pages);
  dk_cli_take_document (
      cli, json_pack ("{s:s, s:i, s:o, s:o, s:o, s:s}", "file", output, "pages", (int) pages,
                      "numbers", numbers_json (order), "forms", forms_json (order), "unit",
                      dk_json_string (order->unit), "head", margins.head));
  return TRUE;
}

static gboolean
add_form (DkStore *store, Order *order, const char *id, const char *language, gint64 copies,
          GError **error)
{
  gint64 total = copies;
  DkForm *form;

  if (order->n == FORMS_MAX)
    return dk_cli_usage (error, "A pack has at most %d forms. No number was issued.", FORMS_MAX);
  for (guint i = 0; i < order->n; i++)
    total += order->issues[i].copies;
  if (copies < 1 || total > DK_PAPER_COPIES_MAX)
    return dk_cli_usage (error, "Between 1 and %d copies can be issued at once. No number was "
                                "issued; make several packs.",
                         DK_PAPER_COPIES_MAX);
  form = dk_content_store_form_in (store, id, language, error);
  if (form == NULL)
    return FALSE;
  order->forms[order->n] = form;
  order->issues[order->n] = (DkPaperIssue){ .form = form, .copies = (guint) copies };
  order->n++;
  return TRUE;
}

/* --hours and --rate, both or none. */
static gboolean
read_span (const DkArgs *args, Order *order, GError **error)
{
  if (!dk_args_get_int (args, "hours", 1, HOURS_MAX, &order->hours, error)
      || !dk_args_get_int (args, "rate", 1, RATE_MAX, &order->rate, error))
    return FALSE;
  if ((order->hours > 0) != (order->rate > 0))
    return dk_cli_usage (error, "--hours and --rate belong together: paper for so many hours at so "
                                "many tickets an hour. No number was issued.");
  return TRUE;
}

gboolean
dk_cli_paper_issue (DkCli *cli, const DkArgs *args, GError **error)
{
  g_auto (Order) order = { .unit = dk_args_get (args, "unit") };
  gint64 copies = 0;

  if (!read_span (args, &order, error)
      || !dk_args_get_int (args, "copies", 1, DK_PAPER_COPIES_MAX, &copies, error))
    return FALSE;
  if ((copies > 0) == (order.hours > 0))
    return dk_cli_usage (error, "Say how many: --copies N, or --hours H --rate R for so many hours "
                                "at so many tickets an hour. No number was issued.");
  return add_form (dk_cli_store (cli), &order, dk_args_word (args, 0),
                   dk_args_get (args, "language"), copies > 0 ? copies : order.hours * order.rate,
                   error)
         && issue (cli, args, &order, error);
}

/* FORM, or FORM:COPIES. */
static gboolean
add_wish (DkStore *store, Order *order, const char *wish, const char *language, GError **error)
{
  const char *colon = strchr (wish, ':');
  g_autofree char *id = colon != NULL ? g_strndup (wish, (gsize) (colon - wish)) : g_strdup (wish);
  guint64 copies = (guint64) (order->hours * order->rate);

  if (colon != NULL
      && !g_ascii_string_to_unsigned (colon + 1, 10, 1, DK_PAPER_COPIES_MAX, &copies, NULL))
    return dk_cli_usage (error, "--form takes FORM or FORM:COPIES with 1 to %d copies. No number "
                                "was issued.",
                         DK_PAPER_COPIES_MAX);
  return add_form (store, order, id, language, (gint64) copies, error);
}

gboolean
dk_cli_paper_pack (DkCli *cli, const DkArgs *args, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  const DkReadinessPolicy *policy = &dk_store_policy (store)->readiness;
  const char *const *wishes = dk_args_all (args, "form");
  const char *language = dk_args_get (args, "language");
  g_auto (Order) order = { .has_cover = TRUE };
  g_autofree char *unit = NULL;

  order.unit = dk_args_need (args, "unit", error);
  if (order.unit == NULL || !read_span (args, &order, error))
    return FALSE;
  unit = dk_text_clean_line (order.unit);
  if (*unit == '\0')
    return dk_cli_usage (error, "--unit has no letters: a pack is for one unit. No number was "
                                "issued.");
  if (order.hours == 0) {
    order.hours = policy->paper_hours;
    order.rate = policy->tickets_per_hour;
  }
  for (gsize i = 0; wishes[i] != NULL; i++)
    if (!add_wish (store, &order, wishes[i], language, error))
      return FALSE;
  if (order.n == 0
      && !add_form (store, &order, DK_FORM_TICKET, language, order.hours * order.rate, error))
    return FALSE;
  return issue (cli, args, &order, error);
}
