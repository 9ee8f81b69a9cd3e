/* SPDX-License-Identifier: MIT */
/* Labels, hints and messages that tell what was answered elsewhere: `${name}` in them. */
#include "app/form/state-private.h"

#include <string.h>

#include "app/base/text.h"

#define NOT_ANSWERED "\xe2\x80\xa6"
#define VALUE_CHARACTERS 200u

/* Text of a field's answer as people read it; NULL or "" if there is none. New string. */
typedef char *(*ShowAnswer) (gpointer data, const DkField *field);

typedef struct {
  const DkForm *form; /* NULL: nothing is answered */
  const char *blank;
  ShowAnswer show;
  gpointer data;
  GString *text;
} Filling;

static void
add_piece (gpointer data, const char *text, const char *name)
{
  Filling *filling = data;
  if (text != NULL) {
    g_string_append (filling->text, text);
    return;
  }
  const DkField *field = filling->form != NULL ? dk_form_find (filling->form, name) : NULL;
  g_autofree char *answer = field != NULL ? filling->show (filling->data, field) : NULL;
  g_autofree char *line = dk_text_clean_line (answer != NULL ? answer : "");
  g_autofree char *shown = dk_text_shorten (line, VALUE_CHARACTERS);
  g_string_append (filling->text, *shown != '\0' ? shown : filling->blank);
}

/* Bounded as a label is. */
static char *
fill (Filling *filling, const char *words)
{
  g_autoptr (GString) text = g_string_new (NULL);
  filling->text = text;
  if (!dk_form_split_template (words, add_piece, filling)) {
    return g_strdup (words);
  }
  if (text->len > DK_FORM_LABEL_BYTES) {
    const char *end = NULL;
    gsize room = DK_FORM_LABEL_BYTES - strlen (NOT_ANSWERED);
    (void) g_utf8_validate_len (text->str, room, &end);
    g_string_truncate (text, (gsize) (end - text->str));
    g_string_append (text, NOT_ANSWERED);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
dk_form_words_without_answers (const char *words)
{
  Filling filling = { .blank = NOT_ANSWERED };
  return fill (&filling, words);
}

typedef struct {
  const json_t *answers;
  const json_t *row;
} Answers;

static char *
show_given (gpointer data, const DkField *field)
{
  const Answers *given = data;
  return dk_form_show (field, json_object_get (field->repeat != NULL ? given->row : given->answers,
                                               field->name));
}

char *
dk_form_fill (const DkForm *form, const char *words, const json_t *answers, const json_t *row,
              const char *blank)
{
  g_return_val_if_fail (form != NULL && words != NULL, NULL);
  Answers given = { answers, row };
  Filling filling = { form, blank != NULL ? blank : NOT_ANSWERED, show_given, &given, NULL };
  return fill (&filling, words);
}

typedef struct {
  const DkFormState *state;
  int row;
} Cells;

static char *
show_cell (gpointer data, const DkField *field)
{
  const Cells *cells = data;
  const DkCell *cell = dk_form_state_cell (cells->state, field, cells->row);
  return cell != NULL && cell->is_relevant ? dk_form_show (field, cell->value) : NULL;
}

char *
dk_form_state_text (const DkFormState *state, const char *words, int row)
{
  g_return_val_if_fail (state != NULL && words != NULL, NULL);
  Cells cells = { state, row };
  Filling filling = { state->form, NOT_ANSWERED, show_cell, &cells, NULL };
  return fill (&filling, words);
}
