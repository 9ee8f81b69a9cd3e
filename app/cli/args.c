/* SPDX-License-Identifier: MIT */
#include "app/cli/args.h"

#include <string.h>

#include "app/base/text.h"

typedef enum {
  OPTION_FLAG,
  OPTION_VALUE,
  OPTION_PAIRS,      /* one or more name=value */
  OPTION_RECIPIENTS, /* one or more age1... */
} OptionKind;

/* One list for all commands, so that a word is known to be an option's value wherever it stands. */
static const struct {
  const char *name;
  OptionKind kind;
} OPTIONS[] = {
  { "kit", OPTION_VALUE },
  { "user", OPTION_VALUE },
  { "as", OPTION_VALUE },
  { "passphrase-file", OPTION_VALUE },
  { "json", OPTION_FLAG },
  { "quiet", OPTION_FLAG },
  { "help", OPTION_FLAG },
  { "version", OPTION_FLAG },
  { "site", OPTION_VALUE },
  { "station", OPTION_VALUE },
  { "trust", OPTION_VALUE },
  { "kdf-mib", OPTION_VALUE },
  { "new-passphrase-file", OPTION_VALUE },
  { "code-file", OPTION_VALUE },
  { "role", OPTION_VALUE },
  { "shared", OPTION_FLAG },
  { "valid-until", OPTION_VALUE },
  { "fingerprint", OPTION_VALUE },
  { "key", OPTION_VALUE },
  { "key-passphrase-file", OPTION_VALUE },
  { "to", OPTION_RECIPIENTS },
  { "to-lead", OPTION_RECIPIENTS },
  { "plain", OPTION_FLAG },
  { "strict", OPTION_FLAG },
  { "dry-run", OPTION_FLAG },
  { "changes", OPTION_FLAG },
  { "replace", OPTION_FLAG },
  { "output", OPTION_VALUE },
  { "limit", OPTION_VALUE },
  { "ticket", OPTION_VALUE },
  { "paper", OPTION_VALUE },
  { "copies", OPTION_VALUE },
  { "unit", OPTION_VALUE },
  { "set", OPTION_PAIRS },
  { "final", OPTION_FLAG },
  { "number", OPTION_VALUE },
  { "written-by", OPTION_VALUE },
  { "written-at", OPTION_VALUE },
  { "language", OPTION_VALUE },
  { "state", OPTION_VALUE },
  { "hours", OPTION_VALUE },
  { "rate", OPTION_VALUE },
  { "at", OPTION_VALUE },
  { "form", OPTION_VALUE },
  { "reason", OPTION_VALUE },
  { "force", OPTION_FLAG },
  { "lead-only", OPTION_FLAG },
  { "lead", OPTION_FLAG },
  { "lp", OPTION_VALUE },
  { "with-admin", OPTION_FLAG },
  { "renew-keys", OPTION_FLAG },
  { "armor", OPTION_FLAG },
  { "seq", OPTION_VALUE },
  { "release", OPTION_FLAG },
  { "second", OPTION_VALUE },
  { "second-passphrase-file", OPTION_VALUE },
  { "open", OPTION_FLAG },
  { "safety", OPTION_FLAG },
  { "waiting", OPTION_FLAG },
  { "name", OPTION_VALUE },
  { "url", OPTION_VALUE },
  { "queue", OPTION_VALUE },
  { "token-file", OPTION_VALUE },
  { "settle-s", OPTION_VALUE },
  { "ca-file", OPTION_VALUE },
  { "folder", OPTION_VALUE },
  { "wait", OPTION_VALUE },
  { "format", OPTION_VALUE },
  { "head", OPTION_VALUE },
  { "from", OPTION_VALUE },
  { "again", OPTION_FLAG },
  { "discard", OPTION_VALUE },
  { "pub", OPTION_VALUE },
  { "with-text", OPTION_FLAG },
  { "older-keys", OPTION_FLAG },
  { "keep-going", OPTION_FLAG },
  { "source", OPTION_VALUE },
  { "map", OPTION_VALUE },
  { "preview", OPTION_FLAG },
  { "rejects", OPTION_VALUE },
  { "remove-missing", OPTION_FLAG },
  { "without-home", OPTION_FLAG },
  { "into", OPTION_VALUE },
  { "base", OPTION_VALUE },
  { "filter", OPTION_VALUE },
  { "bind", OPTION_VALUE },
  { "password-file", OPTION_VALUE },
  { "tier", OPTION_VALUE },
  { "team", OPTION_VALUE },
  { "on-call", OPTION_FLAG },
  { "was", OPTION_VALUE },
  { "only", OPTION_VALUE },
  { "quick", OPTION_FLAG },
  { "answers", OPTION_VALUE },
  { "note", OPTION_VALUE },
  { "no", OPTION_FLAG },
  { "text", OPTION_VALUE },
  { "step", OPTION_VALUE },
  { "service", OPTION_VALUE },
  { "survey", OPTION_VALUE },
  { "choices", OPTION_VALUE },
  { "settings", OPTION_VALUE },
};

