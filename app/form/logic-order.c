/* SPDX-License-Identifier: MIT */
#include "app/form/form-private.h"

#define CHAIN_NAMES_MAX 12u

static const DkField *
field_at (const DkForm *form, guint i)
{
  return g_ptr_array_index (form->fields, i);
}

static guint *
count_sources (const DkForm *form)
{
  guint *sources = g_new0 (guint, form->fields->len);
  for (guint i = 0; i < form->fields->len; i++) {
    const GArray *dependants = form->logic[i].dependants;
    for (guint k = 0; dependants != NULL && k < dependants->len; k++) {
      const DkDependant *dependant = &g_array_index (dependants, DkDependant, k);
      sources[dependant->field] += (dependant->kinds & DK_LOGIC_DECIDES) != 0;
    }
  }
  return sources;
}

/* A row without an order yet that this one reads, and the kinds by which it does. */
static guint
find_open_source (const DkForm *form, const guint *sources, guint field, guint *kinds)
{
  for (guint i = 0; i < form->fields->len; i++) {
    const GArray *dependants = sources[i] > 0 ? form->logic[i].dependants : NULL;
    for (guint k = 0; dependants != NULL && k < dependants->len; k++) {
      const DkDependant *dependant = &g_array_index (dependants, DkDependant, k);
      if (dependant->field == field && (dependant->kinds & DK_LOGIC_DECIDES) != 0) {
        *kinds = dependant->kinds;
        return i;
      }
    }
  }
  g_assert_not_reached ();
}

static char *
name_chain (const DkForm *form, const GArray *chain, guint start)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint length = chain->len - start;
  for (guint i = 0; i < length; i++) {
    if (i < CHAIN_NAMES_MAX) {
      guint field = g_array_index (chain, guint, start + i);
      g_string_append_printf (text, "%s -> ", field_at (form, field)->name);
    }
  }
  if (length > CHAIN_NAMES_MAX) {
    g_string_append (text, "... -> ");
  }
  g_string_append (text, field_at (form, g_array_index (chain, guint, start))->name);
  if (length > CHAIN_NAMES_MAX) {
    g_string_append_printf (text, " (%u rows)", length);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Walks from what has no order to what it reads until a row comes a second time. */
static gboolean
refuse_cycle (const DkForm *form, const guint *sources, GError **error)
{
  guint field = 0;
  g_autofree guint *place = g_new0 (guint, form->fields->len);
  g_autofree guint *kinds = g_new0 (guint, form->fields->len);
  g_autoptr (GArray) chain = g_array_new (FALSE, FALSE, sizeof (guint));
  while (sources[field] == 0) {
    field++;
  }
  while (place[field] == 0) {
    g_array_append_val (chain, field);
    place[field] = chain->len;
    field = find_open_source (form, sources, field, &kinds[field]);
  }
  g_autofree char *names = name_chain (form, chain, place[field] - 1);
  const char *key = kinds[field] == DK_LOGIC_BIT (DK_LOGIC_RELEVANT)      ? "/relevant"
                    : kinds[field] == DK_LOGIC_BIT (DK_LOGIC_CALCULATION) ? "/calculation"
                                                                          : "";
  g_autofree char *pointer = g_strdup_printf ("/survey/%u%s", field, key);
  return dk_form_fault (error, pointer, "each of these rows depends on the next: %s", names);
}

gboolean
dk_form_order_logic (DkForm *form, GError **error)
{
  guint count = form->fields->len;
  guint done = 0;
  g_autofree guint *sources = count_sources (form);
  form->order = g_new0 (guint, count);
  for (guint i = 0; i < count; i++) {
    if (sources[i] == 0) {
      form->order[done++] = i;
    }
  }
  for (guint next = 0; next < done; next++) {
    const GArray *dependants = form->logic[form->order[next]].dependants;
    for (guint k = 0; dependants != NULL && k < dependants->len; k++) {
      const DkDependant *dependant = &g_array_index (dependants, DkDependant, k);
      if ((dependant->kinds & DK_LOGIC_DECIDES) != 0 && --sources[dependant->field] == 0) {
        form->order[done++] = dependant->field;
      }
    }
  }
  return done == count ? TRUE : refuse_cycle (form, sources, error);
}
