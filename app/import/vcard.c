/* SPDX-License-Identifier: MIT */
#include "app/import/vcard.h"

#include <string.h>

#include "app/base/text.h"
#include "app/import/draft-private.h"
#include "app/import/table-text-private.h"
#include "app/import/vcard-private.h"

#define PROPERTIES_MAX 1000
#define RANK_PREFERRED 1
#define RANK_HOME 60
#define RANK_MAIL 80
#define RANK_FAX 90

/* A number with a group waits for the label of its group, which stands behind it. */
typedef struct {
  char *group;
  char *value;
  DkAlias alias;
} Waiting;

typedef struct {
  DkVcardReader reader;
  DkImportList *list;
  DkDraft *draft;
  const char *name;
  GArray *waiting;    /* of Waiting */
  GHashTable *labels; /* group -> label */
  guint depth;        /* of cards within cards; 0 = outside of all */
  gboolean agent;     /* an AGENT came just before */
  guint begin_line;
  guint properties;
  const char *fault; /* why this card is not taken */
  guint cards;
} Parser;

static void
waiting_clear (gpointer data)
{
  Waiting *waiting = data;

  g_free (waiting->group);
  g_free (waiting->value);
}

/* "_$!<Mobile>!$_" is how Apple writes its own labels. */
static char *
bare_label (const char *label)
{
  g_autofree char *text = dk_vcard_text (label);
  const char *begin = g_str_has_prefix (text, "_$!<") ? text + 4 : text;
  const char *end = g_strrstr (begin, ">!$_");

  return end != NULL && begin != text ? g_strndup (begin, (gsize) (end - begin)) : g_strdup (begin);
}

static gboolean
has_any (const DkVcardProperty *p, const char *const *types)
{
  for (; *types != NULL; types++)
    if (dk_vcard_has_type (p, *types))
      return TRUE;
  return FALSE;
}

/* Kind and label of a telephone number by its types. */
static DkAlias
judge_number (const DkVcardProperty *p)
{
  static const char *const fax[] = { "fax", "workfax", "homefax", "facsimile", NULL };
  static const char *const cell[] = { "cell", "mobile", "iphone", "car", NULL };
  static const char *const pager[] = { "pager", NULL };
  static const char *const radio[] = { "radio", "x-radio", "x-evolution-radio", NULL };
  static const char *const assistant[] = { "assistant", "x-evolution-assistant", NULL };
  static const char *const line[] = { "main", "company", "x-evolution-company", NULL };
  DkAlias desk = { DK_DRAFT_NONE, "desk", NULL, 10 };

  if (has_any (p, fax))
    return (DkAlias){ DK_DRAFT_NONE, "desk", DK_DRAFT_FAX, RANK_FAX };
  if (has_any (p, pager))
    return (DkAlias){ DK_DRAFT_NONE, "pager", NULL, 28 };
  if (has_any (p, radio))
    return (DkAlias){ DK_DRAFT_NONE, "radio", NULL, 29 };
  if (has_any (p, cell))
    return (DkAlias){ DK_DRAFT_NONE, "mobile", dk_vcard_has_type (p, "car") ? "car" : NULL, 20 };
  if (has_any (p, assistant))
    return (DkAlias){ DK_DRAFT_NONE, "desk", "assistant", 45 };
  if (dk_vcard_has_type (p, "home"))
    return (DkAlias){ DK_DRAFT_NONE, "desk", DK_DRAFT_HOME, RANK_HOME };
  if (has_any (p, line))
    return (DkAlias){ DK_DRAFT_NONE, "desk", "main line", 40 };
  if (!dk_vcard_has_type (p, "work") && p->types->len > 0 && !dk_vcard_has_type (p, "voice"))
    desk.rank = 15;
  return desk;
}

/* "tel:+1-555-0100;ext=12" as people write it. */
static char *
number_of_uri (const char *value)
{
  g_autofree char *text = dk_vcard_text (value);
  g_autofree char *plain = NULL;
  g_auto (GStrv) parts = NULL;
  GString *out;

  g_strstrip (text);
  if (g_ascii_strncasecmp (text, "tel:", 4) != 0)
    return g_steal_pointer (&text);
  plain = g_uri_unescape_string (text + 4, NULL);
  parts = g_strsplit (plain != NULL ? plain : text + 4, ";", 16);
  out = g_string_new (parts[0]);
  for (char **part = parts + (parts[0] != NULL ? 1 : 0); *part != NULL; part++)
    if (g_ascii_strncasecmp (*part, "ext=", 4) == 0)
      g_string_append_printf (out, " ext. %s", *part + 4);
  return g_string_free (out, FALSE);
}

