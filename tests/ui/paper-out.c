/* SPDX-License-Identifier: MIT */
/* Goal: each job that leaves is the one whose entry was written, however many are begun meanwhile.
 * Method: two lists are sent to the printer before the entry of the first is answered; the ledger,
 * the kit's thread and the printer are played by functions put in their place by the linker. */
#include "ui/paper-out.h"

#include "app/store/ledger.h"
#include "tests/support/support.h"
#include "ui/page.h"
#include "ui/printer.h"

GtkWidget *__wrap_gtk_widget_get_ancestor (GtkWidget *widget, GType type);
void __wrap_dk_kit_run (gpointer owner, const DkKitCall *call);
DkStore *__wrap_dk_kit_store (DkKit *kit);
guint __wrap_dk_paper_page_count (const DkPaper *paper);
gboolean __wrap_dk_ledger_note (DkStore *store, const char *kind, const char *object,
                                const json_t *body, GError **error);
gboolean __wrap_dk_page_failed (DkPage *page, const GError *error);
void __wrap_dk_printer_print (GtkWidget *owner, const char *title, const char *media, GBytes *pdf,
                              DkPrinterDone done, gpointer data, GDestroyNotify data_free);

static GPtrArray *calls;   /* of DkKitCall */
static GPtrArray *printed; /* of titles */

GtkWidget *
__wrap_gtk_widget_get_ancestor (GtkWidget *widget, GType type)
{
  return NULL;
}

void
__wrap_dk_kit_run (gpointer owner, const DkKitCall *call)
{
  g_ptr_array_add (calls, g_memdup2 (call, sizeof *call));
}

DkStore *
__wrap_dk_kit_store (DkKit *kit)
{
  return NULL;
}

guint
__wrap_dk_paper_page_count (const DkPaper *paper)
{
  return 1;
}

gboolean
__wrap_dk_ledger_note (DkStore *store, const char *kind, const char *object, const json_t *body,
                       GError **error)
{
  return TRUE;
}

gboolean
__wrap_dk_page_failed (DkPage *page, const GError *error)
{
  return error != NULL;
}

void
__wrap_dk_printer_print (GtkWidget *owner, const char *title, const char *media, GBytes *pdf,
                         DkPrinterDone done, gpointer data, GDestroyNotify data_free)
{
  g_ptr_array_add (printed, g_strdup (title));
  data_free (data);
}

/* A list whose reason was given. */
static DkPaperJob *
new_job (const char *title)
{
  DkPaperJob *job = g_new0 (DkPaperJob, 1);

  g_atomic_ref_count_init (&job->refs);
  job->parts = g_ptr_array_new ();
  job->title = g_strdup (title);
  job->object = g_strdup (title);
  job->sensitive = g_strdup ("A list leaves the kit.");
  job->reason = g_strdup ("for the runner post");
  return job;
}

static void
answer (DkKitCall *call)
{
  gpointer result = call->work (NULL, call->data, NULL, NULL);

  call->data_free (call->data);
  call->reply (NULL, result, NULL);
}

static void
test_two_at_once (void)
{
  DkPaperJob *first = new_job ("contacts");
  DkPaperJob *second = new_job ("devices");

  calls = g_ptr_array_new_with_free_func (g_free);
  printed = g_ptr_array_new_with_free_func (g_free);
  dk_paper_out_print (NULL, first);
  dk_paper_out_print (NULL, second);
  g_assert_cmpuint (calls->len, ==, 2);
  answer (calls->pdata[0]);
  answer (calls->pdata[1]);
  g_assert_cmpuint (printed->len, ==, 2);
  g_assert_cmpstr (printed->pdata[0], ==, "contacts");
  g_assert_cmpstr (printed->pdata[1], ==, "devices");
  g_assert_cmpint (g_atomic_int_get (&first->refs), ==, 1);
  dk_paper_job_free (first);
  dk_paper_job_free (second);
  g_ptr_array_unref (calls);
  g_ptr_array_unref (printed);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/ui/paper-out/the-job-that-was-entered-leaves", test_two_at_once);
  return dk_test_run ();
}
