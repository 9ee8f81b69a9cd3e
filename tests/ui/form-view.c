/* SPDX-License-Identifier: MIT */
/* Goal: a form on screen follows its definition while it is filled in, the field with the focus
 * stays where it is, every step can be taken back, and a long form is quick. Method: the view in a
 * window of its own, without a kit; inputs are found by their spoken name and changed as their
 * events would; places are compared in pixels; times are CPU times of this process, compared with
 * those of GTK's own widgets in the same run. */
#include <gtk/gtk.h>
#include <string.h>
#include <time.h>

#include "tests/support/support.h"
#include "ui/form-field.h"
#include "ui/form-file.h"
#include "ui/form-view.h"

#define LONG_FIELDS 200
#define OPEN_RATIO_MAX 4.0 /* of the time of as many plain labels and entries */
#define KEY_RATIO_MAX 0.125 /* of the time of opening the form */
#define KEYS 40
#define ROUNDS 3

typedef struct {
  GtkWidget *window;
  GtkWidget *scroller;
  DkFormView *view;
  DkForm *form;
} Fixture;

static void
settle (void)
{
  for (int i = 0; i < 200 && gtk_events_pending (); i++)
    (void) gtk_main_iteration ();
}

static double
cpu_ms (void)
{
  struct timespec now;

  (void) clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1000 + (double) now.tv_nsec / 1e6;
}

static void
open_form (Fixture *f, const char *source)
{
  g_autoptr (GError) error = NULL;

  f->form = dk_form_parse (source, strlen (source), "en", &error);
  g_assert_no_error (error);
  f->window = gtk_window_new (GTK_WINDOW_TOPLEVEL);
  f->scroller = gtk_scrolled_window_new (NULL, NULL);
  f->view = g_object_new (DK_TYPE_FORM_VIEW, NULL);
  gtk_window_set_default_size (GTK_WINDOW (f->window), 620, 300);
  gtk_container_add (GTK_CONTAINER (f->scroller), GTK_WIDGET (f->view));
  gtk_container_add (GTK_CONTAINER (f->window), f->scroller);
  dk_form_view_set_world (f->view, "anna", NULL);
  dk_form_view_set_form (f->view, f->form);
  dk_form_view_set_answers (f->view, NULL);
  gtk_widget_show (f->scroller);
  gtk_widget_show (GTK_WIDGET (f->view));
  gtk_widget_show (f->window);
  settle ();
}

static void
close_form (Fixture *f)
{
  gtk_widget_destroy (f->window);
  dk_form_unref (f->form);
  settle ();
}

typedef struct {
  const char *name;
  GtkWidget *found;
} Wanted;

static void
look (GtkWidget *widget, gpointer data)
{
  Wanted *wanted = data;
  const char *name = atk_object_get_name (gtk_widget_get_accessible (widget));

  if (wanted->found != NULL)
    return;
  if (g_strcmp0 (name, wanted->name) == 0 && !GTK_IS_LABEL (widget)) {
    wanted->found = widget;
    return;
  }
  if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), look, wanted);
}

/* The input that is spoken so; NULL if there is none. */
static GtkWidget *
input (Fixture *f, const char *name)
{
  Wanted wanted = { name, NULL };

  look (GTK_WIDGET (f->view), &wanted);
  return wanted.found;
}

static gboolean
is_seen (Fixture *f, const char *name)
{
  GtkWidget *widget = input (f, name);

  return widget != NULL && gtk_widget_get_mapped (widget);
}

static void
type_into (Fixture *f, const char *name, const char *text)
{
  gtk_entry_set_text (GTK_ENTRY (input (f, name)), text);
  settle ();
}

static const char *
text_of (Fixture *f, const char *name)
{
  return gtk_entry_get_text (GTK_ENTRY (input (f, name)));
}

