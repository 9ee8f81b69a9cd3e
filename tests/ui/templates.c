/* SPDX-License-Identifier: MIT */
/* Goal: every template becomes a widget, and every action that a template names exists. Method:
 * the templates are read from the resource, so that none can be forgotten; criticals end the
 * program. There is no kit: pages stay empty. */
#include <gtk/gtk.h>

#include "app/form/form.h"
#include "tests/support/support.h"
#include "ui/banner.h"
#include "ui/code-dialog.h"
#include "ui/confirm-dialog.h"
#include "ui/form-view.h"
#include "ui/new-passphrase.h"
#include "ui/person-dialog.h"
#include "ui/reason-dialog.h"
#include "ui/recovery-page.h"
#include "ui/shell-actions.h"
#include "ui/shell.h"
#include "ui/ui-resources.h"
#include "ui/unlock-page.h"
#include "ui/window.h"

#define FOLDER "/org/downtimekit/ui/"

static char *
read_template (const char *name)
{
  g_autofree char *path = g_strconcat (FOLDER, name, NULL);
  g_autoptr (GBytes) bytes
      = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  g_assert_nonnull (bytes);
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/* Names of the templates, style sheet left out. */
static GPtrArray *
list_templates (void)
{
  g_auto (GStrv) names
      = g_resources_enumerate_children (FOLDER, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  GPtrArray *templates = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    if (g_str_has_suffix (names[i], ".ui"))
      g_ptr_array_add (templates, g_strdup (names[i]));
  return templates;
}

static void
test_every_template_becomes_a_widget (void)
{
  g_autoptr (GPtrArray) templates = list_templates ();
  g_autoptr (GRegex) class_name = g_regex_new ("<template class=\"(\\w+)\"", 0, 0, NULL);
  GtkWidget *shell = g_object_ref_sink (dk_shell_new ());

  /* Going there registers the types of the pages. */
  for (const char *const *page = (const char *const[]){ "now", "calls", "tickets", "contacts",
                                                        "oncall", "calltrees", "runbooks",
                                                        "services", "print", "paper",
                                                        "handover", "ticket",
                                                        "ticket", "people", "readiness", "content",
                                                        NULL };
       *page != NULL; page++)
    dk_shell_go (DK_SHELL (shell), *page, NULL);
  g_type_ensure (DK_TYPE_UNLOCK_PAGE);
  g_type_ensure (DK_TYPE_REASON_DIALOG);
  g_type_ensure (DK_TYPE_NEW_PASSPHRASE);
  g_type_ensure (DK_TYPE_RECOVERY_PAGE);
  g_type_ensure (DK_TYPE_PERSON_DIALOG);
  g_type_ensure (DK_TYPE_CODE_DIALOG);
  g_type_ensure (DK_TYPE_CONFIRM_DIALOG);
  for (guint i = 0; i < templates->len; i++) {
    g_autofree char *text = read_template (templates->pdata[i]);
    g_autoptr (GMatchInfo) match = NULL;
    g_autofree char *name = NULL;
    GtkWidget *widget;
    g_assert_true (g_regex_match (class_name, text, 0, &match));
    name = g_match_info_fetch (match, 1);
    g_test_message ("%s", name);
    g_assert_cmpuint (g_type_from_name (name), !=, 0);
    widget = g_object_ref_sink (g_object_new (g_type_from_name (name), NULL));
    gtk_widget_destroy (widget);
    g_object_unref (widget);
  }
  g_assert_cmpuint (templates->len, >=, 19);
  gtk_widget_destroy (shell);
  g_object_unref (shell);
}

static void
test_every_action_named_exists (void)
{
  g_autoptr (GPtrArray) templates = list_templates ();
  g_autoptr (GRegex) named = g_regex_new ("\"action(?:-name)?\">win\\.([a-z-]+)<", 0, 0, NULL);
  GtkWidget *window = g_object_ref_sink (
      g_object_new (DK_TYPE_WINDOW, NULL));
  guint count = 0;

  for (guint i = 0; i < templates->len; i++) {
    g_autofree char *text = read_template (templates->pdata[i]);
    g_autoptr (GMatchInfo) match = NULL;
    (void) g_regex_match (named, text, 0, &match);
    for (; g_match_info_matches (match); (void) g_match_info_next (match, NULL)) {
      g_autofree char *action = g_match_info_fetch (match, 1);
      g_test_message ("%s: win.%s", (char *) templates->pdata[i], action);
      g_assert_nonnull (g_action_map_lookup_action (G_ACTION_MAP (window), action));
      count++;
    }
  }
  g_assert_cmpuint (count, >=, 15);
  gtk_widget_destroy (window);
  g_object_unref (window);
}

static void
load_style (void)
{
  GtkCssProvider *provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (provider, FOLDER "style.css");
  gtk_style_context_add_provider_for_screen (gdk_screen_get_default (),
                                             GTK_STYLE_PROVIDER (provider),
                                             GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  g_object_unref (provider);
}

/* The banner as it is drawn; also kept as a picture where the harness wants pictures. */
static GdkPixbuf *
draw_banner (const char *mode, gint64 content_ms)
{
  DkFacts facts = { .mode = (char *) mode,
                    .content = { .created_ms = content_ms, .stale_days = 90 } };
  GtkWidget *window = gtk_offscreen_window_new ();
  GtkWidget *banner = g_object_new (DK_TYPE_BANNER, NULL);
  g_autofree char *name = g_strdup_printf ("banner-%s%s.png", mode, content_ms > 0 ? "" : "-stale");
  g_autofree char *path = NULL;
  GdkPixbuf *picture;

  gtk_widget_set_size_request (banner, 900, -1);
  gtk_container_add (GTK_CONTAINER (window), banner);
  dk_banner_show_facts (DK_BANNER (banner), &facts);
  gtk_widget_show (window);
  while (gtk_events_pending ())
    (void) gtk_main_iteration ();
  picture = gtk_offscreen_window_get_pixbuf (GTK_OFFSCREEN_WINDOW (window));
  if (g_getenv ("UI_SHOTS") != NULL) {
    path = g_build_filename (g_getenv ("UI_SHOTS"), name, NULL);
    g_assert_true (gdk_pixbuf_save (picture, path, "png", NULL, NULL));
  }
  gtk_widget_destroy (window);
  return picture;
}

/* How light the ground of the last line is, 0 to 255. */
static double
lightness_of (GdkPixbuf *picture)
{
  const guchar *pixel = gdk_pixbuf_read_pixels (picture)
                        + (gsize) (gdk_pixbuf_get_height (picture) - 12)
                              * (gsize) gdk_pixbuf_get_rowstride (picture)
                        + (gsize) 4 * (gsize) gdk_pixbuf_get_n_channels (picture);

  return 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2];
}

static void
test_modes_differ_without_colour (void)
{
  const char *const modes[] = { "normal", "degraded", "downtime", "drill", "normal" };
  double seen[G_N_ELEMENTS (modes)];

  load_style ();
  for (gsize i = 0; i < G_N_ELEMENTS (modes); i++) {
    gboolean stale = i + 1 == G_N_ELEMENTS (modes);
    GdkPixbuf *picture = draw_banner (modes[i], stale ? 0 : g_get_real_time () / 1000);
    seen[i] = lightness_of (picture);
    g_object_unref (picture);
    g_test_message ("%s%s: %.0f", modes[i], stale ? ", stale" : "", seen[i]);
    for (gsize k = 0; k < i; k++)
      g_assert_cmpfloat (ABS (seen[i] - seen[k]), >=, 12);
  }
  g_assert_cmpstr (dk_banner_mode_word ("drill"), ==, "DRILL");
  g_assert_cmpstr (dk_banner_mode_word (NULL), ==, "NORMAL");
}

static DkForm *
shipped_form (const char *name)
{
  g_autofree char *path = g_strconcat ("forms/definitions/", name, ".json", NULL);
  g_autofree char *file = dk_test_source_path (path);
  g_autofree char *text = NULL;
  gsize size;
  g_autoptr (GError) error = NULL;
  DkForm *form;

  g_assert_true (g_file_get_contents (file, &text, &size, NULL));
  form = dk_form_parse (text, size, "en", &error);
  g_assert_no_error (error);
  return form;
}

static void
test_a_form_gives_back_what_it_was_given (void)
{
  g_autoptr (DkForm) form = shipped_form ("it-incident");
  GtkWidget *view = g_object_ref_sink (g_object_new (DK_TYPE_FORM_VIEW, NULL));
  g_autoptr (json_t) answers = json_pack (
      "{s:s, s:s, s:s, s:s, s:b, s:i, s:i}", "caller", "Ward desk", "summary", "Nguyễn Văn Đức",
      "details", "line one\nline two", "happened_at", "2026-11-22T13:31:00+01:00", "safety", 1,
      "impact", 2, "urgency", 1);
  g_autoptr (json_t) back = NULL;
  g_autoptr (json_t) changes = NULL;

  dk_form_view_set_form (DK_FORM_VIEW (view), form);
  dk_form_view_set_answers (DK_FORM_VIEW (view), answers);
  back = dk_form_view_get_answers (DK_FORM_VIEW (view));
  changes = dk_form_view_get_changes (DK_FORM_VIEW (view));
  g_assert_true (json_equal (answers, back));
  g_assert_cmpuint (json_object_size (changes), ==, 0);
  gtk_widget_destroy (view);
  g_object_unref (view);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  gtk_init (&argc, &argv);
  dk_ui_register_resource ();
  g_test_add_func ("/ui/templates/every-template-becomes-a-widget",
                   test_every_template_becomes_a_widget);
  g_test_add_func ("/ui/templates/every-action-named-exists", test_every_action_named_exists);
  g_test_add_func ("/ui/form-view/gives-back-what-it-was-given",
                   test_a_form_gives_back_what_it_was_given);
  g_test_add_func ("/ui/banner/modes-differ-without-colour", test_modes_differ_without_colour);
  return dk_test_run ();
}