struct DkArgs {
  GPtrArray *words;
  GHashTable *options; /* name (static) -> NULL-terminated GPtrArray of strings */
};

static int
find_option (const char *name, gsize size)
{
  for (guint i = 0; i < G_N_ELEMENTS (OPTIONS); i++)
    if (strncmp (OPTIONS[i].name, name, size) == 0 && OPTIONS[i].name[size] == '\0')
      return (int) i;
  return -1;
}

static void
add_value (DkArgs *args, int option, const char *value)
{
  char *name = (char *) (guintptr) OPTIONS[option].name;
  GPtrArray *values = g_hash_table_lookup (args->options, name);

  if (values == NULL) {
    values = g_ptr_array_new_with_free_func (g_free);
    g_ptr_array_add (values, NULL);
    g_hash_table_insert (args->options, name, values);
  }
  if (value != NULL)
    g_ptr_array_insert (values, (int) values->len - 1, g_strdup (value));
}

/* Letters, digits and low lines from there on. */
static gsize
name_size (const char *word)
{
  gsize n = 0;

  while (g_ascii_isalnum (word[n]) || word[n] == '_')
    n++;
  return n;
}

/* name=value, or repeat[1].name=value. */
static gboolean
is_pair (const char *word)
{
  gsize n = name_size (word);
  gsize digits;

  if (n > 0 && word[n] == '[') {
    digits = strspn (word + n + 1, "0123456789");
    n += 1 + digits;
    if (digits == 0 || word[n] != ']' || word[n + 1] != '.' || name_size (word + n + 2) == 0)
      return FALSE;
    n += 2 + name_size (word + n + 2);
  }
  return n > 0 && word[n] == '=';
}

static gboolean
is_further_value (OptionKind kind, const char *word)
{
  if (kind == OPTION_PAIRS)
    return is_pair (word);
  return kind == OPTION_RECIPIENTS && g_str_has_prefix (word, "age1");
}

/* Reads the option that words[0] names, with its values; *used tells how many words that were. */
static gboolean
read_option (DkArgs *args, const char *const *words, gsize *used, GError **error)
{
  const char *name = words[0] + 2;
  const char *equals = strchr (name, '=');
  gsize size = equals != NULL ? (gsize) (equals - name) : strlen (name);
  int option = find_option (name, size);
  g_autofree char *shown = dk_text_printable (words[0], FALSE);

  if (option < 0) {
    g_set_error (error, DK_ERROR, DK_ERROR_USAGE,
                 "There is no option %s. Nothing was done; put -- before words that begin with "
                 "dashes, or see dkit help.",
                 shown);
    return FALSE;
  }
  *used = 1;
  if (OPTIONS[option].kind == OPTION_FLAG) {
    if (equals != NULL)
      g_set_error (error, DK_ERROR, DK_ERROR_USAGE, "The option --%s takes no value.",
                   OPTIONS[option].name);
    else
      add_value (args, option, NULL);
    return equals == NULL;
  }
  if (equals == NULL && words[1] == NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_USAGE, "The option --%s needs a value.",
                 OPTIONS[option].name);
    return FALSE;
  }
  add_value (args, option, equals != NULL ? equals + 1 : words[1]);
  *used = equals != NULL ? 1 : 2;
  while (words[*used] != NULL && is_further_value (OPTIONS[option].kind, words[*used]))
    add_value (args, option, words[(*used)++]);
  return TRUE;
}

