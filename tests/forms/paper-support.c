/* SPDX-License-Identifier: MIT */
#include "tests/forms/paper-support.h"

#include <string.h>

#include "forms/font-private.h"
#include "forms/paper-private.h"

#include "tests/support/support.h"

#define RUN_TIMEOUT_S 60

DkPaperFacts
paper_facts (DkPaperSize size, const char *mode)
{
  DkPaperFacts facts = { .size = size,
                         .mode = mode,
                         .organisation = "County Hospital",
                         .station = "A07",
                         .printed = "printed 22 Nov 2026 09:14 by operator",
                         .ledger_head = "0f3a9c21:1042:9d41aa0173cc5e02" };
  return facts;
}

DkPaper *
paper_draw (const DkForm *form, const DkTicket *ticket, DkPaperSize size)
{
  DkPaperFacts facts = paper_facts (size, "DOWNTIME");
  DkPaper *paper = dk_paper_new (&facts);

  dk_paper_add_form (paper, form, ticket, PAPER_NUMBER);
  return paper;
}

DkTicket *
paper_ticket (void)
{
  DkTicket *ticket = dk_ticket_new ();
  ticket->number = g_strdup (PAPER_NUMBER);
  ticket->state = DK_TICKET_OPEN;
  ticket->impact = 2;
  ticket->urgency = 1;
  ticket->priority = 2;
  ticket->safety = TRUE;
  ticket->safety_known = TRUE;
  ticket->summary = g_strdup ("Cabinet does not open");
  ticket->details = g_strdup ("The screen says \"Server not available\".\nTried twice.");
  ticket->caller = g_strdup ("Nguyễn Văn Đức");
  ticket->callback = g_strdup ("ext. 53220");
  ticket->location = g_strdup ("4 West, room 412, bed 2");
  ticket->device = g_strdup ("PYX-4W-02");
  ticket->service = g_strdup ("Шкафы Ελλάδα");
  ticket->group = g_strdup ("Pharmacy systems");
  ticket->resolution = g_strdup ("Cable put back at 09:40");
  ticket->happened_ms = G_GINT64_CONSTANT (1795338840000);
  ticket->recorded_ms = G_GINT64_CONSTANT (1795338960000);
  ticket->user = g_strdup ("operator");
  if (ticket->answers == NULL) {
    ticket->answers = json_object ();
  }
  json_object_set_new (ticket->answers, "safety_risk", json_string ("Doses for six beds"));
  json_object_set_new (ticket->answers, "workaround", json_string ("Use the cabinet of 3 West"));
  json_object_set_new (ticket->answers, "escalated", json_string ("Pharmacist, 09:20, phone"));
  return ticket;
}

static json_t *
make_text (const DkField *field, guint words)
{
  g_autoptr (GString) text = g_string_new ("Šárka Nguyễn");
  gboolean is_long = g_strcmp0 (field->appearance, "multiline") == 0;
  for (guint i = 0; i < words * (is_long ? 4 : 1); i++) {
    g_string_append_printf (text, " word%u", i);
  }
  if (field->paper == DK_PAPER_COMB) {
    g_string_assign (text, "WS004217");
  }
  return json_string (text->str);
}

static json_t *
make_choice (const DkField *field, guint i)
{
  const DkChoice *choice
      = g_ptr_array_index (field->choices, MIN (i, field->choices->len - 1));
  return json_string (choice->name);
}

static json_t *
make_value (const DkField *field, guint words)
{
  switch (field->type) {
  case DK_FIELD_INTEGER:
    return json_integer (42);
  case DK_FIELD_DECIMAL:
    return json_string ("12.5");
  case DK_FIELD_DATE:
    return json_string ("2026-11-22");
  case DK_FIELD_TIME:
    return json_string ("09:14");
  case DK_FIELD_DATE_TIME:
    return json_string ("2026-11-22T09:14:00+00:00");
  case DK_FIELD_SELECT_ONE:
    return make_choice (field, 0);
  case DK_FIELD_SELECT_MULTIPLE:
    return json_pack ("[oo]", make_choice (field, 0), make_choice (field, 1));
  case DK_FIELD_BOOLEAN:
  case DK_FIELD_ACKNOWLEDGE:
    return json_true ();
  case DK_FIELD_FILE:
    return json_pack ("{sssssiss}", "name", "photo of the screen.png", "type", "image/png", "size",
                      123456, "sha256",
                      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
  default:
    return make_text (field, words);
  }
}

static gboolean
has_answer (const DkField *field)
{
  return field->type != DK_FIELD_NOTE && field->type != DK_FIELD_GROUP_BEGIN
         && field->type != DK_FIELD_GROUP_END && field->type != DK_FIELD_REPEAT_BEGIN
         && field->type != DK_FIELD_REPEAT_END;
}

static json_t *
make_rows (const DkForm *form, const DkField *repeat, guint rows, guint words)
{
  json_t *array = json_array ();
  for (guint i = 0; i < rows; i++) {
    json_t *row = json_object ();
    for (guint k = repeat->index + 1; k < dk_form_field_count (form); k++) {
      const DkField *field = dk_form_field (form, k);
      if (field->repeat == repeat && has_answer (field)) {
        json_object_set_new (row, field->name, make_value (field, words));
      }
    }
    json_array_append_new (array, row);
  }
  return array;
}

DkTicket *
paper_ticket_for (const DkForm *form, guint rows, guint words)
{
  g_autoptr (DkTicket) base = paper_ticket ();
  DkTicket *ticket = dk_ticket_new ();
  ticket->number = g_strdup (base->number);
  ticket->state = DK_TICKET_OPEN;
  ticket->priority = 2;
  ticket->safety = ticket->safety_known = TRUE;
  ticket->happened_ms = base->happened_ms;
  ticket->recorded_ms = base->recorded_ms;
  ticket->user = g_strdup ("operator");
  ticket->summary = g_strdup ("Cabinet does not open");
  ticket->caller = g_strdup ("Šárka Nguyễn");
  g_clear_pointer (&ticket->answers, json_decref);
  ticket->answers = json_object ();
  for (guint i = 0; i < dk_form_field_count (form); i++) {
    const DkField *field = dk_form_field (form, i);
    if (field->name == NULL || field->repeat != NULL || dk_ticket_is_column (field->name)) {
      continue;
    }
    json_t *value = field->type == DK_FIELD_REPEAT_BEGIN ? make_rows (form, field, rows, words)
                    : has_answer (field)                 ? make_value (field, words)
                                                         : NULL;
    if (value != NULL) {
      json_object_set_new (ticket->answers, field->name, value);
    }
  }
  return ticket;
}

DkForm *
paper_form (const char *definition)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strdelimit (g_strdup (definition), "'", '"');
  DkForm *form = dk_form_parse (text, strlen (text), "en", &error);
  g_assert_no_error (error);
  return form;
}

