/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/json.h"
#include "app/cli/args.h"
#include "app/kit/kit.h"
#include "app/kit/output.h"

G_BEGIN_DECLS

/* One run of dkit: global options, the kit once it is open, and what the command has to say. One
 * thread. */
typedef struct {
  const char *folder_given; /* --kit, borrowed; NULL if not given */
  const char *user_given;   /* --user */
  const char *as_given;     /* --as */
  const char *passphrase_file;
  gboolean json;
  gboolean quiet;
  gboolean in_batch;
  guint line; /* of the batch that is being run, from 1 */
  gboolean batch_is_over; /* its lines were the output */
  gboolean stdin_is_taken; /* the batch itself, or a value before, comes from standard input */
  const char *go_on_reason; /* why the journal is given up, borrowed; NULL as a rule */
  gboolean lead_searched;  /* the entry that leads looked through what is theirs is written */
  DkKit *kit;              /* NULL while closed */
  GString *text;           /* for standard output without --json */
  json_t *document;        /* for standard output with --json; NULL = {} */
} DkCli;

/* A command: its function leaves text and document in the DkCli. It may set both and fail with
 * DK_ERROR_PARTIAL or DK_ERROR_DAMAGED: what it found is then printed as well. */
typedef struct {
  const char *name;    /* "ticket new" */
  const char *args;    /* for the help */
  const char *about;   /* one line for the list, then further lines */
  const char *options; /* names that it takes besides the global ones, separated by blanks */
  int words_min;
  int words_max; /* -1 = any number */
  guint flags;   /* DK_CLI_... */
  gboolean (*run) (DkCli *cli, const DkArgs *args, GError **error);
} DkCommand;

#define DK_CLI_NEEDS_KIT (1u << 0)
#define DK_CLI_NOT_IN_BATCH (1u << 1)

/* Commands of each file, ended by a member without a name. */
extern const DkCommand DK_CLI_KIT_COMMANDS[];
extern const DkCommand DK_CLI_PEOPLE_COMMANDS[];
extern const DkCommand DK_CLI_RECOVERY_COMMANDS[];
extern const DkCommand DK_CLI_TRUST_COMMANDS[];
extern const DkCommand DK_CLI_AUTHOR_COMMANDS[];
extern const DkCommand DK_CLI_PACK_COMMANDS[];
extern const DkCommand DK_CLI_REFRESH_COMMANDS[];
extern const DkCommand DK_CLI_CONTENT_COMMANDS[];
extern const DkCommand DK_CLI_PLAN_COMMANDS[];
extern const DkCommand DK_CLI_RUNBOOK_COMMANDS[];
extern const DkCommand DK_CLI_CONTACT_COMMANDS[];
extern const DkCommand DK_CLI_IMPORT_COMMANDS[];
extern const DkCommand DK_CLI_FORM_COMMANDS[];
extern const DkCommand DK_CLI_PAPER_COMMANDS[];
extern const DkCommand DK_CLI_TICKET_COMMANDS[];
extern const DkCommand DK_CLI_DRAFT_COMMANDS[];
extern const DkCommand DK_CLI_ERASE_COMMANDS[];
extern const DkCommand DK_CLI_ITSM_COMMANDS[];
extern const DkCommand DK_CLI_EVIDENCE_COMMANDS[];
extern const DkCommand DK_CLI_COPY_COMMANDS[];
extern const DkCommand DK_CLI_BATCH_COMMANDS[];
extern const DkCommand DK_CLI_READINESS_COMMANDS[];

/* The tables above, NULL-terminated. */
extern const DkCommand *const DK_CLI_GROUPS[];

/* Options that every command takes, separated by blanks. */
#define DK_CLI_GLOBAL_OPTIONS "kit user as passphrase-file json quiet help version"

/* Runs the command that the words name: finds it, checks its options, opens the kit if it is needed
 * and not open yet. What the command said is left in the DkCli. */
gboolean dk_cli_run (DkCli *cli, DkArgs *args, GError **error) DK_CHECKED;

/* The command that the words begin with; *used tells how many of them name it. DK_ERROR_USAGE for
 * an unknown one. Static. */
const DkCommand *dk_cli_find (const DkArgs *args, guint *used, GError **error) DK_CHECKED;

/* `dkit help`: all commands, or one, or those of a group. New string. */
char *dk_cli_help (const DkCommand *command);

/* Takes the DkCli's text or document and makes the line or lines for standard output of it. error,
 * which may be NULL, stands in the document if the command left none. New string. */
char *dk_cli_take_output (DkCli *cli, const GError *error);

/* Writes to standard output and flushes. FALSE if that failed. */
gboolean dk_cli_write (const char *text) DK_CHECKED;