static gboolean
is_marked (const char *label)
{
  return g_strcmp0 (label, DK_DRAFT_HOME) == 0 || g_strcmp0 (label, DK_DRAFT_FAX) == 0;
}

static void
take_number (Parser *parser, const DkVcardProperty *p)
{
  g_autofree char *value = number_of_uri (p->value->str);
  DkAlias alias = judge_number (p);

  if (p->preference > 0 && alias.rank < RANK_HOME)
    alias.rank = RANK_PREFERRED + p->preference / 20;
  if (*p->group != '\0') {
    Waiting waiting = { g_strdup (p->group), g_steal_pointer (&value), alias };
    g_array_append_val (parser->waiting, waiting);
    return;
  }
  dk_draft_add_number (parser->draft, alias.kind, value,
                       p->label != NULL && !is_marked (alias.label) ? p->label : alias.label,
                       alias.rank);
}

static void
take_mail (Parser *parser, const DkVcardProperty *p)
{
  g_autofree char *value = dk_vcard_text (p->value->str);
  const char *address = g_ascii_strncasecmp (value, "mailto:", 7) == 0 ? value + 7 : value;

  dk_draft_add_number (parser->draft, "email", address, NULL,
                       RANK_MAIL - (p->preference > 0 ? 1 : 0));
}

static void
take_name (Parser *parser, const char *value)
{
  static const DkDraftField fields[]
      = { DK_DRAFT_FAMILY, DK_DRAFT_GIVEN, DK_DRAFT_MIDDLE, DK_DRAFT_NONE, DK_DRAFT_SUFFIX };
  g_auto (GStrv) parts = dk_vcard_split (value, ';');

  for (guint i = 0; i < G_N_ELEMENTS (fields) && parts[i] != NULL; i++)
    if (fields[i] != DK_DRAFT_NONE)
      dk_draft_set (parser->draft, fields[i], parts[i]);
}

static void
take_organisation (Parser *parser, const char *value)
{
  g_auto (GStrv) parts = dk_vcard_split (value, ';');

  if (parts[0] == NULL)
    return;
  dk_draft_set (parser->draft, DK_DRAFT_ORGANISATION, parts[0]);
  if (parts[1] != NULL)
    dk_draft_set (parser->draft, DK_DRAFT_TEAM, parts[1]);
}

static void
add_note (Parser *parser, const char *label, const char *text)
{
  g_autofree char *line = g_strdup_printf ("%s: %s", label, text);

  dk_draft_set (parser->draft, DK_DRAFT_NOTE, line);
}

/* A private address is nobody's business here. The second part is the office in Outlook's cards. */
static void
take_address (Parser *parser, const DkVcardProperty *p)
{
  g_auto (GStrv) parts = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  if (dk_vcard_has_type (p, "home") && !dk_vcard_has_type (p, "work"))
    return;
  parts = dk_vcard_split (p->value->str, ';');
  for (guint i = 0; parts[i] != NULL; i++) {
    g_autofree char *part = dk_text_clean_line (parts[i]);
    if (i == 1 && *part != '\0')
      dk_draft_set (parser->draft, DK_DRAFT_SITE, part);
    else if (*part != '\0')
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", part);
  }
  if (text->len > 0)
    add_note (parser, "address", text->str);
}

static void
take_kind (Parser *parser, const char *value)
{
  if (g_ascii_strcasecmp (value, "individual") == 0)
    dk_draft_set (parser->draft, DK_DRAFT_TYPE, "person");
  else if (g_ascii_strcasecmp (value, "group") == 0 || g_ascii_strcasecmp (value, "org") == 0)
    dk_draft_set (parser->draft, DK_DRAFT_TYPE, "team");
}

/* Properties that are one text. */
static gboolean
take_text (Parser *parser, const DkVcardProperty *p)
{
  static const struct {
    const char *name;
    DkDraftField field;
  } texts[] = {
    { "FN", DK_DRAFT_NAME },
    { "TITLE", DK_DRAFT_ROLE },
    { "ROLE", DK_DRAFT_ROLE },
    { "NOTE", DK_DRAFT_NOTE },
    { "UID", DK_DRAFT_KEY },
    { "LANG", DK_DRAFT_LANGUAGES },
    { "X-MS-MANAGER", DK_DRAFT_MANAGER },
    { "X-EVOLUTION-MANAGER", DK_DRAFT_MANAGER },
    { "X-MANAGER", DK_DRAFT_MANAGER },
    { "X-LOGIN", DK_DRAFT_LOGIN },
    { "X-HOURS", DK_DRAFT_HOURS },
    { "X-SITE", DK_DRAFT_SITE },
    { "X-TIER", DK_DRAFT_TIER },
  };
  g_autofree char *text = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (g_str_equal (texts[i].name, p->name)) {
      text = dk_vcard_text (p->value->str);
      dk_draft_set (parser->draft, texts[i].field, text);
      return TRUE;
    }
  return FALSE;
}