static int
place_of (Fixture *f, GtkWidget *widget)
{
  int y = 0;

  settle ();
  gtk_container_check_resize (GTK_CONTAINER (f->window));
  g_assert_true (gtk_widget_translate_coordinates (widget, f->scroller, 0, 0, NULL, &y));
  return y;
}

static void
look_for_words (GtkWidget *widget, gpointer data)
{
  Wanted *wanted = data;

  if (GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget)
      && strstr (gtk_label_get_text (GTK_LABEL (widget)), wanted->name) != NULL)
    wanted->found = widget;
  if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), look_for_words, wanted);
}

static gboolean
words_stand (Fixture *f, const char *words)
{
  Wanted wanted = { words, NULL };

  settle ();
  look_for_words (GTK_WIDGET (f->view), &wanted);
  return wanted.found != NULL;
}

/* The field that is typed into stands between two that its answer calls, and below a long one. */
static const char conditional[]
    = "{\"form_id\":\"t\",\"version\":\"1\",\"title\":\"T\",\"choices\":{"
      "\"proof\":[{\"name\":\"call\",\"label\":\"Call\"},{\"name\":\"badge\",\"label\":\"Badge\"}],"
      "\"ward\":[{\"name\":\"w1\",\"label\":\"W1\",\"site\":\"n\"},"
      "{\"name\":\"w2\",\"label\":\"W2\",\"site\":\"s\"}]},"
      "\"survey\":["
      "{\"type\":\"text\",\"name\":\"above\",\"label\":\"Above\",\"relevant\":\"${key} = 'b'\"},"
      "{\"type\":\"text\",\"name\":\"long\",\"label\":\"Long\",\"appearance\":\"multiline\"},"
      "{\"type\":\"text\",\"name\":\"key\",\"label\":\"Key\"},"
      "{\"type\":\"text\",\"name\":\"below\",\"label\":\"Below\",\"relevant\":\"${key} = 'b'\","
      "\"required\":\"${key} = 'b'\"},"
      "{\"type\":\"integer\",\"name\":\"age\",\"label\":\"Minutes\",\"constraint\":\". < 100\","
      "\"constraint_message\":\"below 100, please\"},"
      "{\"type\":\"select_one ward\",\"name\":\"ward\",\"label\":\"Ward\","
      "\"choice_filter\":\"site = ${key}\"},"
      "{\"type\":\"calculate\",\"name\":\"sum\",\"label\":\"Sum\","
      "\"calculation\":\"concat(${key}, '-', ${age})\"}]}";

static void
test_follows_without_moving (void)
{
  Fixture f;
  GtkWidget *key;
  int before;

  open_form (&f, conditional);
  key = input (&f, "Key");
  gtk_widget_grab_focus (key);
  g_assert_false (is_seen (&f, "Above"));
  for (int round = 0; round < 3; round++) {
    before = place_of (&f, key);
    type_into (&f, "Key", "b");
    g_assert_true (is_seen (&f, "Above"));
    g_assert_true (is_seen (&f, "Below"));
    g_assert_cmpint (place_of (&f, key), ==, before);
    g_assert_true (words_stand (&f, "Below (needed)"));
    type_into (&f, "Key", "a");
    g_assert_false (is_seen (&f, "Above"));
    g_assert_cmpint (place_of (&f, key), ==, before);
  }
  g_assert_true (words_stand (&f, "a-"));
  close_form (&f);
}

static void
test_would_move_without_care (void)
{
  Fixture f;
  GtkWidget *key;
  int before;

  open_form (&f, conditional);
  key = input (&f, "Key");
  gtk_window_set_focus (GTK_WINDOW (f.window), NULL);
  before = place_of (&f, key);
  type_into (&f, "Key", "b");
  g_assert_cmpint (place_of (&f, key), !=, before);
  close_form (&f);
}