/* Writes a message to standard error, made fit for a terminal, with a line end. */
void dk_cli_message (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* Appends a line to the text for standard output. */
void dk_cli_say (DkCli *cli, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Takes the document that --json prints. */
void dk_cli_take_document (DkCli *cli, json_t *document);

/* Folder of the kit: --kit, DOWNTIME_KIT or the system's default. New string. */
char *dk_cli_folder (const DkCli *cli);

/* Opens the kit unless it is open; tells what the person should know on standard error. */
gboolean dk_cli_open_kit (DkCli *cli, GError **error) DK_CHECKED;

/* Tells on standard error what the person should know after this unlock. */
void dk_cli_tell_messages (const DkCli *cli);

/* The same from the first one on that came with a command; count them before it. */
void dk_cli_tell_messages_from (const DkCli *cli, guint first);

/* Store of the open kit, borrowed. */
DkStore *dk_cli_store (DkCli *cli);

/* The passphrase of --passphrase-file, or asked for on the terminal. New secret. */
DkSecret *dk_cli_passphrase (DkCli *cli, const char *prompt, GError **error) DK_CHECKED;

/* A new passphrase: of the file if that is not NULL, else asked for twice. New secret. */
DkSecret *dk_cli_new_passphrase (DkCli *cli, const char *file, const char *who,
                                 GError **error) DK_CHECKED;

/* The other person of a step that needs two: of --second, with the passphrase of
 * --second-passphrase-file or asked for on the terminal. DK_ERROR_USAGE if nobody is named, else as
 * dk_kit_unlock_second. New person. */
DkPerson *dk_cli_second (DkCli *cli, const DkArgs *args, GError **error) DK_CHECKED;

/* Asks on the terminal; the error names the option that takes a file instead. New secret. */
DkSecret *dk_cli_ask (const char *prompt, const char *option, GError **error) DK_CHECKED;

/* Value of --output, borrowed: a file to write, or a folder. DK_ERROR_USAGE if it is missing,
 * DK_ERROR_INVALID for "-" and as dk_output_check. */
const char *dk_cli_output (const DkArgs *args, DkOutputKind kind, GError **error) DK_CHECKED;

/* Writes a file that the person named, durably; what stands there is replaced if it is of the same
 * kind. A failure leaves what was there. */
gboolean dk_cli_write_file (const char *path, DkOutputKind kind, GBytes *bytes,
                            GError **error) DK_CHECKED;

/* Value of --reason, cleaned. DK_ERROR_USAGE if it is missing, DK_ERROR_INVALID if it is blank. New
 * string. */
char *dk_cli_reason (const DkArgs *args, GError **error) DK_CHECKED;

/* Parameters of --kdf-mib; fallback if it was not given, 0 = what this PC can bear (slow). */
gboolean dk_cli_kdf (const DkArgs *args, guint32 fallback_mib, DkKdfParams *out,
                     GError **error) DK_CHECKED;

/* A value as it was typed: "-" is standard input, "@FILE" a file, "@@..." a text that begins with
 * an @. `what` names it in messages. At most DK_LIMIT_FIELD_BYTES of UTF-8. New string. */
char *dk_cli_read_value (DkCli *cli, const char *value, const char *what,
                         GError **error) DK_CHECKED;

/* Text of a public key that is given as a file or as the text itself, checked. New string. */
char *dk_cli_public_key (const char *given, GError **error) DK_CHECKED;

/* The SHA-256 of a key's 42 bytes in 64 hex digits, as `tail -n1 F.pub | base64 -d | sha256sum`
 * shows it; "" for what is no key. New string. */
char *dk_cli_key_digest (const char *public_key_text);

/* Its first 32 digits in groups of four. New string. */
char *dk_cli_fingerprint (const char *public_key_text);

/* A time as JSON: ISO 8601 with offset, null for 0. New reference. */
json_t *dk_cli_time (gint64 ms);

/* Reads the next line of standard input, without its line end, at most
 * DK_LIMIT_COMMAND_LINE_BYTES. *line becomes NULL at the end; else a new string.
 * DK_ERROR_INVALID for a line that is too long, holds a zero byte or is no UTF-8. */
gboolean dk_cli_read_line (char **line, GError **error) DK_CHECKED;

/* `dkit demo`. */
gboolean dk_cli_demo (DkCli *cli, const DkArgs *args, GError **error) DK_CHECKED;
/* `dkit doctor`. */
gboolean dk_cli_doctor (DkCli *cli, const DkArgs *args, GError **error) DK_CHECKED;

/* Sets DK_ERROR_USAGE with this message. Always FALSE. */
gboolean dk_cli_usage (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

G_END_DECLS
