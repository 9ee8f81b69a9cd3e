/* SPDX-License-Identifier: MIT */
#include "ui/banner.h"

#include <glib/gi18n.h>

struct _DkBanner {
  GtkBox parent_instance;
  GtkWidget *mode_line;
  GtkWidget *mode_icon;
  GtkLabel *mode_word;
  GtkLabel *mode_text;
  GtkWidget *stale_line;
  GtkLabel *stale_word;
  GtkLabel *stale_text;
};

G_DEFINE_FINAL_TYPE (DkBanner, dk_banner, GTK_TYPE_BOX)

typedef struct {
  const char *setting;
  const char *word;
  const char *icon;
  const char *class;
  const char *text;
} Mode;

static const Mode modes[] = {
  { "normal", N_ ("NORMAL"), "emblem-ok-symbolic", "mode-normal",
    N_ ("no outage is declared") },
  { "degraded", N_ ("DEGRADED"), "dialog-warning-symbolic", "mode-degraded",
    N_ ("Systems are slow or partly down. Record here what the ITSM does not take.") },
  { "downtime", N_ ("DOWNTIME"), "dialog-error-symbolic", "mode-downtime",
    N_ ("Systems are down. Record every call here; give the caller the number.") },
  { "drill", N_ ("DRILL"), "media-playlist-repeat-symbolic", "mode-drill",
    N_ ("This is an exercise. Nothing recorded now reaches the ITSM.") },
};

static const Mode *
find_mode (const char *setting)
{
  for (gsize i = 0; i < G_N_ELEMENTS (modes); i++)
    if (g_strcmp0 (modes[i].setting, setting) == 0)
      return &modes[i];
  return &modes[0];
}

static void
dk_banner_class_init (DkBannerClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/downtimekit/ui/banner.ui");
  gtk_widget_class_bind_template_child (widget_class, DkBanner, mode_line);
  gtk_widget_class_bind_template_child (widget_class, DkBanner, mode_icon);
  gtk_widget_class_bind_template_child (widget_class, DkBanner, mode_word);
  gtk_widget_class_bind_template_child (widget_class, DkBanner, mode_text);
  gtk_widget_class_bind_template_child (widget_class, DkBanner, stale_line);
  gtk_widget_class_bind_template_child (widget_class, DkBanner, stale_word);
  gtk_widget_class_bind_template_child (widget_class, DkBanner, stale_text);
}

static void
dk_banner_init (DkBanner *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* One line below the mode at most: a code that is known to somebody is graver than old content. */
static void
show_second_line (DkBanner *self, const DkFacts *facts, DkContentState state,
                  const char *sentence)
{
  gboolean stale = dk_content_state_is_loud (state);
  GtkStyleContext *style = gtk_widget_get_style_context (self->stale_line);
  g_autofree char *text = NULL;
  g_autofree char *word = NULL;

  gtk_widget_set_visible (self->stale_line, stale || facts->recovery_used);
  gtk_style_context_remove_class (style, facts->recovery_used ? "mode-stale" : "mode-recovery");
  gtk_style_context_add_class (style, facts->recovery_used ? "mode-recovery" : "mode-stale");
  word = dk_content_state_banner (state);
  gtk_label_set_text (self->stale_word, facts->recovery_used ? _ ("RECOVERY CODE USED") : word);
  if (facts->recovery_used)
    text = g_strdup (_ ("The envelope is spent. An administrator makes a new code: Menu, People of "
                        "this kit."));
  else if (stale)
    text = g_strdup (sentence);
  gtk_label_set_text (self->stale_text, text != NULL ? text : "");
}

void
dk_banner_show_facts (DkBanner *self, const DkFacts *facts)
{
  gint64 now = dk_clock_wall_ms ();
  const Mode *mode = find_mode (facts->mode);
  g_autofree char *sentence = NULL;
  DkContentState state = dk_facts_content_state (facts, now, &sentence);
  gboolean stale = dk_content_state_is_loud (state);
  GtkStyleContext *style = gtk_widget_get_style_context (self->mode_line);

  for (gsize i = 0; i < G_N_ELEMENTS (modes); i++)
    gtk_style_context_remove_class (style, modes[i].class);
  gtk_style_context_add_class (style, mode->class);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->mode_icon), mode->icon, GTK_ICON_SIZE_MENU);
  gtk_label_set_text (self->mode_word, _ (mode->word));
  gtk_label_set_text (self->mode_text, _ (mode->text));
  gtk_widget_set_visible (self->mode_line, !(stale && mode == &modes[0]));
  show_second_line (self, facts, state, sentence);
}

const char *
dk_banner_mode_word (const char *mode)
{
  return _ (find_mode (mode)->word);
}