static void
test_choices_follow_the_filter (void)
{
  Fixture f;

  open_form (&f, conditional);
  g_assert_null (input (&f, "Ward: W1"));
  type_into (&f, "Key", "n");
  g_assert_true (is_seen (&f, "Ward: W1"));
  g_assert_null (input (&f, "Ward: W2"));
  close_form (&f);
}

static void
test_problems_when_left (void)
{
  Fixture f;
  GtkWidget *key;
  int before;

  open_form (&f, conditional);
  key = input (&f, "Key");
  gtk_widget_grab_focus (input (&f, "Minutes"));
  type_into (&f, "Minutes", "900");
  g_assert_false (words_stand (&f, "below 100"));
  before = place_of (&f, key);
  gtk_widget_grab_focus (key);
  g_assert_true (words_stand (&f, "below 100, please"));
  g_assert_cmpint (place_of (&f, key), ==, before);
  type_into (&f, "Minutes", "90");
  g_assert_false (words_stand (&f, "below 100"));
  type_into (&f, "Key", "b");
  g_autofree char *more = dk_form_view_check (f.view);
  g_assert_cmpstr (more, ==, "");
  g_assert_true (words_stand (&f, "must be filled in"));
  g_assert_true (gtk_widget_is_focus (input (&f, "Below")));
  close_form (&f);
}

static void
test_warns_beside_the_field (void)
{
  Fixture f;
  g_autoptr (GPtrArray) patterns
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_capture_pattern_free);
  g_autofree char *more = NULL;

  g_ptr_array_add (patterns, dk_capture_pattern_new ("record", "MRN ?[0-9]{6}", "a record number"));
  open_form (&f, conditional);
  dk_form_view_set_world (f.view, "anna", patterns);
  gtk_widget_grab_focus (input (&f, "Key"));
  type_into (&f, "Key", "MRN 123456");
  g_assert_false (words_stand (&f, "a record number"));
  gtk_widget_grab_focus (input (&f, "Minutes"));
  g_assert_true (words_stand (&f, "a record number"));
  more = dk_form_view_check (f.view);
  g_assert_null (more);
  close_form (&f);
}

static const char repeating[]
    = "{\"form_id\":\"t\",\"version\":\"1\",\"title\":\"T\",\"survey\":["
      "{\"type\":\"text\",\"name\":\"floor\",\"label\":\"Floor\"},"
      "{\"type\":\"begin_repeat\",\"name\":\"devices\",\"label\":\"Devices\"},"
      "{\"type\":\"text\",\"name\":\"host\",\"label\":\"Host\"},"
      "{\"type\":\"text\",\"name\":\"state\",\"label\":\"State\","
      "\"relevant\":\"${host} != ''\"},"
      "{\"type\":\"end_repeat\"},"
      "{\"type\":\"calculate\",\"name\":\"n\",\"label\":\"Number\","
      "\"calculation\":\"count(${host})\"}]}";

/* Rows that the form begins with are none of this test's. */
static void
add_row (Fixture *f, const char *host)
{
  g_autofree char *name = NULL;
  guint n = 1;

  g_signal_emit_by_name (gtk_widget_get_ancestor (input (f, "Remove Devices 1") != NULL
                                                      ? input (f, "Remove Devices 1")
                                                      : input (f, "Add Devices (Ctrl+Enter)"),
                                                  g_type_from_name ("DkFormRows")),
                         "add-row");
  settle ();
  do {
    g_free (name);
    name = g_strdup_printf ("Host, Devices %u", n++);
  } while (input (f, name) != NULL && *text_of (f, name) != '\0');
  g_assert_true (gtk_widget_is_focus (input (f, name)));
  type_into (f, name, host);
}

static const char telling[]
    = "{\"form_id\":\"t\",\"version\":\"1\",\"title\":\"T\",\"survey\":["
      "{\"type\":\"text\",\"name\":\"who\",\"label\":\"Who\"},"
      "{\"type\":\"text\",\"name\":\"what\",\"label\":\"What ${who} said\"},"
      "{\"type\":\"acknowledge\",\"name\":\"told\",\"label\":\"${who} was told\"}]}";

