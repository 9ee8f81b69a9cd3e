/* SPDX-License-Identifier: MIT */
#include "ui/form-pulls.h"

#include "app/store/form-world.h"
#include "ui/kit-thread.h"

/* A form asks for a handful; a key that is typed letter by letter asks for each beginning. Past so
 * many answers those that the form does not read any more are forgotten. */
#define ANSWERS_MIN 2000u

struct DkFormPulls {
  GObject *owner;     /* of the calls: they are dropped with it */
  GHashTable *answers; /* question -> Answer */
  guint tidy_at;       /* so many answers */
  guint pass;          /* the form has read all that it needs once more in each */
  void (*arrived) (gpointer data);
  gpointer data;
  guint tell;
};

/* One question, and its answer. */
typedef struct {
  char *words[4]; /* table, column, key column, key */
  char *id;
  char *answer;
} Question;

typedef struct {
  char *text; /* NULL for nothing or not known yet */
  guint pass; /* in which it was read last */
} Answer;

static void
free_answer (gpointer data)
{
  Answer *answer = data;

  g_free (answer->text);
  g_free (answer);
}

static void
free_question (gpointer data)
{
  Question *question = data;

  for (gsize i = 0; i < G_N_ELEMENTS (question->words); i++)
    g_free (question->words[i]);
  g_free (question->id);
  g_free (question->answer);
  g_free (question);
}

static Question *
copy_question (const Question *question)
{
  Question *copy = g_new0 (Question, 1);

  for (gsize i = 0; i < G_N_ELEMENTS (question->words); i++)
    copy->words[i] = g_strdup (question->words[i]);
  copy->id = g_strdup (question->id);
  return copy;
}

/* Question -> Question with its answer */
static gpointer
look_up (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  Question *found = copy_question (data);

  found->answer = dk_store_form_pull (dk_kit_store (kit), found->words[0], found->words[1],
                                      found->words[2], found->words[3]);
  return found;
}

static gboolean
tell_arrived (gpointer data)
{
  DkFormPulls *self = data;

  self->tell = 0;
  self->pass++;
  self->arrived (self->data);
  return G_SOURCE_REMOVE;
}

static void
take_answer (gpointer owner, gpointer result, const GError *error)
{
  DkFormPulls *self = g_object_get_data (owner, "dk-form-pulls");
  Question *found = result;
  Answer *answer;

  if (found == NULL)
    return;
  answer = g_hash_table_lookup (self->answers, found->id);
  if (answer != NULL && found->answer != NULL) {
    answer->text = g_steal_pointer (&found->answer);
    if (self->tell == 0)
      self->tell = g_idle_add (tell_arrived, self);
  }
  free_question (found);
}

/* While a pass runs, what it comes to later was read in the one before. */
static gboolean
is_unread (gpointer id, gpointer value, gpointer data)
{
  const Answer *answer = value;
  const DkFormPulls *self = data;

  return answer->pass + 1 < self->pass;
}

/* What a form reads is never forgotten, however much it is: it would ask for it without end. */
static void
make_room (DkFormPulls *self)
{
  if (g_hash_table_size (self->answers) < self->tidy_at)
    return;
  g_hash_table_foreach_remove (self->answers, is_unread, self);
  self->tidy_at = MAX (ANSWERS_MIN, 2 * g_hash_table_size (self->answers));
}

static void
ask (DkFormPulls *self, const char *const words[4], const char *id)
{
  Question *question = g_new0 (Question, 1);
  Answer *answer = g_new0 (Answer, 1);

  make_room (self);
  answer->pass = self->pass;
  g_hash_table_insert (self->answers, g_strdup (id), answer);
  for (gsize i = 0; i < G_N_ELEMENTS (question->words); i++)
    question->words[i] = g_strdup (words[i]);
  question->id = g_strdup (id);
  dk_kit_run (self->owner, &(DkKitCall) { .work = look_up,
                                          .reply = take_answer,
                                          .data = question,
                                          .data_free = free_question,
                                          .result_free = free_question });
}

char *
dk_form_pulls_get (gpointer pulls, const char *table, const char *column, const char *key_column,
                   const char *key)
{
  DkFormPulls *self = pulls;
  g_autofree char *id = g_strjoin ("\x1f", table, column, key_column, key, NULL);
  Answer *answer;

  if (key == NULL || *key == '\0')
    return NULL;
  answer = g_hash_table_lookup (self->answers, id);
  if (answer == NULL) {
    ask (self, (const char *const[]){ table, column, key_column, key }, id);
    return NULL;
  }
  answer->pass = self->pass;
  return g_strdup (answer->text);
}

DkFormPulls *
dk_form_pulls_new (void (*arrived) (gpointer data), gpointer data)
{
  DkFormPulls *self = g_new0 (DkFormPulls, 1);

  self->owner = g_object_new (G_TYPE_OBJECT, NULL);
  g_object_set_data (self->owner, "dk-form-pulls", self);
  self->answers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_answer);
  self->tidy_at = ANSWERS_MIN;
  self->arrived = arrived;
  self->data = data;
  return self;
}

void
dk_form_pulls_free (DkFormPulls *self)
{
  if (self == NULL)
    return;
  g_clear_handle_id (&self->tell, g_source_remove);
  g_object_unref (self->owner);
  g_hash_table_unref (self->answers);
  g_free (self);
}