#define SIZE_MIN 8.0
#define EDGE 18.0 /* printers do not reach closer */
#define SLACK 1.0

typedef struct {
  double left, top, right, bottom;
  const char *text;
} Box;

static gboolean
find_box (const DkOp *op, Box *box)
{
  if (op->kind == DK_OP_TEXT) {
    double width = dk_font_width (op->weight, op->size, op->text);
    *box = (Box){ op->x, op->y - op->size * 0.72, op->x + width, op->y + op->size * 0.2, op->text };
    return TRUE;
  }
  *box = (Box){ op->x, op->y, op->x + op->w, op->y + op->h, "(image)" };
  return op->kind == DK_OP_IMAGE;
}

static gboolean
lies_over (const Box *a, const Box *b)
{
  return a->left + SLACK < b->right && b->left + SLACK < a->right && a->top + SLACK < b->bottom
         && b->top + SLACK < a->bottom;
}

static void
walk_page (const DkPage *page, guint number, GString *wrong)
{
  g_autoptr (GArray) boxes = g_array_new (FALSE, FALSE, sizeof (Box));
  for (guint i = 0; i < page->ops->len; i++) {
    const DkOp *op = &g_array_index (page->ops, DkOp, i);
    Box box;
    if (!find_box (op, &box)) {
      continue;
    }
    if (op->kind == DK_OP_TEXT && op->size < SIZE_MIN) {
      g_string_append_printf (wrong, "page %u: %.1f points: %s\n", number, op->size, op->text);
    }
    if (box.left < EDGE || box.top < EDGE || box.right > page->width - EDGE
        || box.bottom > page->height - EDGE) {
      g_string_append_printf (wrong, "page %u: outside: %s\n", number, box.text);
    }
    for (guint k = 0; k < boxes->len; k++) {
      const Box *other = &g_array_index (boxes, Box, k);
      if (lies_over (&box, other)) {
        g_string_append_printf (wrong, "page %u: \"%s\" over \"%s\"\n", number, box.text,
                                other->text);
      }
    }
    g_array_append_val (boxes, box);
  }
}

char *
paper_walk (const DkPaper *paper)
{
  GString *wrong = g_string_new (NULL);
  const GPtrArray *pages = dk_paper_pages (paper);
  for (guint i = 0; i < pages->len; i++) {
    walk_page (g_ptr_array_index (pages, i), i + 1, wrong);
  }
  return g_string_free (wrong, FALSE);
}

char *
paper_save (const DkPaper *paper, const char *folder)
{
  static guint count;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) pdf = dk_paper_pdf (paper, &error);
  g_assert_no_error (error);
  g_autofree char *name = g_strdup_printf ("paper-%u.pdf", count++);
  char *path = g_build_filename (folder, name, NULL);
  gsize size = 0;
  const char *bytes = g_bytes_get_data (pdf, &size);
  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
  return path;
}

char *
paper_run (const char *const *argv)
{
  g_autoptr (DkTestOutput) output = dk_test_spawn (argv, NULL, RUN_TIMEOUT_S);
  if (output->exit_code != 0) {
    g_error ("%s ended with %d: %s", argv[0], output->exit_code, output->err);
  }
  return g_steal_pointer (&output->out);
}

char *
paper_text (const char *path)
{
  const char *const argv[] = { "pdftotext", "-layout", path, "-", NULL };
  return paper_run (argv);
}

char *
paper_codes (const char *path)
{
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *stem = g_build_filename (folder, "page", NULL);
  const char *const draw[] = { "pdftoppm", "-r", "150", "-gray", path, stem, NULL };
  g_free (paper_run (draw));
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name = NULL;
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_ptr_array_add (names, g_build_filename (folder, name, NULL));
  }
  g_ptr_array_sort (names, (GCompareFunc) (gpointer) g_strcmp0);
  GString *codes = g_string_new (NULL);
  for (guint i = 0; i < names->len; i++) {
    const char *const argv[] = { "zbarimg", "-q", "--nodbus", g_ptr_array_index (names, i), NULL };
    g_autoptr (DkTestOutput) output = dk_test_spawn (argv, NULL, RUN_TIMEOUT_S);
    g_string_append (codes, output->out);
  }
  return g_string_free (codes, FALSE);
}

gboolean
paper_lacks_tool (void)
{
  static const char *const names[]
      = { "qpdf", "pdftotext", "pdftoppm", "pdffonts", "pdfinfo", "pdfimages", "zbarimg" };
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *found = g_find_program_in_path (names[i]);
    if (found == NULL) {
      g_print ("1..0 # SKIP %s is not installed\n", names[i]);
      return TRUE;
    }
  }
  return FALSE;
}
