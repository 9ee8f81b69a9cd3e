/* SPDX-License-Identifier: MIT */
#include "app/readiness/printer.h"

#include <string.h>

#include "app/base/file.h"

#define CONF_BYTES_MAX (256u << 10)
#define QUEUES_MAX 1000

/* The text of a small file below root; NULL if it cannot be read. New string. */
static char *
read_text (const char *root, const char *name)
{
  g_autofree char *path = g_build_filename (root, name, NULL);
  g_autoptr (GBytes) bytes = dk_file_read (path, CONF_BYTES_MAX, NULL);
  gsize size;
  const char *data;

  if (bytes == NULL)
    return NULL;
  data = g_bytes_get_data (bytes, &size);
  return g_strndup (data != NULL ? data : "", size);
}

static gboolean
is_there (const char *root, const char *name)
{
  g_autofree char *path = g_build_filename (root, name, NULL);

  return dk_file_exists (path);
}

static gboolean
is_any_of (const char *word, const char *const *words)
{
  for (; *words != NULL; words++)
    if (g_ascii_strcasecmp (word, *words) == 0)
      return TRUE;
  return FALSE;
}

/* The first two words of a line; FALSE for a comment or a line of one word. */
static gboolean
split_line (const char *line, char **key, char **value)
{
  g_auto (GStrv) words = NULL;
  g_autofree char *trimmed = g_strstrip (g_strdup (line));
  gsize i = 1;

  g_strdelimit (trimmed, "\t", ' ');
  words = g_strsplit (trimmed, " ", -1);
  while (words[0] != NULL && words[i] != NULL && *words[i] == '\0')
    i++;
  if (words[0] == NULL || *words[0] == '#' || words[i] == NULL)
    return FALSE;
  *key = g_strdup (words[0]);
  *value = g_strdup (words[i]);
  return TRUE;
}

DkSpool
dk_printer_read_spool (const char *conf)
{
  static const char *const off[] = { "no", "off", "false", "0", NULL };
  g_auto (GStrv) lines = g_strsplit (conf, "\n", -1);
  DkSpool found = DK_SPOOL_KEPT;

  for (char **line = lines; *line != NULL; line++) {
    g_autofree char *key = NULL;
    g_autofree char *value = NULL;
    if (!split_line (*line, &key, &value))
      continue;
    if (g_ascii_strcasecmp (key, "PreserveJobFiles") == 0)
      found = is_any_of (value, off) ? DK_SPOOL_REMOVED : DK_SPOOL_KEPT;
  }
  return found;
}

/* "Default NAME" of lpoptions. */
static void
read_preferred (DkPrinterFacts *facts, const char *root, const char *name)
{
  g_autofree char *text = read_text (root, name);
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);

  for (char **line = lines; *line != NULL; line++) {
    g_autofree char *key = NULL;
    g_autofree char *value = NULL;
    if (facts->preferred == NULL && split_line (*line, &key, &value)
        && strcmp (key, "Default") == 0)
      facts->preferred = g_strdup (value);
  }
}

/* Names before the first bar: what the service writes for programs of old. */
static void
read_queues (DkPrinterFacts *facts, const char *root, const char *name)
{
  g_autofree char *text = read_text (root, name);
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);

  for (char **line = lines; *line != NULL && facts->queues->len < QUEUES_MAX; line++) {
    gsize size = strcspn (*line, "|:");
    if (**line != '#' && size > 0)
      g_ptr_array_add (facts->queues, g_strndup (*line, size));
  }
}

/* A block of printers.conf that is being read. */
typedef struct {
  char *name;
  char *message;
  gboolean is_stopped;
} Queue;

static void
begin_queue (Queue *queue, const char *name)
{
  g_free (queue->name);
  g_free (queue->message);
  *queue = (Queue) { .name = g_strndup (name, strcspn (name, ">")) };
}

/* <Printer NAME> or <DefaultPrinter NAME> begins a block. */
static void
read_state_line (DkPrinterFacts *facts, Queue *queue, const char *line)
{
  g_autofree char *key = NULL;
  g_autofree char *value = NULL;

  if (!split_line (line, &key, &value))
    return;
  if (strcmp (key, "<Printer") == 0 || strcmp (key, "<DefaultPrinter") == 0) {
    begin_queue (queue, value);
    if (strcmp (key, "<DefaultPrinter") == 0 && facts->preferred == NULL)
      facts->preferred = g_strdup (queue->name);
  } else if (strcmp (key, "State") == 0) {
    queue->is_stopped = strcmp (value, "Stopped") == 0;
  } else if (strcmp (key, "StateMessage") == 0) {
    g_free (queue->message);
    queue->message = g_strstrip (g_strdup (strstr (line, key) + strlen (key)));
  }
}

/* Only the service's own account may read the file as a rule. */
static void
read_states (DkPrinterFacts *facts, const char *root)
{
  g_autofree char *text = read_text (root, "etc/cups/printers.conf");
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);
  Queue queue = { NULL };

  facts->state_is_known = text != NULL;
  for (char **line = lines; *line != NULL; line++) {
    if (!g_str_has_prefix (*line, "</"))
      read_state_line (facts, &queue, *line);
    else if (queue.is_stopped && facts->stopped == NULL
             && g_strcmp0 (queue.name, facts->preferred) == 0)
      facts->stopped = g_strdup (queue.message != NULL ? queue.message : "no reason is given.");
  }
  g_free (queue.name);
  g_free (queue.message);
}

DkPrinterFacts *
dk_printer_look (const char *root, const char *user_folder)
{
  DkPrinterFacts *facts = g_new0 (DkPrinterFacts, 1);
  g_autofree char *conf = read_text (root, "etc/cups/cupsd.conf");

  facts->queues = g_ptr_array_new_with_free_func (g_free);
  facts->has_service = is_there (root, "etc/cups/cupsd.conf");
  facts->is_running = is_there (root, "run/cups/cups.sock");
  facts->files = conf == NULL ? DK_SPOOL_UNKNOWN : dk_printer_read_spool (conf);
  if (user_folder != NULL)
    read_preferred (facts, user_folder, ".cups/lpoptions");
  read_preferred (facts, root, "etc/cups/lpoptions");
  read_queues (facts, root, "run/cups/printcap");
  read_states (facts, root);
  return facts;
}

void
dk_printer_facts_free (DkPrinterFacts *facts)
{
  if (facts == NULL)
    return;
  g_ptr_array_unref (facts->queues);
  g_free (facts->preferred);
  g_free (facts->stopped);
  g_free (facts);
}
