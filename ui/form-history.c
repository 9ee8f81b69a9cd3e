/* SPDX-License-Identifier: MIT */
#include "ui/form-history.h"

#define STEPS_MAX 200u
#define PAUSE_US (1 * G_USEC_PER_SEC)
/* Typing over a selection is a deletion and an insertion at one time. */
#define AT_ONCE_US (30 * 1000)

struct DkFormHistory {
  GPtrArray *undo; /* of json_t */
  GPtrArray *redo;
  guint key; /* of the step that goes on; 0 = none */
  gsize length;
  gboolean grows;
  gint64 time_us;
};

static void
drop_answers (gpointer answers)
{
  json_decref (answers);
}

DkFormHistory *
dk_form_history_new (void)
{
  DkFormHistory *self = g_new0 (DkFormHistory, 1);

  self->undo = g_ptr_array_new_with_free_func (drop_answers);
  self->redo = g_ptr_array_new_with_free_func (drop_answers);
  return self;
}

gboolean
dk_form_history_begins (DkFormHistory *self, guint key, gsize length, gint64 time_us)
{
  gint64 pause_us = time_us - self->time_us;
  gboolean grows = length > self->length;
  gboolean turns = grows != self->grows && pause_us > AT_ONCE_US;
  gboolean goes_on = key != 0 && key == self->key && pause_us < PAUSE_US && !turns;

  self->key = key;
  self->length = length;
  self->grows = grows;
  self->time_us = time_us;
  return !goes_on;
}

void
dk_form_history_add (DkFormHistory *self, json_t *before)
{
  g_ptr_array_set_size (self->redo, 0);
  if (self->undo->len >= STEPS_MAX)
    g_ptr_array_remove_index (self->undo, 0);
  g_ptr_array_add (self->undo, before);
}

static json_t *
move_step (DkFormHistory *self, GPtrArray *from, GPtrArray *to, json_t *now)
{
  self->key = 0;
  if (from->len == 0) {
    json_decref (now);
    return NULL;
  }
  g_ptr_array_add (to, now);
  return g_ptr_array_steal_index (from, from->len - 1);
}

json_t *
dk_form_history_undo (DkFormHistory *self, json_t *now)
{
  return move_step (self, self->undo, self->redo, now);
}

json_t *
dk_form_history_redo (DkFormHistory *self, json_t *now)
{
  return move_step (self, self->redo, self->undo, now);
}

gboolean
dk_form_history_can_undo (const DkFormHistory *self)
{
  return self->undo->len > 0;
}

gboolean
dk_form_history_can_redo (const DkFormHistory *self)
{
  return self->redo->len > 0;
}

void
dk_form_history_clear (DkFormHistory *self)
{
  g_ptr_array_set_size (self->undo, 0);
  g_ptr_array_set_size (self->redo, 0);
  self->key = 0;
}

void
dk_form_history_free (DkFormHistory *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->undo);
  g_ptr_array_unref (self->redo);
  g_free (self);
}