static void
take_lists (Parser *parser, const DkVcardProperty *p)
{
  g_autofree char *text = dk_vcard_text (p->value->str);

  if (g_str_equal (p->name, "CATEGORIES")) {
    add_note (parser, "categories", text);
  } else if (g_str_equal (p->name, "RELATED") || g_str_equal (p->name, "X-ABRELATEDNAMES")) {
    if (dk_vcard_has_type (p, "manager"))
      dk_draft_set (parser->draft, DK_DRAFT_MANAGER, text);
    else if (!g_str_has_prefix (text, "data:"))
      add_note (parser, "related", text);
  } else if (g_str_equal (p->name, "TZ") && strchr (text, '/') != NULL) {
    dk_draft_set (parser->draft, DK_DRAFT_TIMEZONE, text);
  }
}

static void
take_property (Parser *parser, const DkVcardProperty *p)
{
  if (p->too_long) {
    parser->fault = "One of its properties is larger than 64 KiB.";
  } else if (g_str_equal (p->name, "TEL") || g_str_equal (p->name, "X-MS-TEL")) {
    take_number (parser, p);
  } else if (g_str_equal (p->name, "EMAIL")) {
    take_mail (parser, p);
  } else if (g_str_equal (p->name, "N")) {
    take_name (parser, p->value->str);
  } else if (g_str_equal (p->name, "ORG")) {
    take_organisation (parser, p->value->str);
  } else if (g_str_equal (p->name, "ADR")) {
    take_address (parser, p);
  } else if (g_str_equal (p->name, "KIND") || g_str_equal (p->name, "X-ADDRESSBOOKSERVER-KIND")) {
    take_kind (parser, p->value->str);
  } else if (g_str_equal (p->name, "X-ABLABEL") && *p->group != '\0') {
    g_hash_table_insert (parser->labels, g_strdup (p->group), bare_label (p->value->str));
  } else if (g_str_equal (p->name, "VERSION")) {
    parser->reader.keeps_blanks = g_str_has_prefix (p->value->str, "2.");
  } else if (!take_text (parser, p)) {
    take_lists (parser, p);
  }
}

static void
take_waiting (Parser *parser)
{
  for (guint i = 0; i < parser->waiting->len; i++) {
    const Waiting *waiting = &g_array_index (parser->waiting, Waiting, i);
    const char *label = g_hash_table_lookup (parser->labels, waiting->group);
    DkAlias alias = waiting->alias;
    if (label != NULL) {
      alias = dk_alias_of_label (label);
      if (alias.field == DK_DRAFT_NOTE && is_marked (waiting->alias.label))
        alias = waiting->alias;
      else if (alias.field == DK_DRAFT_NOTE)
        alias = (DkAlias){ DK_DRAFT_NONE, waiting->alias.kind, label, waiting->alias.rank };
    }
    dk_draft_add_number (parser->draft, alias.kind, waiting->value, alias.label, alias.rank);
  }
}

static void
begin_card (Parser *parser, guint line)
{
  dk_draft_clear (parser->draft);
  g_array_set_size (parser->waiting, 0);
  g_hash_table_remove_all (parser->labels);
  parser->begin_line = line;
  parser->properties = 0;
  parser->fault = NULL;
  parser->reader.keeps_blanks = FALSE;
  parser->cards++;
}

static void
end_card (Parser *parser)
{
  g_autofree char *place = g_strdup_printf ("%s:%u", parser->name, parser->begin_line);

  if (parser->fault == NULL) {
    take_waiting (parser);
    dk_draft_finish (parser->draft, parser->list, place);
    return;
  }
  dk_import_list_reject (parser->list, place, dk_draft_get (parser->draft, DK_DRAFT_NAME), "%s",
                         parser->fault);
  dk_draft_clear (parser->draft);
}

static gboolean
names_card (const DkVcardProperty *p, const char *name)
{
  g_autofree char *value = NULL;

  if (!g_str_equal (p->name, name))
    return FALSE;
  value = g_strstrip (g_strdup (p->value->str));
  return g_ascii_strcasecmp (value, "VCARD") == 0;
}