/* A label that tells an answer follows it, and so does the name that a screen reader speaks. */
static void
test_labels_follow_answers (void)
{
  Fixture f;

  open_form (&f, telling);
  g_assert_nonnull (input (&f, "What \xe2\x80\xa6 said"));
  type_into (&f, "Who", "the runner");
  settle ();
  g_assert_nonnull (input (&f, "What the runner said"));
  g_assert_null (input (&f, "What \xe2\x80\xa6 said"));
  g_assert_nonnull (input (&f, "the runner was told: the runner was told"));
  close_form (&f);
}

static void
test_rows_and_undo (void)
{
  Fixture f;
  g_autoptr (json_t) full = NULL;
  g_autoptr (json_t) again = NULL;
  g_autoptr (json_t) redone = NULL;

  open_form (&f, repeating);
  while (input (&f, "Remove Devices 1") != NULL) {
    gtk_button_clicked (GTK_BUTTON (input (&f, "Remove Devices 1")));
    settle ();
  }
  add_row (&f, "PC-1");
  add_row (&f, "PC-2");
  g_assert_true (is_seen (&f, "State, Devices 2"));
  full = dk_form_view_get_draft (f.view);
  gtk_button_clicked (GTK_BUTTON (input (&f, "Remove Devices 1")));
  settle ();
  g_assert_cmpstr (text_of (&f, "Host, Devices 1"), ==, "PC-2");
  g_assert_null (input (&f, "Host, Devices 2"));
  g_assert_true (gtk_widget_is_focus (input (&f, "Host, Devices 1")));
  g_assert_true (dk_form_view_undo (f.view));
  settle ();
  again = dk_form_view_get_draft (f.view);
  g_assert_true (json_equal (full, again));
  g_assert_cmpstr (text_of (&f, "Host, Devices 1"), ==, "PC-1");
  g_assert_true (dk_form_view_redo (f.view));
  redone = dk_form_view_get_draft (f.view);
  g_assert_false (json_equal (full, redone));
  close_form (&f);
}

static void
take_words (DkFormView *view, const char *words, gpointer data)
{
  char **heard = data;

  g_free (*heard);
  *heard = g_strdup (words);
}

static void
test_full_rows_are_told (void)
{
  Fixture f;
  g_autofree char *heard = NULL;
  g_autoptr (json_t) answers = json_object ();
  g_autoptr (json_t) before = NULL;
  g_autoptr (json_t) after = NULL;
  json_t *rows = json_array ();

  for (guint i = 0; i < DK_FORM_ROWS_MAX - 1; i++)
    json_array_append_new (rows, json_pack ("{s:s}", "host", "PC"));
  json_object_set_new (answers, "devices", rows);
  open_form (&f, repeating);
  g_signal_connect (f.view, "rows-full", G_CALLBACK (take_words), &heard);
  dk_form_view_set_answers (f.view, answers);
  gtk_button_clicked (GTK_BUTTON (input (&f, "Add Devices (Ctrl+Enter)")));
  settle ();
  g_assert_null (heard);
  before = dk_form_view_get_draft (f.view);
  g_assert_cmpuint (json_array_size (json_object_get (before, "devices")), ==, DK_FORM_ROWS_MAX);
  gtk_button_clicked (GTK_BUTTON (input (&f, "Add Devices (Ctrl+Enter)")));
  settle ();
  g_assert_nonnull (heard);
  g_assert_nonnull (strstr (heard, "500"));
  after = dk_form_view_get_draft (f.view);
  g_assert_true (json_equal (before, after));
  close_form (&f);
}