static gboolean
read_words (DkArgs *args, const char *const *words, GError **error)
{
  gboolean only_words = FALSE;
  gsize used;

  for (gsize i = 0; words[i] != NULL; i += used) {
    const char *option[] = { words[i], words[i + 1], NULL };
    used = 1;
    if (only_words || words[i][0] != '-' || words[i][1] == '\0') {
      g_ptr_array_add (args->words, g_strdup (words[i]));
    } else if (strcmp (words[i], "--") == 0) {
      only_words = TRUE;
    } else if (strcmp (words[i], "-o") == 0 || strcmp (words[i], "-h") == 0) {
      option[0] = words[i][1] == 'o' ? "--output" : "--help";
      if (!read_option (args, option, &used, error))
        return FALSE;
    } else if (!g_str_has_prefix (words[i], "--")) {
      g_autofree char *shown = dk_text_printable (words[i], FALSE);
      g_set_error (error, DK_ERROR, DK_ERROR_USAGE,
                   "There is no option %s. Nothing was done; put -- before words that begin with "
                   "a dash.",
                   shown);
      return FALSE;
    } else if (!read_option (args, words + i, &used, error)) {
      return FALSE;
    }
  }
  return TRUE;
}

DkArgs *
dk_args_parse (const char *const *argv, GError **error)
{
  g_autoptr (DkArgs) args = g_new0 (DkArgs, 1);

  args->words = g_ptr_array_new_with_free_func (g_free);
  args->options = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                         (GDestroyNotify) g_ptr_array_unref);
  return read_words (args, argv, error) ? g_steal_pointer (&args) : NULL;
}

guint
dk_args_count (const DkArgs *args)
{
  return args->words->len;
}

const char *
dk_args_word (const DkArgs *args, guint i)
{
  return i < args->words->len ? g_ptr_array_index (args->words, i) : NULL;
}

char *
dk_args_text (const DkArgs *args, guint first)
{
  GString *text = g_string_new (NULL);

  for (guint i = first; i < args->words->len; i++)
    g_string_append_printf (text, "%s%s", i > first ? " " : "", dk_args_word (args, i));
  return g_string_free (text, FALSE);
}

void
dk_args_shift (DkArgs *args, guint n)
{
  if (n > 0)
    g_ptr_array_remove_range (args->words, 0, n);
}

gboolean
dk_args_has (const DkArgs *args, const char *option)
{
  g_assert (find_option (option, strlen (option)) >= 0);
  return g_hash_table_contains (args->options, option);
}

const char *const *
dk_args_all (const DkArgs *args, const char *option)
{
  static const char *const none[] = { NULL };
  GPtrArray *values = g_hash_table_lookup (args->options, option);

  g_assert (find_option (option, strlen (option)) >= 0);
  return values != NULL ? (const char *const *) values->pdata : none;
}

const char *
dk_args_get (const DkArgs *args, const char *option)
{
  const char *const *values = dk_args_all (args, option);
  const char *last = NULL;

  for (gsize i = 0; values[i] != NULL; i++)
    last = values[i];
  return last;
}

gboolean
dk_args_get_int (const DkArgs *args, const char *option, gint64 min, gint64 max, gint64 *out,
                 GError **error)
{
  const char *value = dk_args_get (args, option);

  if (value == NULL)
    return TRUE;
  if (g_ascii_string_to_signed (value, 10, min, max, out, NULL))
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_USAGE,
               "--%s takes a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
               ". Nothing was done.",
               option, min, max);
  return FALSE;
}

const char *
dk_args_need (const DkArgs *args, const char *option, GError **error)
{
  const char *value = dk_args_get (args, option);

  if (value == NULL || *value == '\0') {
    g_set_error (error, DK_ERROR, DK_ERROR_USAGE, "--%s is needed. Nothing was done.", option);
    return NULL;
  }
  return value;
}

const char *
dk_args_find_other (const DkArgs *args, const char *allowed)
{
  g_auto (GStrv) names = g_strsplit (allowed, " ", -1);
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, args->options);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_strv_contains ((const char *const *) names, name))
      return name;
  return NULL;
}

void
dk_args_free (DkArgs *args)
{
  if (args == NULL)
    return;
  g_ptr_array_unref (args->words);
  g_hash_table_unref (args->options);
  g_free (args);
}
