/* SPDX-License-Identifier: MIT */
#include "app/authoring/pack-new.h"

#include <gio/gio.h>
#include <string.h>

#include "app/authoring/dk-template.h"
#include "app/base/clock.h"
#include "app/base/file.h"

#define TEMPLATE "/org/downtimekit/template/"
#define EXPIRES_DAYS 365
#define WEEK_DAYS 7
#define MONDAY_DAYS_BEFORE 2 /* the first shift has begun wherever its zone is */

static const char *const files[] = {
  "README.md",
  "gitignore",
  "pack.yaml",
  "policy.yaml",
  "fleet.yaml",
  "contacts/teams.csv",
  "services/services.yaml",
  "oncall/network.csv",
  "calltrees/major-incident.yaml",
  "devices/devices.csv",
  "lists/groups.csv",
  "runbooks/network-down.md",
};

/* Git passes over a name with a dot, resources do not take one. */
static const char *
name_of (const char *file)
{
  return g_str_equal (file, "gitignore") ? ".gitignore" : file;
}

static void
put_date (GString *text, const char *mark, const GDate *date)
{
  g_autofree char *words
      = g_strdup_printf ("%04u-%02u-%02u", (guint) g_date_get_year (date),
                         (guint) g_date_get_month (date), (guint) g_date_get_day (date));

  g_string_replace (text, mark, words, 0);
}

static void
put_dates (GString *text, gint64 now_ms)
{
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_utc (now_ms / 1000);
  GDate date;
  GDate week;

  g_date_clear (&date, 1);
  g_date_set_dmy (&date, (GDateDay) g_date_time_get_day_of_month (now),
                  (GDateMonth) g_date_time_get_month (now),
                  (GDateYear) g_date_time_get_year (now));
  week = date;
  put_date (text, "@TODAY@", &date);
  g_date_add_days (&date, EXPIRES_DAYS);
  put_date (text, "@EXPIRES@", &date);
  g_date_subtract_days (&week, MONDAY_DAYS_BEFORE);
  while (g_date_get_weekday (&week) != G_DATE_MONDAY)
    g_date_subtract_days (&week, 1);
  put_date (text, "@WEEK_A@", &week);
  g_date_add_days (&week, WEEK_DAYS);
  put_date (text, "@WEEK_B@", &week);
  g_date_add_days (&week, WEEK_DAYS);
  put_date (text, "@WEEK_C@", &week);
}

/* The licence of the program is not that of what somebody writes with it. */
static void
drop_licence (GString *text)
{
  const char *end = strchr (text->str, '\n');

  if (g_str_has_prefix (text->str, "# SPDX-") && end != NULL)
    g_string_erase (text, 0, end + 1 - text->str);
}

static gboolean
write_file (const char *folder, const char *file, gint64 now_ms, GError **error)
{
  g_autofree char *resource = g_strconcat (TEMPLATE, file, NULL);
  g_autofree char *path = g_build_filename (folder, name_of (file), NULL);
  g_autofree char *above = g_path_get_dirname (path);
  g_autoptr (GBytes) bytes = g_resource_lookup_data (
      dk_template_get_resource (), resource, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  g_autoptr (GString) text = NULL;

  if (bytes == NULL || !dk_file_make_folder (above, error))
    return FALSE;
  text = g_string_new_len (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes));
  drop_licence (text);
  put_dates (text, now_ms);
  return dk_file_replace (path, text->str, text->len, DK_FILE_DURABLE, error);
}

static gboolean
check_empty (const char *folder, GError **error)
{
  g_autoptr (GPtrArray) names = NULL;

  if (!dk_file_exists (folder))
    return TRUE;
  if (!g_file_test (folder, G_FILE_TEST_IS_DIR)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%s is no folder. Nothing was written; name a folder that is not there yet.",
                 folder);
    return FALSE;
  }
  names = dk_file_list (folder, G_MAXINT32, error);
  if (names == NULL)
    return FALSE;
  if (names->len == 0)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "%s is not empty: it has %s%s. Nothing was written; name a folder that is not there "
               "yet.",
               folder, (const char *) g_ptr_array_index (names, 0),
               names->len > 1 ? " and more" : "");
  return FALSE;
}

GPtrArray *
dk_pack_new (const char *folder, gint64 now_ms, GError **error)
{
  g_autoptr (GPtrArray) written = g_ptr_array_new_with_free_func (g_free);

  if (!check_empty (folder, error))
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++) {
    if (!write_file (folder, files[i], now_ms > 0 ? now_ms : dk_clock_wall_ms (), error))
      return NULL;
    g_ptr_array_add (written, g_strdup (name_of (files[i])));
  }
  return g_steal_pointer (&written);
}