static void
test_undo_of_words_and_choices (void)
{
  Fixture f;

  open_form (&f, conditional);
  gtk_widget_grab_focus (input (&f, "Key"));
  type_into (&f, "Key", "n");
  type_into (&f, "Key", "no");
  type_into (&f, "Key", "n");
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (input (&f, "Ward: W1")), TRUE);
  type_into (&f, "Minutes", "5");
  g_assert_true (dk_form_view_undo (f.view));
  g_assert_cmpstr (text_of (&f, "Minutes"), ==, "");
  g_assert_true (dk_form_view_undo (f.view));
  g_assert_false (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (input (&f, "Ward: W1"))));
  while (dk_form_view_undo (f.view))
    settle ();
  g_assert_cmpstr (text_of (&f, "Key"), ==, "");
  while (dk_form_view_redo (f.view))
    settle ();
  g_assert_cmpstr (text_of (&f, "Minutes"), ==, "5");
  g_assert_true (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (input (&f, "Ward: W1"))));
  close_form (&f);
}

/* Every third field has a condition, every fifth is computed. */
static char *
long_form (void)
{
  GString *text
      = g_string_new ("{\"form_id\":\"t\",\"version\":\"1\",\"title\":\"T\",\"survey\":[");

  for (int i = 0; i < LONG_FIELDS; i++) {
    g_string_append_printf (text, "%s{\"name\":\"f%d\",\"label\":\"Field %d\"", i > 0 ? "," : "",
                            i, i);
    if (i % 5 == 4)
      g_string_append_printf (text, ",\"type\":\"calculate\",\"calculation\":"
                                    "\"concat(${f%d}, ' ', ${f0})\"}",
                              i - 1);
    else if (i % 3 == 2)
      g_string_append (text, ",\"type\":\"text\",\"relevant\":\"${f0} != 'none'\"}");
    else
      g_string_append (text, ",\"type\":\"text\"}");
  }
  g_string_append (text, "]}");
  return g_string_free (text, FALSE);
}

/* What GTK itself takes for as many labels and entries, in ms of CPU. */
static double
open_plain (void)
{
  double began = cpu_ms ();
  GtkWidget *window = gtk_window_new (GTK_WINDOW_TOPLEVEL);
  GtkWidget *scroller = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget *grid = gtk_grid_new ();
  double took;

  gtk_window_set_default_size (GTK_WINDOW (window), 620, 300);
  for (int i = 0; i < LONG_FIELDS; i++) {
    gtk_grid_attach (GTK_GRID (grid), gtk_label_new ("Field"), 0, i, 1, 1);
    gtk_grid_attach (GTK_GRID (grid), gtk_entry_new (), 1, i, 1, 1);
  }
  gtk_container_add (GTK_CONTAINER (scroller), grid);
  gtk_container_add (GTK_CONTAINER (window), scroller);
  gtk_widget_show_all (window);
  settle ();
  took = cpu_ms () - began;
  gtk_widget_destroy (window);
  settle ();
  return took;
}

/* The best of some rounds, in ms of CPU; the last one stays open. */
static double
open_long (Fixture *f, const char *source)
{
  double best = G_MAXDOUBLE;

  for (int round = 0; round < ROUNDS; round++) {
    double began = cpu_ms ();

    open_form (f, source);
    best = MIN (best, cpu_ms () - began);
    if (round < ROUNDS - 1)
      close_form (f);
  }
  return best;
}

static void
test_a_long_form_is_quick (void)
{
  g_autofree char *source = long_form ();
  double plain = G_MAXDOUBLE;
  double opened;
  double key;
  Fixture f;

  for (int round = 0; round < ROUNDS; round++)
    plain = MIN (plain, open_plain ());
  opened = open_long (&f, source);
  gtk_widget_grab_focus (input (&f, "Field 0"));
  settle ();
  key = cpu_ms ();
  for (int i = 0; i < KEYS; i++) {
    g_autofree char *text = g_strnfill ((gsize) i + 1, 'x');
    gtk_entry_set_text (GTK_ENTRY (input (&f, "Field 0")), text);
  }
  key = (cpu_ms () - key) / KEYS;
  g_print ("# %d fields: %.1f ms to open, %.2fx of plain labels and entries; %.2f ms a key, %.3fx "
           "of opening\n",
           LONG_FIELDS, opened, opened / plain, key, key / opened);
  g_assert_cmpfloat (opened / plain, <=, OPEN_RATIO_MAX);
  g_assert_cmpfloat (key / opened, <=, KEY_RATIO_MAX);
  close_form (&f);
}

