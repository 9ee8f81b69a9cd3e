/* SPDX-License-Identifier: MIT */
#include "tests/forms/paper-support.h"

#include <string.h>

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
