/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/authoring/source-private.h"
#include "app/base/clock.h"
#include "app/base/file.h"
#include "app/base/platform.h"
#include "app/model/hours.h"

#define PROBLEMS_SHOWN 20

static const DkPlace file_start = { 1, 1 };

static void
note_clear (gpointer data)
{
  g_free (((DkSourceNote *) data)->text);
}

static void
link_clear (gpointer data)
{
  g_free (((DkSourceLink *) data)->target);
}

static void
service_clear (gpointer data)
{
  DkSourceService *service = data;

  g_free (service->id);
  g_free (service->owner);
}

static GArray *
new_array (guint size, GDestroyNotify clear)
{
  GArray *array = g_array_new (FALSE, FALSE, size);

  if (clear != NULL)
    g_array_set_clear_func (array, clear);
  return array;
}

static GHashTable *
new_table (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

static GHashTable *
new_set (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static DkPackSource *
source_new (void)
{
  DkPackSource *source = g_new0 (DkPackSource, 1);
  g_auto (DkFault) fault = { 0 };
  g_autoptr (json_t) nothing = json_object ();
  g_autoptr (DkPolicy) policy = dk_policy_new ();

  source->lists = json_object ();
  source->policy = dk_policy_to_json (policy);
  source->fleet = dk_fleet_read (nothing, &fault);
  source->forms = json_array ();
  source->warnings = g_ptr_array_new_with_free_func (g_free);
  return source;
}

DkSourceReader *
dk_source_reader_new (const char *folder, const DkPackSourceOptions *options)
{
  DkSourceReader *reader = g_new0 (DkSourceReader, 1);

  reader->folder = folder;
  reader->root = dk_platform_real_path (folder);
  reader->strict = options != NULL && options->strict;
  reader->now_ms = options != NULL && options->now_ms > 0 ? options->now_ms : dk_clock_wall_ms ();
  reader->names = g_string_chunk_new (4096);
  reader->problems = new_array (sizeof (DkSourceNote), note_clear);
  reader->warnings = new_array (sizeof (DkSourceNote), note_clear);
  reader->ids = new_table ();
  reader->broken = new_set ();
  reader->clocks = new_table ();
  reader->for_leads = new_set ();
  reader->always = new_set ();
  reader->links = new_array (sizeof (DkSourceLink), link_clear);
  reader->numbers = new_array (sizeof (DkSourceNumber), NULL);
  reader->services = new_array (sizeof (DkSourceService), service_clear);
  reader->shifts = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_shift_free);
  reader->shift_places = new_array (sizeof (DkSourcePlace), NULL);
  for (guint i = 0; i < DK_PACK_PARTS; i++)
    reader->lines[i] = g_ptr_array_new_with_free_func (g_free);
  reader->source = source_new ();
  return reader;
}

void
dk_source_reader_free (DkSourceReader *reader)
{
  if (reader == NULL)
    return;
  g_free (reader->root);
  g_string_chunk_free (reader->names);
  g_array_unref (reader->problems);
  g_array_unref (reader->warnings);
  g_hash_table_unref (reader->ids);
  g_hash_table_unref (reader->broken);
  g_hash_table_unref (reader->clocks);
  g_hash_table_unref (reader->for_leads);
  g_hash_table_unref (reader->always);
  g_array_unref (reader->links);
  g_array_unref (reader->numbers);
  g_array_unref (reader->services);
  g_ptr_array_unref (reader->shifts);
  g_array_unref (reader->shift_places);
  for (guint i = 0; i < DK_PACK_PARTS; i++)
    g_ptr_array_unref (reader->lines[i]);
  dk_pack_source_free (reader->source);
  g_free (reader);
}

DkSourcePlace
dk_source_place (DkSourceReader *reader, const char *name, DkPlace place)
{
  return (DkSourcePlace) { g_string_chunk_insert_const (reader->names, name), place };
}

/* Takes the text. */
static void
add_note (DkSourceReader *reader, gboolean is_problem, const char *name, DkPlace place, char *text)
{
  GArray *notes = is_problem ? reader->problems : reader->warnings;
  DkSourceNote note = { dk_source_place (reader, name, place), text };

  *(is_problem ? &reader->problem_count : &reader->warning_count) += 1;
  if (notes->len < DK_SOURCE_NOTES_MAX)
    g_array_append_val (notes, note);
  else
    g_free (text);
}

void
dk_source_problem (DkSourceReader *reader, const char *name, DkPlace place, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  add_note (reader, TRUE, name, place, g_strdup_vprintf (format, args));
  va_end (args);
}

void
dk_source_warn (DkSourceReader *reader, const char *name, DkPlace place, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  add_note (reader, reader->strict, name, place, g_strdup_vprintf (format, args));
  va_end (args);
}

/* The message begins "name:line:column: ". */
void
dk_source_take_error (DkSourceReader *reader, const char *name, GError *error)
{
  DkPlace place = file_start;
  gsize length = strlen (name);
  const char *text = error->message;
  char *end = NULL;

  if (g_str_has_prefix (text, name) && text[length] == ':') {
    guint64 line = g_ascii_strtoull (text + length + 1, &end, 10);
    guint64 column = *end == ':' ? g_ascii_strtoull (end + 1, &end, 10) : 1;
    place = (DkPlace) { (guint) MAX (line, 1), (guint) MAX (column, 1) };
    text = end + strspn (end, ": ");
  }
  add_note (reader, TRUE, name, place, g_strdup (text));
  g_error_free (error);
}

static int
compare_notes (gconstpointer a, gconstpointer b)
{
  const DkSourceNote *left = a;
  const DkSourceNote *right = b;
  int order = strcmp (left->at.name, right->at.name);

  if (order == 0)
    order = (left->at.place.line > right->at.place.line)
            - (left->at.place.line < right->at.place.line);
  if (order == 0)
    order = (left->at.place.column > right->at.place.column)
            - (left->at.place.column < right->at.place.column);
  return order != 0 ? order : strcmp (left->text, right->text);
}

static char *
write_note (const DkSourceNote *note)
{
  return g_strdup_printf ("%s:%u:%u: %s", note->at.name, note->at.place.line, note->at.place.column,
                          note->text);
}

static gboolean
report_problems (DkSourceReader *reader, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint count = reader->problem_count;

  g_array_sort (reader->problems, compare_notes);
  g_string_append_printf (text, "%u problem%s in this folder; nothing was built.", count,
                          count > 1 ? "s" : "");
  for (guint i = 0; i < MIN (reader->problems->len, PROBLEMS_SHOWN); i++) {
    g_autofree char *line = write_note (&g_array_index (reader->problems, DkSourceNote, i));
    g_string_append_printf (text, "\n%s", line);
  }
  if (count > PROBLEMS_SHOWN)
    g_string_append_printf (text, "\n... and %u more", count - PROBLEMS_SHOWN);
  g_set_error_literal (error, DK_ERROR, DK_ERROR_INVALID, text->str);
  return FALSE;
}

gboolean
dk_source_report (DkSourceReader *reader, GError **error)
{
  if (reader->problem_count > 0)
    return report_problems (reader, error);
  g_array_sort (reader->warnings, compare_notes);
  for (guint i = 0; i < reader->warnings->len; i++)
    g_ptr_array_add (reader->source->warnings,
                     write_note (&g_array_index (reader->warnings, DkSourceNote, i)));
  reader->source->warning_count = reader->warning_count;
  return TRUE;
}

char *
dk_source_load (DkSourceReader *reader, const char *name, gsize size_max, gsize *size)
{
  g_autofree char *path = g_build_filename (reader->folder, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = dk_file_read (path, size_max, &error);
  g_autofree char *text = NULL;
  const char *key;

  if (bytes == NULL) {
    dk_source_problem (reader, name, file_start, "%s", error->message);
    return NULL;
  }
  *size = g_bytes_get_size (bytes);
  text = *size > 0 ? g_strndup (g_bytes_get_data (bytes, NULL), *size) : g_strdup ("");
  key = dk_content_find_recovery_key (text);
  if (key != NULL) {
    dk_source_problem (reader, name, dk_content_place (text, (gsize) (key - text), 1),
                       "this looks like a disk recovery key of 48 digits; such keys are never put "
                       "into a pack, remove it here and from the history of this folder");
    return NULL;
  }
  return g_steal_pointer (&text);
}

const char *
dk_source_add_id (DkSourceReader *reader, const char *kind, const char *id, const char *name,
                  DkPlace place)
{
  char *key = g_strdup_printf ("%s:%s", kind, id);
  gpointer known;
  gpointer other;

  if (g_hash_table_lookup_extended (reader->ids, key, &known, &other)) {
    dk_source_problem (reader, name, place, "the %s \"%s\" stands already at %s", kind, id,
                       (const char *) other);
    g_free (key);
    return known;
  }
  g_hash_table_insert (reader->ids, key,
                       g_strdup_printf ("%s:%u:%u", name, place.line, place.column));
  return key;
}

void
dk_source_add_broken (DkSourceReader *reader, const char *kind, const char *id)
{
  g_hash_table_add (reader->broken, g_strdup_printf ("%s:%s", kind, id != NULL ? id : ""));
}

void
dk_source_add_for_leads (DkSourceReader *reader, const char *kind, const char *id)
{
  g_hash_table_add (reader->for_leads, g_strdup_printf ("%s:%s", kind, id));
}

static void
add_link (DkSourceReader *reader, const char *kind, const char *id, gboolean for_all,
          const char *name, DkPlace place)
{
  DkSourceLink link = { .for_all = for_all };

  if (id == NULL || *id == '\0')
    return;
  link.at = dk_source_place (reader, name, place);
  link.target = g_strdup_printf ("%s:%s", kind, id);
  g_array_append_val (reader->links, link);
}

void
dk_source_add_link (DkSourceReader *reader, const char *kind, const char *id, const char *name,
                    DkPlace place)
{
  add_link (reader, kind, id, FALSE, name, place);
}

void
dk_source_add_link_for_all (DkSourceReader *reader, const char *kind, const char *id,
                            const char *name, DkPlace place)
{
  add_link (reader, kind, id, TRUE, name, place);
}

/* Looks at each text once: a pack of 100,000 contacts has few time zones. */
static const char *
find_fault (DkSourceReader *reader, const char *kind, const char *text)
{
  g_autofree char *key = g_strconcat (kind, " ", text, NULL);
  const char *known = g_hash_table_lookup (reader->clocks, key);
  g_autoptr (GError) error = NULL;
  g_autoptr (GTimeZone) zone = NULL;
  g_autoptr (DkHours) hours = NULL;

  if (known != NULL)
    return known;
  if (g_str_equal (kind, "zone"))
    zone = dk_zone_new (text, &error);
  else
    hours = dk_hours_parse (text, &error);
  g_hash_table_insert (reader->clocks, g_strdup (key),
                       g_strdup (error != NULL ? error->message : ""));
  return g_hash_table_lookup (reader->clocks, key);
}

const char *
dk_source_zone_fault (DkSourceReader *reader, const char *zone)
{
  return find_fault (reader, "zone", zone);
}

const char *
dk_source_hours_fault (DkSourceReader *reader, const char *hours)
{
  return find_fault (reader, "hours", hours);
}

gboolean
dk_source_read_date (const char *text, gint64 *wall_ms)
{
  g_autofree char *time = text != NULL ? g_strconcat (text, "T00:00:00Z", NULL) : NULL;

  return time != NULL && dk_time_parse (time, "date", wall_ms, NULL);
}