static void
count_one (guint *count)
{
  (*count)++;
}

static gboolean
is_chosen (GtkFileChooser *chooser)
{
  g_autofree char *name = gtk_file_chooser_get_filename (chooser);

  return name != NULL;
}

static GtkFileChooser *
find_chooser (void)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *link = windows; link != NULL; link = link->next)
    if (GTK_IS_FILE_CHOOSER (link->data))
      return GTK_FILE_CHOOSER (link->data);
  return NULL;
}

/* Chooses a file, and goes away, or not, before it can have been read. */
static guint
choose_file (const char *path, gboolean goes)
{
  GtkWidget *window = gtk_window_new (GTK_WINDOW_TOPLEVEL);
  GtkWidget *file = g_object_ref_sink (dk_form_file_new ("Photo"));
  GtkFileChooser *chooser = NULL;
  gint64 end_us = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;
  guint changes = 0;

  gtk_container_add (GTK_CONTAINER (window), file);
  gtk_widget_show_all (window);
  g_signal_connect_swapped (file, "changed", G_CALLBACK (count_one), &changes);
  gtk_button_clicked (GTK_BUTTON (dk_form_file_get_input (DK_FORM_FILE (file))));
  chooser = find_chooser ();
  g_assert_nonnull (chooser);
  g_assert_true (gtk_file_chooser_set_filename (chooser, path));
  while (g_get_monotonic_time () < end_us && !is_chosen (chooser))
    (void) gtk_main_iteration_do (FALSE);
  gtk_dialog_response (GTK_DIALOG (chooser), GTK_RESPONSE_ACCEPT);
  if (goes)
    gtk_widget_destroy (file);
  for (int i = 0; i < 100; i++) {
    g_usleep (2000);
    settle ();
  }
  gtk_widget_destroy (window);
  g_object_unref (file);
  return changes;
}

static void
test_file_of_a_field_that_went (void)
{
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "photo.txt", NULL);

  g_assert_true (g_file_set_contents (path, "a picture", -1, NULL));
  g_assert_cmpuint (choose_file (path, TRUE), ==, 0);
  g_assert_cmpuint (choose_file (path, FALSE), ==, 1);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  gtk_init (&argc, &argv);
  g_test_add_func ("/ui/form-view/follows-without-moving-the-focus", test_follows_without_moving);
  g_test_add_func ("/ui/form-view/control-would-move-without-care", test_would_move_without_care);
  g_test_add_func ("/ui/form-view/choices-follow-the-filter", test_choices_follow_the_filter);
  g_test_add_func ("/ui/form-view/problems-are-told-when-a-field-is-left",
                   test_problems_when_left);
  g_test_add_func ("/ui/form-view/warns-and-never-blocks", test_warns_beside_the_field);
  g_test_add_func ("/ui/form/labels-follow-answers", test_labels_follow_answers);
  g_test_add_func ("/ui/form-view/rows-come-go-and-come-back", test_rows_and_undo);
  g_test_add_func ("/ui/form-view/full-rows-are-told", test_full_rows_are_told);
  g_test_add_func ("/ui/form-view/undoes-words-and-choices", test_undo_of_words_and_choices);
  g_test_add_func ("/ui/form-view/200-fields-cost-little-more-than-plain-widgets",
                   test_a_long_form_is_quick);
  g_test_add_func ("/ui/form-file/a-field-that-went-takes-no-file",
                   test_file_of_a_field_that_went);
  return dk_test_run ();
}
