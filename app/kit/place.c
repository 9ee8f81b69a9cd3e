/* SPDX-License-Identifier: MIT */
/* Where a kit lies, and what tells that one lay there. */
#include "app/base/file.h"
#include "app/kit/anchor-private.h"
#include "app/kit/kit-private.h"

char *
dk_kit_file (const char *folder, const char *name)
{
  return g_build_filename (folder, name, NULL);
}

/* The one kit of this machine, if it has exactly one. */
static char *
find_machine_kit (void)
{
  g_autoptr (GPtrArray) names = dk_file_list (DK_KIT_MACHINE_FOLDER, DK_KIT_MACHINE_MAX, NULL);
  char *found = NULL;

  for (guint i = 0; names != NULL && i < names->len; i++) {
    g_autofree char *folder
        = g_build_filename (DK_KIT_MACHINE_FOLDER, g_ptr_array_index (names, i), NULL);
    if (!dk_kit_exists (folder))
      continue;
    if (found != NULL) {
      g_free (found);
      return NULL;
    }
    found = g_steal_pointer (&folder);
  }
  return found;
}

char *
dk_kit_default_folder (const char *given)
{
  const char *named = g_getenv ("DOWNTIME_KIT");
  char *machine;

  if (given != NULL)
    return g_strdup (given);
  if (named != NULL && *named != '\0')
    return g_strdup (named);
  machine = find_machine_kit ();
  return machine != NULL ? machine
                         : g_build_filename (g_get_user_data_dir (), "downtime-kit", NULL);
}

gboolean
dk_kit_exists (const char *folder)
{
  g_autofree char *path = dk_kit_file (folder, DK_KIT_DATABASE);

  return dk_file_exists (path);
}

/* An init that was broken off has left its unfinished database, and nothing that a used kit has. */
static gboolean
is_unfinished (const char *folder)
{
  g_autofree char *unfinished = dk_kit_file (folder, DK_KIT_UNFINISHED);

  return dk_file_exists (unfinished);
}

/* The anchors that this person may see; text of the reason. */
static gboolean
has_anchor (const char *folder)
{
  g_autoptr (GPtrArray) known = dk_anchor_known_folders ();
  g_autofree char *real = dk_platform_real_path (folder);

  return g_ptr_array_find_with_equal_func (known, real, g_str_equal, NULL);
}

char *
dk_kit_find_trace (const char *folder)
{
  static const char *const always[] = { DK_KIT_STATION, DK_KIT_DATABASE "-wal" };
  static const char *const of_init_too[] = { DK_KIT_LOCK, DK_KIT_OUTGOING };

  if (dk_kit_exists (folder))
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (always); i++) {
    g_autofree char *path = dk_kit_file (folder, always[i]);
    if (dk_file_exists (path))
      return g_strdup_printf ("%s is still there", always[i]);
  }
  for (guint i = 0; i < G_N_ELEMENTS (of_init_too) && !is_unfinished (folder); i++) {
    g_autofree char *path = dk_kit_file (folder, of_init_too[i]);
    if (dk_file_exists (path))
      return g_strdup_printf ("%s is still there", of_init_too[i]);
  }
  return has_anchor (folder) ? g_strdup ("this PC remembers it") : NULL;
}

gboolean
dk_kit_check_there (const char *folder, GError **error)
{
  g_autofree char *trace = NULL;

  if (dk_kit_exists (folder))
    return TRUE;
  trace = dk_kit_find_trace (folder);
  if (trace == NULL)
    g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
                 "There is no kit in %s. Name its folder with --kit, or make one with dkit init.",
                 folder);
  else
    g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
                 "%s/" DK_KIT_DATABASE " is missing, and a kit was here: %s. If the kit was moved, "
                 "name its new folder with --kit. Put back the latest backup; do not make a new "
                 "kit in its place: it would give out the same numbers again.",
                 folder, trace);
  return FALSE;
}
