/* SPDX-License-Identifier: MIT */
#include "ui/form-place.h"

#define DIFFERENCE_MIN 0.5

void
dk_form_place_hold (DkFormPlace *place, GtkWidget *view)
{
  GtkWidget *window = gtk_widget_get_toplevel (view);
  GtkWidget *focus = GTK_IS_WINDOW (window) ? gtk_window_get_focus (GTK_WINDOW (window)) : NULL;

  place->scroller = NULL;
  if (focus == NULL || !gtk_widget_is_ancestor (focus, view) || !gtk_widget_get_mapped (focus))
    return;
  place->scroller = gtk_widget_get_ancestor (view, GTK_TYPE_SCROLLED_WINDOW);
  place->focus = focus;
  if (place->scroller != NULL
      && !gtk_widget_translate_coordinates (focus, place->scroller, 0, 0, NULL, &place->y))
    place->scroller = NULL;
}

static void
lay_out (GtkWidget *widget)
{
  gtk_container_check_resize (GTK_CONTAINER (gtk_widget_get_toplevel (widget)));
}

static void
grow (GtkWidget *blank, int by)
{
  int height;

  gtk_widget_get_size_request (blank, NULL, &height);
  gtk_widget_set_size_request (blank, -1, MAX (height, 0) + by);
  gtk_widget_show (blank);
}

void
dk_form_place_return (DkFormPlace *place, GtkWidget *top, GtkWidget *bottom)
{
  GtkWidget *window = place->scroller != NULL ? gtk_widget_get_toplevel (place->scroller) : NULL;
  GtkAdjustment *adjustment;
  double wanted;
  double excess;
  int y;

  /* What had the focus may be gone: then there is nothing to hold. */
  if (window == NULL || gtk_window_get_focus (GTK_WINDOW (window)) != place->focus
      || !gtk_widget_get_mapped (place->focus))
    return;
  lay_out (place->scroller);
  if (!gtk_widget_translate_coordinates (place->focus, place->scroller, 0, 0, NULL, &y)
      || y == place->y)
    return;
  adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (place->scroller));
  wanted = gtk_adjustment_get_value (adjustment) + y - place->y;
  excess = wanted - (gtk_adjustment_get_upper (adjustment)
                     - gtk_adjustment_get_page_size (adjustment));
  if (wanted < -DIFFERENCE_MIN)
    grow (top, (int) -wanted);
  if (excess > DIFFERENCE_MIN)
    grow (bottom, (int) excess);
  lay_out (place->scroller);
  gtk_adjustment_set_value (adjustment, MAX (wanted, 0));
}
