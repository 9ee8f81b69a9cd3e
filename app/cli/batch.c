/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/file.h"
#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/cli/cli.h"

#define BATCH_FILE_BYTES_MAX (64u << 20)

/* Where the lines come from: a file read before, or standard input line by line. */
typedef struct {
  GBytes *bytes; /* NULL = standard input */
  gsize offset;
} Source;

static gboolean
next_line (Source *source, char **line, GError **error)
{
  gsize size;
  const char *data;
  const char *start;
  const char *end;
  gsize length;

  if (source->bytes == NULL)
    return dk_cli_read_line (line, error);
  data = g_bytes_get_data (source->bytes, &size);
  *line = NULL;
  if (source->offset >= size)
    return TRUE;
  start = data + source->offset;
  end = memchr (start, '\n', size - source->offset);
  length = end != NULL ? (gsize) (end - start) : size - source->offset;
  source->offset += length + 1;
  if (!dk_text_check (start, length, DK_LIMIT_COMMAND_LINE_BYTES, "The line", error))
    return FALSE;
  *line = g_strndup (start, length);
  return TRUE;
}

static gboolean
is_blank (const char *line)
{
  while (g_ascii_isspace (*line))
    line++;
  return *line == '\0' || *line == '#';
}

static gboolean
run_line (DkCli *cli, const char *line, GError **error)
{
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) failed = NULL;
  g_autoptr (DkArgs) args = NULL;

  if (!g_shell_parse_argv (line, NULL, &words, &failed))
    return dk_cli_usage (error, "%s. Nothing was done; quote words as in a shell.",
                         failed->message);
  args = dk_args_parse ((const char *const *) words, error);
  return args != NULL && dk_cli_run (cli, args, error);
}

/* Editors of one system put a mark before the first line, which is no part of it. */
static void
skip_mark (char *line)
{
  if (g_str_has_prefix (line, "\xef\xbb\xbf"))
    memmove (line, line + 3, strlen (line + 3) + 1);
}

/* What a line said is written before the next one is read: a number that stands there is
 * durable. Takes failed. */
static gboolean
answer (DkCli *cli, gboolean done, GError *failed, GError **error)
{
  g_autofree char *output = NULL;

  output = dk_cli_take_output (cli, failed);
  if (!dk_cli_write (output)) {
    g_set_error (error, DK_ERROR, DK_ERROR_FAILED,
                 "Standard output was closed at line %u. Lines up to here are done%s.", cli->line,
                 done ? ", this one as well" : ", this one failed");
    g_clear_error (&failed);
    return FALSE;
  }
  if (!done)
    g_propagate_prefixed_error (error, failed, "Line %u: ", cli->line);
  return done;
}

/* Reads and runs the next line; *more is FALSE behind the last one. */
static gboolean
run_next (DkCli *cli, Source *source, gboolean *more, GError **error)
{
  GError *failed = NULL;
  g_autofree char *line = NULL;
  gboolean done = next_line (source, &line, &failed);

  cli->line++;
  *more = !done || line != NULL;
  if (line != NULL && cli->line == 1)
    skip_mark (line);
  if (done && (line == NULL || is_blank (line)))
    return TRUE;
  done = done && run_line (cli, line, &failed);
  return answer (cli, done, failed, error);
}

static gboolean
run_lines (DkCli *cli, Source *source, gboolean keep_going, GError **error)
{
  GError *first = NULL;
  guint failures = 0;
  gboolean more = TRUE;

  while (more) {
    g_autoptr (GError) failed = NULL;
    if (run_next (cli, source, &more, &failed))
      continue;
    failures++;
    if (first == NULL && !keep_going) {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
    dk_cli_message ("dkit: %s", failed->message);
    if (first == NULL)
      first = g_steal_pointer (&failed);
  }
  if (first == NULL)
    return TRUE;
  g_propagate_prefixed_error (error, first, "%u lines failed, the others are done. The first one: ",
                              failures);
  return FALSE;
}

static gboolean
run_batch (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *path = dk_args_word (args, 0);
  g_autoptr (GBytes) bytes = NULL;
  Source source = { 0 };
  gboolean done;

  if (path != NULL && strcmp (path, "-") != 0) {
    bytes = dk_file_read (path, BATCH_FILE_BYTES_MAX, error);
    if (bytes == NULL)
      return FALSE;
  }
  source.bytes = bytes;
  cli->stdin_is_taken = cli->stdin_is_taken || bytes == NULL;
  cli->in_batch = TRUE;
  done = run_lines (cli, &source, dk_args_has (args, "keep-going"), error);
  cli->batch_is_over = TRUE;
  return done;
}

const DkCommand DK_CLI_BATCH_COMMANDS[] = {
  { "batch", "[FILE] [--keep-going]", "unlock once, then run one command a line\n\n"
    "Words are quoted as in a shell; blank lines and lines that begin with # are skipped. What a\n"
    "line has printed is stored durably. Ends at the first line that fails, unless --keep-going;\n"
    "the exit code is that of the first failure. With --json one compact document a line.",
    "keep-going", 0, 1, DK_CLI_NEEDS_KIT | DK_CLI_NOT_IN_BATCH, run_batch },
  { 0 },
};