/* A card that begins within another one: an assistant's (AGENT), or the other one was cut off. */
static void
take_begin (Parser *parser, guint line)
{
  if (parser->depth > 0 && parser->agent) {
    parser->depth++;
    return;
  }
  if (parser->depth > 0) {
    parser->fault = "The card is cut off: the next one begins before it ends.";
    end_card (parser);
  }
  parser->depth = 1;
  begin_card (parser, line);
}

static void
take_line (Parser *parser, const DkVcardProperty *p)
{
  if (names_card (p, "BEGIN")) {
    take_begin (parser, p->line);
  } else if (names_card (p, "END")) {
    if (parser->depth == 1)
      end_card (parser);
    parser->depth -= parser->depth > 0 ? 1 : 0;
  } else if (parser->depth == 1) {
    gboolean agent = g_str_equal (p->name, "AGENT");
    if (agent && g_ascii_strncasecmp (p->value->str, "BEGIN:VCARD", 11) == 0
        && strchr (p->value->str, '\\') == NULL)
      parser->depth++;
    parser->agent = agent;
    if (++parser->properties > PROPERTIES_MAX)
      parser->fault = "It has more than 1000 properties.";
    else if (!agent)
      take_property (parser, p);
    return;
  }
  /* within an assistant's card a further one can only be an assistant's again */
  parser->agent = parser->depth > 1;
}

static gboolean
read_cards (Parser *parser, const DkJob *job, GError **error)
{
  g_auto (DkVcardProperty) property;
  const char *begin = parser->reader.at;

  dk_vcard_property_init (&property);
  while (dk_vcard_next (&parser->reader, &property)) {
    take_line (parser, &property);
    if (!dk_job_step (job, (guint64) (parser->reader.at - begin),
                      (guint64) (parser->reader.end - begin), "reading", error))
      return FALSE;
  }
  if (parser->depth > 0) {
    parser->fault = "The card is cut off: the file ends before it does.";
    end_card (parser);
  }
  return TRUE;
}

static gboolean
refuse (GError **error, const char *name, const char *why)
{
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "%s: %s. Nothing was stored.", name, why);
  return FALSE;
}

static gboolean
parse (Parser *parser, const DkJob *job, GError **error)
{
  gboolean ok = read_cards (parser, job, error);

  return ok
         && (parser->cards > 0
             || refuse (error, parser->name, "there is no vCard in this file (BEGIN:VCARD)"));
}

DkImportList *
dk_vcard_read (GBytes *bytes, const char *name, const DkJob *job, GError **error)
{
  g_autoptr (DkImportList) list = dk_import_list_new (name);
  g_autoptr (DkDraft) draft = dk_draft_new ();
  g_autoptr (GArray) waiting = g_array_new (FALSE, FALSE, sizeof (Waiting));
  g_autoptr (GHashTable) labels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autofree char *owned = NULL;
  const char *encoding = NULL;
  const char *text = NULL;
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  Parser parser
      = { .list = list, .draft = draft, .name = name, .waiting = waiting, .labels = labels };

  g_array_set_clear_func (waiting, waiting_clear);
  if (size > DK_LIMIT_VCARD_BYTES) {
    (void) refuse (error, name, "the file is larger than 256 MiB; split it");
    return NULL;
  }
  text = size > 0 ? dk_text_decode (data, size, &size, &encoding, &owned) : NULL;
  if (text == NULL) {
    (void) refuse (error, name, "this is no text, and no vCard");
    return NULL;
  }
  parser.reader = (DkVcardReader){ text, text + size, 1, FALSE };
  if (!parse (&parser, job, error))
    return NULL;
  dk_import_list_note (list, "Encoding %s, %u card%s.", encoding, parser.cards,
                       parser.cards == 1 ? "" : "s");
  return g_steal_pointer (&list);
}

gboolean
dk_vcard_is_one (GBytes *bytes)
{
  g_autofree char *owned = NULL;
  const char *encoding = NULL;
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  const char *text
      = size > 0 ? dk_text_decode (data, MIN (size, 4096), &size, &encoding, &owned) : NULL;
  gsize blanks = 0;

  while (text != NULL && blanks < size && g_ascii_isspace (text[blanks]))
    blanks++;
  return text != NULL && size - blanks >= 11
         && g_ascii_strncasecmp (text + blanks, "BEGIN:VCARD", 11) == 0;
}
