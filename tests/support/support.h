/* SPDX-License-Identifier: MIT */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What every C test needs. Main thread only, failures end the test. */

/* Replaces g_test_init: the very first call of main. Gives the process a HOME and XDG folders of
 * its own, which children inherit, so that no test reads or writes what belongs to a person. */
void dk_test_init (int *argc, char ***argv);

/* Replaces g_test_run: runs the tests, then removes every folder that was made here. Its result is
 * the exit code of main. */
int dk_test_run (void);

/* A new empty folder (0700), removed by dk_test_run. New string. */
char *dk_test_folder_new (void);

/* Removes a folder or file and all below it; what is not there is fine. Symbolic links are not
 * followed. */
void dk_test_remove (const char *path);

/* Path of a file in the source tree, e.g. "tests/data/x.json". New string. */
char *dk_test_source_path (const char *name);

/* Path of a file in the build folder, e.g. "dkit". New string. */
char *dk_test_build_path (const char *name);

/* TRUE if the program is installed; otherwise the running test is marked as skipped with the
 * reason, and the caller returns. */
gboolean dk_test_have_program (const char *name);

/* TRUE if the long form of the experiments is wanted (DK_LONG=1 in the environment). */
gboolean dk_test_is_long (void);

/* How a program ended and what it wrote. */
typedef struct {
  int exit_code; /* -1 if a signal or the time limit ended it */
  int signal;    /* 0 if it exited by itself */
  gboolean timed_out;
  char *out; /* standard output, a zero byte behind it */
  gsize out_size;
  char *err; /* standard error, likewise */
  gsize err_size;
} DkTestOutput;

/* Runs argv (found in PATH, ended by NULL) with input on its standard input (NULL: none) and waits
 * for it at most timeout_s seconds, then kills it. Never NULL; not being able to start it fails the
 * test. Free with dk_test_output_free. */
DkTestOutput *dk_test_spawn (const char *const *argv, GBytes *input, guint timeout_s);

/* NULL is fine. */
void dk_test_output_free (DkTestOutput *output);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkTestOutput, dk_test_output_free)

G_END_DECLS
